-- Why a unit may receive a channel or not, now and at any moment; and what to look at every day.

SET LOCAL ROLE certwire_owner;

-- Unlike rights_ahead, with all that is past: the policies of then, the terms, grants and denials of then.
CREATE FUNCTION certwire.rights_history(unit text, channel text)
	RETURNS tstzmultirange LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	WITH spans AS (
		SELECT 'grant' AS effect, greatest(m.since, t.begins, p.since) AS since, least(m.until, t.ends, p.until) AS until
		FROM membership m
		JOIN term t ON t.number = m.term AND t.begins IS NOT NULL
		JOIN channel_policy p ON p.channel = rights_history.channel
			AND m.level = ANY (p.levels) AND (p.regions IS NULL OR m.region = ANY (p.regions))
		WHERE m.unit = rights_history.unit
		UNION ALL
		SELECT e.effect, e.since, e.until FROM entitlement e
		WHERE e.unit = rights_history.unit AND e.channel = rights_history.channel
		UNION ALL
		SELECT e.effect, greatest(e.since, g.since), least(e.until, g.until)
		FROM group_member g JOIN entitlement e ON e.group_id = g.group_id
		WHERE g.unit = rights_history.unit AND e.channel = rights_history.channel
	)
	SELECT coalesce(range_agg(tstzrange(s.since, s.until)) FILTER (WHERE s.effect = 'grant'), '{}')
		* coalesce((SELECT range_agg(tstzrange(d.since, d.until)) FROM standing d
			WHERE d.unit = rights_history.unit AND d.standing = 'good'), '{}')
		- coalesce(range_agg(tstzrange(s.since, s.until)) FILTER (WHERE s.effect = 'deny'), '{}')
	FROM spans s WHERE coalesce(s.until, 'infinity') > s.since
$$;
COMMENT ON FUNCTION certwire.rights_history IS 'When a unit could, can and will be able to receive a channel. 单位对频道接收权的全部时段。';

CREATE FUNCTION certwire.why(unit text, channel text)
	RETURNS TABLE (rule text, says text, since timestamptz, until timestamptz, detail text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
	held tstzmultirange;
	now_held tstzrange;
BEGIN
	PERFORM check_scope(unit);
	PERFORM check_channel(channel);
	RETURN QUERY
		SELECT 'standing', CASE s.standing WHEN 'good' THEN 'allows' ELSE 'forbids' END, s.since, s.until,
			standing_zh(s.standing) || '（' || s.standing || '）：' || s.reason || coalesce('；依据：' || s.basis, '')
		FROM standing_at(moment) s WHERE s.unit = unit;
	RETURN QUERY
		SELECT 'term', CASE WHEN m.unit IS NULL THEN 'forbids' ELSE 'needed' END, greatest(m.since, t.begins), t.ends,
			coalesce(t.name || '，' || CASE m.level WHEN 'national' THEN '国家级' ELSE '省级' END
				|| coalesce('，' || (SELECT r.name_zh FROM region r WHERE r.code = m.region), ''), '不属于任何有效届次（in no term in force）')
		FROM (SELECT 1) one LEFT JOIN membership_at(moment) m ON m.unit = unit LEFT JOIN term t ON t.number = m.term;
	RETURN QUERY
		SELECT 'policy', CASE WHEN m.unit IS NULL THEN 'silent' ELSE 'allows' END, p.since, p.until,
			'频道默认接收范围：' || coalesce((SELECT string_agg(CASE l WHEN 'national' THEN '国家级' ELSE '省级' END, '、' ORDER BY l)
					FROM unnest(p.levels) l), '无')
				|| coalesce('；地区：' || (SELECT string_agg(r.name_zh, '、' ORDER BY r.code) FROM region r WHERE r.code = ANY (p.regions)), '')
		FROM channel_policy p
		LEFT JOIN membership_at(moment) m ON m.unit = unit AND m.level = ANY (p.levels)
			AND (p.regions IS NULL OR m.region = ANY (p.regions))
		WHERE p.channel = channel AND p.until IS NULL;
	-- In force or to come, own ones first.
	RETURN QUERY
		SELECT e.effect, CASE WHEN e.since > moment THEN 'later' WHEN e.effect = 'grant' THEN 'allows' ELSE 'forbids' END,
			e.since, e.until, coalesce(e.of_group, '') || coalesce(e.reason, '未注明理由（no reason given）') || '（' || e.granted_by || '）'
		FROM (
			SELECT o.effect, o.since, o.until, o.reason::text, o.granted_by, NULL AS of_group
			FROM entitlement o WHERE o.unit = unit AND o.channel = channel
			UNION ALL
			SELECT o.effect, greatest(o.since, g.since), least(o.until, g.until), o.reason::text, o.granted_by, '@' || o.group_id || '：'
			FROM group_member g JOIN entitlement o ON o.group_id = g.group_id WHERE g.unit = unit AND o.channel = channel
		) e
		WHERE coalesce(e.until, 'infinity') > greatest(moment, e.since)
		ORDER BY e.effect DESC, e.of_group NULLS FIRST, e.since;
	-- Needed for becoming good; running out takes nothing away by itself.
	RETURN QUERY
		SELECT 'contact', CASE WHEN c.id IS NULL THEN 'missing' ELSE 'needed' END, c.since, c.until,
			coalesce(c.name || ' ' || c.phone, '没有 7×24 小时固定联系人（no fixed contact on file）')
		FROM (SELECT 1) one LEFT JOIN contact c ON c.unit = unit AND c.role = 'fixed' AND c.since <= moment
			AND (c.until IS NULL OR c.until > moment);
	RETURN QUERY
		SELECT 'device', CASE WHEN count(d.device) = 0 THEN 'missing' ELSE 'needed' END, min(d.certified_at), max(d.not_after),
			coalesce(string_agg(d.device, ', ' ORDER BY d.device), '没有有效设备，无法封装（no live device to seal to）')
		FROM device d WHERE d.unit = unit AND d.certificate IS NOT NULL AND d.revoked_at IS NULL AND d.not_after > moment;
	held := rights_history(unit, channel);
	SELECT r INTO now_held FROM unnest(held) r WHERE r @> moment;
	RETURN QUERY
		SELECT 'verdict', CASE WHEN now_held IS NULL THEN 'forbids' ELSE 'allows' END,
			CASE WHEN now_held IS NULL THEN (SELECT max(upper(r)) FROM unnest(held) r WHERE upper(r) <= moment) ELSE lower(now_held) END,
			CASE WHEN now_held IS NULL THEN (SELECT min(lower(r)) FROM unnest(held) r WHERE lower(r) > moment) ELSE upper(now_held) END,
			CASE WHEN now_held IS NULL THEN '现在不能接收（may not receive now）' ELSE '现在可以接收（may receive now）' END;
END
$$;
COMMENT ON FUNCTION certwire.why IS 'Why a unit may receive a channel now, or not: one row a rule, the verdict last. 逐条说明单位能否接收某频道。';
GRANT EXECUTE ON FUNCTION certwire.why TO certwire_admin, certwire_clerk, certwire_auditor;

CREATE FUNCTION certwire.effective_at(publication text, unit text)
	RETURNS TABLE (id text, channel text, number text, issued_at timestamptz, standing text, standing_reason text,
		entitled boolean, in_audience boolean, entry int, entered_at timestamptz, entitled_when_entered boolean, detail text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
	held tstzmultirange;
BEGIN
	PERFORM check_unit(unit);
	SELECT p.* INTO about FROM publication p WHERE starts_with(p.id, publication) AND octet_length(publication) >= 4
		ORDER BY p.id LIMIT 1;
	IF about.id IS NULL THEN
		PERFORM fail('CW003', format('there is no publication %L', publication), 'SELECT id, channel, number, state FROM certwire.publication');
	ELSIF (SELECT count(*) FROM publication p WHERE starts_with(p.id, publication)) > 1 THEN
		PERFORM fail('CW004', format('%L begins several publications'' ids', publication), 'give more of its digits');
	ELSIF about.issued_at IS NULL THEN
		PERFORM fail('CW002', format('publication %s is not issued', left(about.id, 8)), 'see certwire.audience for who would receive it now');
	END IF;
	held := rights_history(unit, about.channel);
	RETURN QUERY
		SELECT about.id::text, about.channel, about.number, about.issued_at, s.standing, s.reason::text,
			held @> about.issued_at, coalesce(audience_rule(about.audience) -> 'units' ? unit, true),
			e.number, e.issued_at, CASE WHEN e.issued_at IS NOT NULL THEN held @> e.issued_at END,
			CASE WHEN e.number IS NOT NULL AND e.issued_at = about.issued_at THEN '发布时即列入（entered at issue）'
				WHEN e.number IS NOT NULL THEN '事后补录（entered afterwards, by the channel''s policy）'
				WHEN s.unit IS NULL THEN '当时尚未登记（not yet known at issue）'
				WHEN NOT coalesce(audience_rule(about.audience) -> 'units' ? unit, true) THEN '不在发布范围内（not in the audience）'
				WHEN NOT held @> about.issued_at THEN '当时无权接收（not entitled at issue）'
				WHEN about.rest_due_at IS NOT NULL THEN '优先期内，稍后列入（waits while others have a head start）'
				ELSE '当时有权而未列入（entitled and not entered）' END
		FROM (SELECT 1) one
		LEFT JOIN standing_at(about.issued_at) s ON s.unit = unit
		LEFT JOIN LATERAL (SELECT n.number, n.issued_at FROM entry n
			WHERE n.unit = unit AND n.publication = about.id ORDER BY n.epoch LIMIT 1) e ON true;
END
$$;
COMMENT ON FUNCTION certwire.effective_at IS 'Whether a unit was entitled when a publication was issued, by the history, and what the ledger says. 证明发布时刻的接收权。';
GRANT EXECUTE ON FUNCTION certwire.effective_at TO certwire_admin, certwire_auditor;

-- Daily questions.

CREATE VIEW certwire.expiring AS
SELECT w.unit, u.name::text, w.what, w.detail, w.ends, (w.ends < certwire.right_now()) AS is_over
FROM (
	SELECT s.unit, 'term' AS what, coalesce((SELECT t.name FROM certwire.term t WHERE t.ends = s.until), s.reason)::text AS detail, s.until AS ends
	FROM certwire.standing s
	WHERE s.standing = 'good' AND s.since <= certwire.right_now() AND s.until > certwire.right_now()
	UNION ALL
	SELECT p.unit, p.kind, p.reference, (p.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
	FROM certwire.paper p WHERE p.replaced_at IS NULL
	UNION ALL
	SELECT s.unit, k.kind, '没有（none on file）', s.since
	FROM certwire.standing s CROSS JOIN (VALUES ('agreement'), ('confidentiality')) k (kind)
	WHERE s.standing = 'good' AND s.since <= certwire.right_now() AND (s.until IS NULL OR s.until > certwire.right_now())
		AND NOT EXISTS (SELECT FROM certwire.paper p WHERE p.unit = s.unit AND p.kind = k.kind AND p.replaced_at IS NULL)
	UNION ALL
	SELECT s.unit, 'contact', coalesce(c.name || ' ' || c.phone, '没有固定联系人（none on file）'), coalesce(c.until, s.since)
	FROM certwire.standing s
	LEFT JOIN LATERAL (SELECT n.name, n.phone, n.until FROM certwire.contact n WHERE n.unit = s.unit AND n.role = 'fixed'
		ORDER BY n.since DESC LIMIT 1) c ON true
	WHERE s.standing = 'good' AND s.since <= certwire.right_now() AND (s.until IS NULL OR s.until > certwire.right_now())
		AND (c.name IS NULL OR c.until IS NOT NULL)
	UNION ALL
	SELECT e.unit, 'grant', e.channel, e.until FROM certwire.entitlement e
	WHERE e.unit IS NOT NULL AND e.effect = 'grant' AND e.since <= certwire.right_now() AND e.until > certwire.right_now()
	UNION ALL
	SELECT d.unit, 'device', d.device, d.not_after FROM certwire.device d
	WHERE d.certificate IS NOT NULL AND d.revoked_at IS NULL
) w
JOIN certwire.unit u ON u.id = w.unit
JOIN certwire.standing n ON n.unit = w.unit AND n.since <= certwire.right_now() AND (n.until IS NULL OR n.until > certwire.right_now())
	AND n.standing IN ('good', 'suspended', 'candidate')
WHERE w.ends < certwire.right_now() + interval '60 days' AND certwire.in_my_regions(w.unit);
COMMENT ON VIEW certwire.expiring IS 'What ends within 60 days or has ended, of units that are not gone: terms, papers, contacts, grants, devices. 六十天内到期或已到期事项。';
COMMENT ON COLUMN certwire.expiring.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.expiring.name IS 'Its name. 名称。';
COMMENT ON COLUMN certwire.expiring.what IS 'term, agreement, confidentiality, contact, grant or device. 事项。';
COMMENT ON COLUMN certwire.expiring.detail IS 'Which. 具体内容。';
COMMENT ON COLUMN certwire.expiring.ends IS 'When it ends or ended. 到期时间。';
COMMENT ON COLUMN certwire.expiring.is_over IS 'It has ended. 是否已到期。';

CREATE VIEW certwire.devices_unseen AS
SELECT d.unit, u.name::text, d.device::text, d.last_seen_at, d.certified_at,
	(SELECT c.name || ' ' || c.phone FROM certwire.contact c WHERE c.unit = d.unit AND c.role = 'fixed'
		AND c.since <= certwire.right_now() AND (c.until IS NULL OR c.until > certwire.right_now())) AS contact
FROM certwire.device d
JOIN certwire.unit u ON u.id = d.unit
JOIN certwire.standing n ON n.unit = d.unit AND n.since <= certwire.right_now() AND (n.until IS NULL OR n.until > certwire.right_now())
	AND n.standing IN ('good', 'suspended', 'candidate')
WHERE d.certificate IS NOT NULL AND d.revoked_at IS NULL AND d.not_after > certwire.right_now()
	AND coalesce(d.last_seen_at, d.certified_at) < certwire.right_now() - interval '30 days'
	AND certwire.in_my_regions(d.unit);
COMMENT ON VIEW certwire.devices_unseen IS 'Live devices of units that are not gone, not seen for 30 days, and whom to call. 三十天未出现的设备及联系人。';
COMMENT ON COLUMN certwire.devices_unseen.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.devices_unseen.name IS 'Its name. 名称。';
COMMENT ON COLUMN certwire.devices_unseen.device IS 'The device. 设备。';
COMMENT ON COLUMN certwire.devices_unseen.last_seen_at IS 'Its last valid sync; null: never. 最近同步时间。';
COMMENT ON COLUMN certwire.devices_unseen.certified_at IS 'When it was certified. 认证时间。';
COMMENT ON COLUMN certwire.devices_unseen.contact IS 'Fixed contact of the unit. 固定联系人。';
GRANT SELECT ON certwire.expiring, certwire.devices_unseen TO certwire_admin, certwire_clerk, certwire_auditor;
