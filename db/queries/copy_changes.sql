-- The units whose rights changed after a version, each once; null: all may have.
-- $1 bigint: that version
SELECT DISTINCT unit FROM certwire.copy_changes($1)
