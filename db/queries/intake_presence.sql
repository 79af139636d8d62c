-- Says who came to a broker and who left it.
-- $1 text: broker · $2 text[]: units · $3 text[]: devices · $4 boolean[]: present
-- $5 boolean: nobody else is present there
SELECT certwire.put_presence($1, $2, $3, $4, $5)
