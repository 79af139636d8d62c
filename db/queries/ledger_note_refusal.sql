-- $1 bigint: fence; $2 text: unit; $3 text: device or null; $4 int: refusal code
SELECT certwire.put_incident($1, $2, $3, $4)
