-- $1 bigint: fence; $2 text: unit; $3 text: publication
SELECT coalesce(certwire.parts_owed($1, $2, $3), 0)
