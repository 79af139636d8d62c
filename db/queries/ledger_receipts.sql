-- $1 bigint: fence; $2 int: most rows
SELECT id, unit, device, number, raw, received_at, certificate, revoked_at
FROM certwire.receipts_to_judge($1, $2)
