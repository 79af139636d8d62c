-- Commits replies as devices signed them.
-- $1 text: broker · $2 text[]: units · $3 text[]: devices · $4 bigint[]: numbers · $5 bytea[]: JWS
SELECT certwire.put_replies($1, $2, $3, $4, $5)
