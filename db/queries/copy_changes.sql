-- The units whose rights changed after a version.
-- $1 bigint: that version
SELECT DISTINCT unit FROM certwire.copy_changes($1)
