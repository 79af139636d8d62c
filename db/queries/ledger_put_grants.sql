-- $1 bigint: fence; arrays of the same length: $2 text[] publications, $3 text[] units,
-- $4 text[] devices, $5 text[] key ids, $6 bytea[] sealed
SELECT certwire.put_grants($1, $2, $3, $4, $5, $6)
