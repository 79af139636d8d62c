-- $1 bigint: fence; arrays of the same length: $2 text[] publications, $3 text[] key ids, $4 bytea[]
-- sealed
SELECT certwire.put_wrapped_keys($1, $2, $3, $4)
