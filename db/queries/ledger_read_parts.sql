-- $1 bigint: fence; $2 text: publication; $3 int, $4 int: first and last index
SELECT index, data FROM certwire.publication_parts($1, $2, $3, $4) ORDER BY index
