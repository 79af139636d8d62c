-- $1 text: holder; $2 bigint: seconds
SELECT fence, held FROM certwire.lease_take($1, make_interval(secs => $2::double precision))
