-- The newest version of the entitlements, and the database's clock.
SELECT version, now FROM certwire.copy_version()
