-- $1 bigint: fence; $2 text: unit; $3 text: device; $4 bigint: its newest receipt; arrays of the same
-- length: $5 bigint[] codes, $6 bigint[] counts
SELECT certwire.sync_seen($1, $2, $3, $4, $5, $6)
