-- $1 bigint: fence; $2 bigint: receipt; $3 int: verdict; $4 boolean: the device signed it; arrays of
-- the same length: $5 text[] publications, $6 text[] states, $7 bigint[] codes (0: none),
-- $8 timestamptz[] when the states were reached
SELECT certwire.settle($1, $2, $3, $4, $5, $6,
	(SELECT coalesce(array_agg(nullif(c.code, 0) ORDER BY c.place), '{}')
		FROM unnest($7::bigint[]) WITH ORDINALITY c (code, place)), $8)
