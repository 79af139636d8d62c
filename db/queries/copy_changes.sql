-- The units whose rights changed after a version, each once; null: all may have. And when the first of the
-- changes was committed.
-- $1 bigint: that version
SELECT DISTINCT unit, (SELECT certwire.copy_committed($1)) AS committed FROM certwire.copy_changes($1)
