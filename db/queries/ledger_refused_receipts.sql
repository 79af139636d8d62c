-- $1 bigint: fence; $2 text: unit
SELECT device, number, code FROM certwire.refused_receipts($1, $2)
