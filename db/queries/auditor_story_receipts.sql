-- $1 text: publication; what was settled and the receipts that prove it, null where one is missing. In order of
-- unit, device and receipt.
SELECT i.unit, i.device, i.state, i.code, i.reached_at, i.settled_at, r.id, r.unit, r.device, r.number, r.raw,
	r.received_at, r.verdict, r.authentic
FROM certwire.receipt_item i
LEFT JOIN certwire.receipt r ON r.id = i.receipt
WHERE i.publication = $1
ORDER BY i.unit COLLATE "C", i.device COLLATE "C", r.number, r.id, i.state
