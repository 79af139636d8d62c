-- $1 bigint: fence; $2 bigint: seconds
SELECT certwire.lease_renew($1, make_interval(secs => $2::double precision))
