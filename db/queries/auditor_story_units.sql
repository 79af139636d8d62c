-- $1 text: publication; entries and deliveries side by side, one of them null where it is missing, with the
-- entries before and after in the mailbox. After a new epoch the newest entry. The first time is that of the issue,
-- which entries bear that came into a mailbox later, too; the last is when it was entered. In order of unit.
SELECT coalesce(e.unit, d.unit), u.name, e.epoch, e.number, e.kind, coalesce(p.issued_at, e.issued_at), e.keyset, e.payload, e.digest,
	b.payload, a.payload,
	ARRAY(SELECT s.jws FROM certwire.entry_signature s
		WHERE s.unit = e.unit AND s.epoch = e.epoch AND s.number = e.number ORDER BY s.kid COLLATE "C"),
	d.epoch, d.number, d.state, d.stored_at, d.opened_at, d.ended_at, d.ended_reason, e.issued_at
FROM (SELECT DISTINCT ON (n.unit) n.* FROM certwire.entry n WHERE n.publication = $1 ORDER BY n.unit, n.epoch DESC) e
FULL JOIN (SELECT * FROM certwire.delivery WHERE publication = $1) d ON d.unit = e.unit
LEFT JOIN certwire.publication p ON p.id = e.publication
LEFT JOIN certwire.unit u ON u.id = coalesce(e.unit, d.unit)
LEFT JOIN certwire.entry b ON b.unit = e.unit AND b.epoch = e.epoch AND b.number = e.number - 1
LEFT JOIN certwire.entry a ON a.unit = e.unit AND a.epoch = e.epoch AND a.number = e.number + 1
ORDER BY coalesce(e.unit, d.unit) COLLATE "C"
