-- $1 bigint: fence; arrays of the same length: $2 text[] units, $3 text[] publications
SELECT place, epoch, number, manifest_digest FROM certwire.deliveries_of($1, $2, $3)
