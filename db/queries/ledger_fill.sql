-- $1 bigint: fence; $2 int: of how many units at most
SELECT entries, more FROM certwire.fill_due($1, $2)
