-- $1 text: publication; believed receipts since its issue from units whose delivery is not settled: none of them
-- may say that it was stored.
SELECT r.unit, r.device, r.number, r.raw
FROM certwire.delivery d
JOIN certwire.publication p ON p.id = d.publication
JOIN certwire.receipt r ON r.unit = d.unit AND r.verdict = 0 AND NOT r.is_reply AND r.received_at >= p.issued_at
WHERE d.publication = $1 AND d.stored_at IS NULL
ORDER BY r.unit COLLATE "C", r.device COLLATE "C", r.number
