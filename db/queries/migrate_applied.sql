-- The migrations that were applied, in order.
SELECT version, name, digest FROM certwire.schema_migration ORDER BY version
