-- $1 bigint: fence; $2 text[]: key ids of lost dispatcher keys; $3 int: most rows
SELECT unit, epoch, number, payload, digest FROM certwire.entries_to_resign($1, $2, $3)
