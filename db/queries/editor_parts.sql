-- $1 id, $2 first index, $3 last index
SELECT index, data FROM certwire.publication_bytes($1, $2, $3);
