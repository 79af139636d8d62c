-- $1 bigint: fence
SELECT certwire.expire_due($1)
