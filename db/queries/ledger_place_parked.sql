-- $1 bigint: fence
SELECT certwire.place_parked($1)
