-- $1 bigint: fence; $2 text: publication; $3 int: refusal code
SELECT certwire.issue_refuse($1, $2, $3)
