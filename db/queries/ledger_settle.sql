-- $1 bigint: fence; arrays of the same length, a receipt each: $2 bigint[] receipts, $3 bigint[] verdicts,
-- $4 boolean[] whether the device signed it; and a settled item each: $5 bigint[] of which receipt,
-- $6 text[] publications, $7 text[] states, $8 bigint[] codes (0: none), $9 timestamptz[] when the states were reached
SELECT certwire.settle($1, $2, $3, $4, $5, $6, $7, $8, $9)
