-- $1 text: publication; every unit: its standing at issue, whether it has an entry and had the right, by the raw
-- history alone; and for those in good standing without an entry what certwire.effective_at says. In order of unit.
-- A recall is for those that had what it takes back, at whatever time they may receive, and has no head start.
WITH about AS (
	SELECT p.id, p.kind = 'recall' AS recalls, p.channel, p.issued_at, convert_from(p.audience, 'UTF8')::jsonb -> 'units' AS named
	FROM certwire.publication p WHERE p.id = $1
), holder AS (
	SELECT DISTINCT d.unit FROM certwire.publication_reference r JOIN certwire.delivery d ON d.publication = r.target
	WHERE r.publication = $1 AND (d.stored_at IS NOT NULL
		OR EXISTS (SELECT FROM certwire.delivery_grant g WHERE g.publication = d.publication AND g.unit = d.unit))
), moment AS (
	SELECT u.id::text AS unit, a.issued_at AS at FROM certwire.unit u CROSS JOIN about a
	UNION
	SELECT e.unit, min(e.issued_at) FROM certwire.entry e WHERE e.publication = $1 GROUP BY e.unit
), held AS MATERIALIZED (
	SELECT m.unit, m.at
	FROM moment m
	CROSS JOIN about a
	JOIN certwire.channel_policy p ON p.channel = a.channel AND p.since <= m.at AND (p.until IS NULL OR p.until > m.at)
	WHERE EXISTS (SELECT FROM certwire.standing s
			WHERE s.unit = m.unit AND s.standing = 'good' AND s.since <= m.at AND (s.until IS NULL OR s.until > m.at))
		AND (EXISTS (SELECT FROM certwire.membership b JOIN certwire.term t ON t.number = b.term
				WHERE b.unit = m.unit AND b.since <= m.at AND (b.until IS NULL OR b.until > m.at)
					AND t.begins <= m.at AND (t.ends IS NULL OR t.ends > m.at)
					AND b.level = ANY (p.levels) AND (p.regions IS NULL OR b.region = ANY (p.regions)))
			OR EXISTS (SELECT FROM certwire.entitlement e
				WHERE e.effect = 'grant' AND e.channel = a.channel AND e.since <= m.at AND (e.until IS NULL OR e.until > m.at)
					AND (e.unit = m.unit OR EXISTS (SELECT FROM certwire.group_member g WHERE g.group_id = e.group_id
						AND g.unit = m.unit AND g.since <= m.at AND (g.until IS NULL OR g.until > m.at)))))
		AND NOT EXISTS (SELECT FROM certwire.entitlement e
			WHERE e.effect = 'deny' AND e.channel = a.channel AND e.since <= m.at AND (e.until IS NULL OR e.until > m.at)
				AND (e.unit = m.unit OR EXISTS (SELECT FROM certwire.group_member g WHERE g.group_id = e.group_id
					AND g.unit = m.unit AND g.since <= m.at AND (g.until IS NULL OR g.until > m.at))))
)
SELECT u.id, u.name, s.standing, e.unit IS NOT NULL, e.issued_at = a.issued_at,
	CASE WHEN a.recalls THEN EXISTS (SELECT FROM holder o WHERE o.unit = u.id) ELSE a.named IS NULL OR a.named ? u.id::text END,
	h.unit IS NOT NULL, t.unit IS NOT NULL OR a.recalls,
	a.recalls OR (SELECT p.preferred IS NULL OR EXISTS (SELECT FROM certwire.group_member g WHERE g.group_id = p.preferred
			AND g.unit = u.id AND g.since <= a.issued_at AND (g.until IS NULL OR g.until > a.issued_at))
		FROM certwire.channel_policy p
		WHERE p.channel = a.channel AND p.since <= a.issued_at AND (p.until IS NULL OR p.until > a.issued_at)),
	f.entitled, f.detail
FROM certwire.unit u
CROSS JOIN about a
LEFT JOIN certwire.standing s ON s.unit = u.id AND s.since <= a.issued_at AND (s.until IS NULL OR s.until > a.issued_at)
-- Its first entry: in a new epoch it is entered again, whatever right it has then.
LEFT JOIN LATERAL (SELECT n.unit, n.issued_at FROM certwire.entry n
	WHERE n.unit = u.id AND n.publication = a.id ORDER BY n.epoch LIMIT 1) e ON true
LEFT JOIN held h ON h.unit = u.id AND h.at = a.issued_at
LEFT JOIN held t ON t.unit = u.id AND t.at = e.issued_at
LEFT JOIN LATERAL (SELECT g.entitled, g.detail FROM certwire.effective_at(a.id, u.id) g
	WHERE e.unit IS NULL AND s.standing = 'good') f ON true
ORDER BY u.id COLLATE "C"
