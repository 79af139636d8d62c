-- Records what a broker refused.
-- $1 text: broker · $2 text[]: who · $3 text[]: client ids · $4 bigint[]: codes · $5 text[]: topics
-- $6 bigint[]: how often
SELECT certwire.put_denials($1, $2, $3, $4, $5, $6)
