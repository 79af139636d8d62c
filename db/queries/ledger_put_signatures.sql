-- $1 bigint: fence; $2 text: key id; arrays of the same length: $3 text[] units, $4 bigint[] epochs,
-- $5 bigint[] numbers, $6 bytea[] payloads, $7 bytea[] digests, $8 text[] JWS
SELECT certwire.put_entry_signatures($1, $2, $3, $4, $5, $6, $7, $8)
