-- $1 bigint: fence; $2 text: publication
SELECT deliveries, to_channel FROM certwire.issue_due($1, $2)
