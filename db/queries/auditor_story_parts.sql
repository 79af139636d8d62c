-- $1 text: publication; $2, $3 int: from and to which part
SELECT q.index, q.data FROM certwire.publication_part q
WHERE q.publication = $1 AND q.index BETWEEN $2 AND $3
ORDER BY q.index
