-- $1 bigint: fence; $2 text: unit; $3 text: device; $4 int: epoch; $5 int: last; $6 text: ranges held
-- as int4multirange; $7 bigint[]: numbers that lack a grant; $8 int: most rows
SELECT entry, kid, sealed
FROM certwire.owed_to($1, $2, $3, $4, $5, $6::int4multirange, $7, $8)
