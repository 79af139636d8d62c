-- $1 bigint: fence; $2 text: publication; $3 int: how many signatures were verified; $4 text[]: what a
-- recall names
SELECT deliveries, to_channel FROM certwire.issue_due($1, $2, $3, $4)
