-- The receipt board of a period, and whether everything that must run is running.

SET LOCAL ROLE certwire_owner;

-- What a board counts, from the index alone.
CREATE INDEX delivery_board ON certwire.delivery (publication, unit) INCLUDE (state, stored_at, opened_at, refused_at);
CREATE INDEX publication_issued_at ON certwire.publication (issued_at) WHERE state = 'issued';

CREATE FUNCTION certwire.board_publications(since timestamptz, until timestamptz)
	RETURNS TABLE (id text, kind text, channel text, number text, issued_at timestamptz, deliveries int, owed int, stored int,
		opened int, refused int, expired int, recalled int, median_s bigint, p95_s bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	SELECT p.id::text, p.kind, p.channel, p.number, p.issued_at, count(d.unit)::int,
		(count(*) FILTER (WHERE d.state = 'owed'))::int, (count(d.stored_at))::int, (count(d.opened_at))::int,
		(count(*) FILTER (WHERE d.refused_at IS NOT NULL AND d.stored_at IS NULL))::int,
		(count(*) FILTER (WHERE d.state = 'expired'))::int, (count(*) FILTER (WHERE d.state = 'recalled'))::int,
		extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(d.stored_at, p.issued_at) - p.issued_at)
			FILTER (WHERE d.stored_at IS NOT NULL))::bigint,
		extract(epoch FROM percentile_disc(0.95) WITHIN GROUP (ORDER BY greatest(d.stored_at, p.issued_at) - p.issued_at)
			FILTER (WHERE d.stored_at IS NOT NULL))::bigint
	FROM publication p LEFT JOIN delivery d ON d.publication = p.id
	WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	GROUP BY p.id
	ORDER BY p.issued_at, p.id
$$;
COMMENT ON FUNCTION certwire.board_publications IS 'What was issued in a period, with counts, and how long it took to be stored. 时段内发布件及签收统计。';
GRANT EXECUTE ON FUNCTION certwire.board_publications TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.board_totals(since timestamptz, until timestamptz, OUT units int, OUT median_s bigint, OUT p95_s bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	SELECT count(DISTINCT d.unit)::int,
		extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(d.stored_at, p.issued_at) - p.issued_at)
			FILTER (WHERE d.stored_at IS NOT NULL))::bigint,
		extract(epoch FROM percentile_disc(0.95) WITHIN GROUP (ORDER BY greatest(d.stored_at, p.issued_at) - p.issued_at)
			FILTER (WHERE d.stored_at IS NOT NULL))::bigint
	FROM publication p JOIN delivery d ON d.publication = p.id
	WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
$$;
COMMENT ON FUNCTION certwire.board_totals IS 'Units concerned, and median and 95th percentile over all deliveries. 时段总体统计。';
GRANT EXECUTE ON FUNCTION certwire.board_totals TO certwire_editor, certwire_admin, certwire_auditor;

-- One character for each publication of the period, in their order: blank none, o owed, h held, r refused, s stored,
-- p opened, x expired, c recalled. Those who lack most come first.
CREATE FUNCTION certwire.board_units(since timestamptz, until timestamptz, max_rows int)
	RETURNS TABLE (unit text, name text, missing int, cells text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH chosen AS MATERIALIZED (
		SELECT p.id, p.issued_at FROM publication p WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	), worst AS MATERIALIZED (
		SELECT d.unit, (count(*) FILTER (WHERE d.state = 'owed'))::int AS missing
		FROM chosen c JOIN delivery d ON d.publication = c.id
		GROUP BY d.unit ORDER BY 2 DESC, d.unit LIMIT max_rows
	)
	SELECT w.unit, u.name::text, w.missing,
		string_agg(CASE WHEN d.unit IS NULL THEN ' ' WHEN d.opened_at IS NOT NULL THEN 'p' WHEN d.stored_at IS NOT NULL THEN 's'
			WHEN d.state = 'expired' THEN 'x' WHEN d.state = 'recalled' THEN 'c' WHEN s.standing <> 'good' THEN 'h'
			WHEN d.refused_at IS NOT NULL THEN 'r' ELSE 'o' END, '' ORDER BY c.issued_at, c.id)
	FROM worst w
	JOIN unit u ON u.id = w.unit
	JOIN standing s ON s.unit = w.unit AND s.since <= right_now() AND (s.until IS NULL OR s.until > right_now())
	CROSS JOIN chosen c
	LEFT JOIN delivery d ON d.publication = c.id AND d.unit = w.unit
	GROUP BY w.unit, u.name, w.missing
	ORDER BY w.missing DESC, w.unit
$$;
COMMENT ON FUNCTION certwire.board_units IS 'A row of the matrix for each unit, those who lack most first. 各单位签收矩阵。';
GRANT EXECUTE ON FUNCTION certwire.board_units TO certwire_editor, certwire_admin, certwire_auditor;

-- What was due by the end of each day, and how much of it was stored by then.
CREATE FUNCTION certwire.board_days(since timestamptz, until timestamptz)
	RETURNS TABLE (day text, issued bigint, stored bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH rows AS MATERIALIZED (
		SELECT local_date(p.issued_at) AS issued_on, c.stored_on, c.many
		FROM publication p
		CROSS JOIN LATERAL (SELECT CASE WHEN d.stored_at IS NOT NULL THEN local_date(greatest(d.stored_at, p.issued_at)) END AS stored_on,
			count(*) AS many FROM delivery d WHERE d.publication = p.id GROUP BY 1) c
		WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	)
	SELECT g.day::date::text, (SELECT coalesce(sum(r.many), 0) FROM rows r WHERE r.issued_on <= g.day)::bigint,
		(SELECT coalesce(sum(r.many), 0) FROM rows r WHERE r.stored_on <= g.day)::bigint
	FROM generate_series(local_date(since)::timestamp, local_date(least(until - interval '1 us', right_now()))::timestamp, '1 day') g (day)
	ORDER BY g.day
$$;
COMMENT ON FUNCTION certwire.board_days IS 'Coverage by the end of each day. 逐日签收覆盖。';
GRANT EXECUTE ON FUNCTION certwire.board_days TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.overdue(since timestamptz, until timestamptz, after interval, max_rows int, only_publication text DEFAULT NULL)
	RETURNS TABLE (unit text, name text, publication text, channel text, number text, issued_at timestamptz, present boolean,
		held_reason text, refused_code int, contact text, phone text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	SELECT d.unit, u.name::text, p.id::text, p.channel, p.number, p.issued_at,
		EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present),
		CASE WHEN s.standing <> 'good' THEN standing_zh(s.standing) || '：' || s.reason END, d.refused_code,
		k.name::text, k.phone::text
	FROM publication p
	JOIN delivery d ON d.publication = p.id AND d.state = 'owed'
	JOIN unit u ON u.id = d.unit
	JOIN standing s ON s.unit = d.unit AND s.since <= right_now() AND (s.until IS NULL OR s.until > right_now())
	LEFT JOIN LATERAL (SELECT c.name, c.phone FROM contact c
		WHERE c.unit = d.unit AND c.role = 'fixed' AND c.since <= right_now() AND (c.until IS NULL OR c.until > right_now())
		ORDER BY c.since DESC LIMIT 1) k ON true
	WHERE p.state = 'issued' AND p.issued_at >= overdue.since AND p.issued_at < overdue.until AND p.issued_at <= right_now() - after
		AND (only_publication IS NULL OR p.id = only_publication)
	ORDER BY p.issued_at, p.id, d.unit
	LIMIT max_rows
$$;
COMMENT ON FUNCTION certwire.overdue IS 'What is owed for longer than that, with the unit''s fixed contact. 逾期未签收及联系人。';
GRANT EXECUTE ON FUNCTION certwire.overdue TO certwire_editor, certwire_admin, certwire_auditor;

-- Sessions are seen by their login and the name that their program gives itself.
CREATE FUNCTION certwire.office_health()
	RETURNS TABLE (what text, fine boolean, detail text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT 'dispatcher', coalesce((SELECT l.expires_at > right_now() FROM lease l), false),
		(SELECT l.holder || CASE WHEN l.expires_at > right_now() THEN '' ELSE '，租约已于 ' || time_text(l.expires_at) || ' 到期' END FROM lease l)
	UNION ALL
	SELECT w.plugin, count(a.pid) > 0, count(a.pid)::text
	FROM (VALUES ('certwire_entitlement'), ('certwire_receipts')) w (plugin)
	LEFT JOIN pg_stat_activity a ON a.application_name = w.plugin AND a.datname = current_database()
		AND EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
			WHERE m.member = a.usesysid AND g.rolname = 'certwire_broker')
	GROUP BY w.plugin
	UNION ALL
	SELECT 'schema', true, max(version)::text FROM schema_migration
$$;
COMMENT ON FUNCTION certwire.office_health IS 'Whether a dispatcher leads and brokers'' plugins are connected. 分发程序与代理插件是否在运行。';
GRANT EXECUTE ON FUNCTION certwire.office_health TO certwire_editor, certwire_admin, certwire_registrar;

-- Who this session is, by what roles.
CREATE FUNCTION certwire.who_am_i()
	RETURNS TABLE (login text, roles text, kid text, key_role text, at timestamptz)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT session_user::text, (SELECT string_agg(substr(g.rolname::text, 10), ', ' ORDER BY g.rolname) FROM pg_roles g
			WHERE g.rolname IN ('certwire_admin', 'certwire_registrar', 'certwire_editor', 'certwire_dispatcher', 'certwire_broker',
				'certwire_clerk', 'certwire_auditor') AND pg_has_role(session_user, g.oid, 'MEMBER')),
		h.kid::text, h.role, right_now()
	FROM (SELECT 1) one LEFT JOIN key_holder h ON h.login = session_user
$$;
COMMENT ON FUNCTION certwire.who_am_i IS 'Login, roles, bound key, and the database''s clock. 当前登录信息。';
GRANT EXECUTE ON FUNCTION certwire.who_am_i TO certwire_editor, certwire_admin, certwire_registrar, certwire_auditor;
