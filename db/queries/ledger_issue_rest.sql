-- $1 bigint: fence
SELECT publication, deliveries FROM certwire.issue_rest($1)
