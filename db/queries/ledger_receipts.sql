-- $1 bigint: fence; $2 int: most rows
SELECT id, unit, device, number, raw, received_at, certificate, revoked_at, ledger_epoch,
    clock_timestamp() AS read_at
FROM certwire.receipts_to_judge($1, $2)
