-- $1 bigint: fence; $2 bigint: seconds of the first wait; $3 int: most rows
SELECT unit, entry, devices, kids, sealed
FROM certwire.offers_due($1, make_interval(secs => $2::double precision), $3)
