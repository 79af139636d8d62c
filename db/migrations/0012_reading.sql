-- What people read: lists and status, and who may read which table.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.publications(prefix text DEFAULT '', max_rows int DEFAULT 100)
	RETURNS TABLE (id text, kind text, channel text, number text, state text, manifest_digest bytea, body_digest bytea,
		stream bytea, parts int, audience bytea, audience_digest bytea, not_before timestamptz, expires_at timestamptz,
		drafted_by text, drafted_at timestamptz, signatures int, approvals_needed int, approved_at timestamptz,
		issue_requested_by text, issue_requested_at timestamptz, issue_refused_code int, issued_at timestamptz,
		keyset int, withdrawn_reason text, deliveries int, owed int, stored int, opened int, refused int, ended int)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT p.id::text, p.kind, p.channel, p.number, p.state, p.manifest_digest, p.body_digest, p.stream, p.parts, p.audience,
		p.audience_digest, p.not_before, p.expires_at, p.drafted_by, p.drafted_at, count_signatures(p.id),
		greatest(p.approvals_needed, CASE WHEN p.state IN ('draft', 'approved')
			THEN approvals_for((SELECT max(k.version) FROM keyset k), p.channel) END),
		p.approved_at, p.issue_requested_by, p.issue_requested_at, p.issue_refused_code, p.issued_at, p.keyset,
		p.withdrawn_reason::text, d.deliveries, d.owed, d.stored, d.opened, d.refused, d.ended
	FROM (SELECT w.* FROM publication w WHERE starts_with(w.id, prefix)
		ORDER BY w.drafted_at DESC, w.id LIMIT max_rows) p
	CROSS JOIN LATERAL (
		SELECT count(*)::int AS deliveries, (count(*) FILTER (WHERE y.state = 'owed'))::int AS owed,
			(count(*) FILTER (WHERE y.stored_at IS NOT NULL))::int AS stored,
			(count(*) FILTER (WHERE y.opened_at IS NOT NULL))::int AS opened,
			(count(*) FILTER (WHERE y.refused_at IS NOT NULL AND y.stored_at IS NULL))::int AS refused,
			(count(*) FILTER (WHERE y.state IN ('expired', 'recalled')))::int AS ended
		FROM delivery y WHERE y.publication = p.id
	) d
	ORDER BY p.drafted_at DESC, p.id
$$;
COMMENT ON FUNCTION certwire.publications IS 'Publications whose id begins so, newest first, with counts. 发布件列表。';
GRANT EXECUTE ON FUNCTION certwire.publications TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.publication_status(id text)
	RETURNS TABLE (unit text, name text, state text, held_reason text, present boolean, epoch int, number int, offers int,
		first_offered_at timestamptz, last_offered_at timestamptz, next_offer_at timestamptz, stored_at timestamptz,
		opened_at timestamptz, refused_code int, refused_at timestamptz, ended_at timestamptz, ended_reason text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT d.unit, u.name::text, d.state,
		CASE WHEN d.state = 'owed' THEN coalesce(why_not(s.standing, s.reason, r.unit IS NOT NULL),
			CASE WHEN NOT EXISTS (SELECT FROM device v WHERE v.unit = d.unit AND v.certificate IS NOT NULL
					AND v.revoked_at IS NULL AND v.not_after > right_now())
				THEN '没有有效设备（no live device）' END) END,
		EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present),
		d.epoch, d.number, d.offers, d.first_offered_at, d.last_offered_at, d.next_offer_at, d.stored_at, d.opened_at,
		d.refused_code, d.refused_at, d.ended_at, d.ended_reason::text
	FROM delivery d
	JOIN publication p ON p.id = d.publication
	JOIN unit u ON u.id = d.unit
	JOIN standing_at(right_now()) s ON s.unit = d.unit
	LEFT JOIN rights_at(right_now()) r ON r.unit = d.unit AND r.channel = p.channel
	WHERE d.publication = publication_status.id
	ORDER BY d.unit
$$;
COMMENT ON FUNCTION certwire.publication_status IS 'One row for each unit of the frozen audience. 各单位签收状态。';
GRANT EXECUTE ON FUNCTION certwire.publication_status TO certwire_editor, certwire_admin, certwire_auditor;

CREATE VIEW certwire.receipt_board AS
SELECT p.channel, p.number, left(p.id, 8) AS short_id, d.unit, u.name::text,
	CASE WHEN d.state <> 'owed' THEN d.state WHEN d.refused_at IS NOT NULL THEN 'refused' WHEN d.offers > 0 THEN 'offered'
		ELSE 'owed' END AS state,
	d.offers, d.stored_at, d.opened_at, d.refused_code, i.device, i.receipt, i.settled_at, p.issued_at
FROM certwire.delivery d
JOIN certwire.publication p ON p.id = d.publication
JOIN certwire.unit u ON u.id = d.unit
LEFT JOIN LATERAL (SELECT x.device, x.receipt, x.settled_at FROM certwire.receipt_item x
	WHERE x.publication = d.publication AND x.unit = d.unit AND x.state = 'stored'
	ORDER BY x.settled_at, x.device LIMIT 1) i ON true;
COMMENT ON VIEW certwire.receipt_board IS 'Who received what, each with the receipt that proves it. 签收一览。';
COMMENT ON COLUMN certwire.receipt_board.channel IS 'Channel. 频道。';
COMMENT ON COLUMN certwire.receipt_board.number IS 'Number within the channel. 期号。';
COMMENT ON COLUMN certwire.receipt_board.short_id IS 'First eight digits of the publication''s id. 发布件短标识。';
COMMENT ON COLUMN certwire.receipt_board.unit IS 'Unit. 单位。';
COMMENT ON COLUMN certwire.receipt_board.name IS 'Name of the unit. 单位名称。';
COMMENT ON COLUMN certwire.receipt_board.state IS 'owed, offered, refused, settled, expired or recalled. 状态。';
COMMENT ON COLUMN certwire.receipt_board.offers IS 'How often it was offered. 推送次数。';
COMMENT ON COLUMN certwire.receipt_board.stored_at IS 'Stored, by the device''s clock. 存入时间。';
COMMENT ON COLUMN certwire.receipt_board.opened_at IS 'Opened, by the device''s clock. 打开时间。';
COMMENT ON COLUMN certwire.receipt_board.refused_code IS 'Newest refusal. 拒收代码。';
COMMENT ON COLUMN certwire.receipt_board.device IS 'First device that stored it. 首个存入设备。';
COMMENT ON COLUMN certwire.receipt_board.receipt IS 'Id of its receipt. 回执编号。';
COMMENT ON COLUMN certwire.receipt_board.settled_at IS 'When that receipt was settled. 结算时间。';
COMMENT ON COLUMN certwire.receipt_board.issued_at IS 'When it was issued. 发布时间。';
GRANT SELECT ON certwire.receipt_board TO certwire_admin, certwire_auditor;
