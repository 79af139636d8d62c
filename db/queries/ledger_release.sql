-- $1 bigint: fence
SELECT certwire.lease_release($1)
