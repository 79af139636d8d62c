-- $1 bigint: fence; $2 text[]: units
SELECT place, device, number, code FROM certwire.refused_receipts($1, $2)
