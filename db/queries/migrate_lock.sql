-- One certwire-db migrate at a time in this database; held until the session ends.
SELECT pg_catalog.pg_advisory_lock(1667592308)
