-- $1 bigint: fence; $2 text: unit; $3 text: device; $4 bigint: its newest receipt; arrays of the same
-- length: $5 bigint[] codes, $6 bigint[] counts; $7 timestamptz: when it was sent; $8 int: its epoch;
-- $9 int: the last entry it holds
SELECT certwire.sync_seen($1, $2, $3, $4, $5, $6, $7, $8, $9)
