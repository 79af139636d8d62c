-- Version of the server as a number, and whether any migration was ever applied here.
SELECT pg_catalog.current_setting('server_version_num')::int,
	pg_catalog.to_regclass('certwire.schema_migration') IS NOT NULL
