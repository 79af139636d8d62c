-- $1 bigint: fence; $2 text: unit; $3 text: publication; $4 int: index
SELECT index, data, count FROM certwire.parts_for($1, $2, $3, $4, $4)
