-- Random acts of administrators, and what is true after each, for test_model.
\set ON_ERROR_STOP on
CREATE SCHEMA m;

CREATE FUNCTION m.units() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['jia', 'yi', 'bing', 'ding', 'wu', 'ji'] $$;

-- Nothing here is sealed or signed.
ALTER TABLE certwire.publication DISABLE TRIGGER publication_whole;

-- Issues something to everyone who may receive it, as if editors and dispatcher had done their part.
CREATE FUNCTION m.issue(channel text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	moment timestamptz;
	made certwire.publication;
BEGIN
	PERFORM certwire.entitlement_lock();
	moment := clock_timestamp();
	INSERT INTO certwire.publication AS p (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience, audience_digest,
			drafted_keyset, approvals_needed, approved_at, issue_requested_by, issue_requested_at, issued_at, keyset, issued_version)
		VALUES (md5(random()::text), 'publish', channel, left(md5(random()::text), 12), 'issued', sha256(random()::text::bytea), sha256('x'), decode(repeat('03', 24), 'hex'), 1,
			'{"v":1,"rule":"entitled"}', sha256('x'), 1, 1, moment, 'm', moment, moment, 1, 1) RETURNING p.* INTO made;
	PERFORM certwire.enter_audience(made, NULL, 1, moment);
END
$$;

-- What a mailbox has by the rule of docs/database.md, told from the histories: what was issued to it, or the backlog
-- or gap before the first right that began since. Of rights that had begun at that time.
CREATE FUNCTION m.owed(at timestamptz) RETURNS TABLE (unit text, publication text, channel text) LANGUAGE sql AS $$
	SELECT u.id, p.id, p.channel
	FROM (SELECT n.id, c.id AS channel, certwire.rights_history(n.id, c.id) AS h FROM certwire.unit n CROSS JOIN certwire.channel c OFFSET 0) r
	JOIN certwire.unit u ON u.id = r.id
	JOIN certwire.publication p ON p.channel = r.channel
	LEFT JOIN LATERAL (SELECT lower(x) AS begins FROM unnest(r.h) x WHERE lower(x) > p.issued_at AND lower(x) <= owed.at ORDER BY 1 LIMIT 1) s ON true
	LEFT JOIN certwire.channel_policy q ON q.channel = p.channel AND q.since <= s.begins AND (q.until IS NULL OR q.until > s.begins)
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM unnest(r.h) x WHERE upper(x) <= s.begins) AS had) b
	WHERE r.h @> p.issued_at OR CASE WHEN s.begins IS NULL THEN false
		WHEN b.had THEN q.gap = 'all' OR q.gap = 'since' AND p.issued_at >= q.gap_since
		ELSE q.backlog = 'days' AND p.issued_at >= s.begins - make_interval(days => q.backlog_days) OR q.backlog = 'latest'
			AND p.issued_at = (SELECT max(o.issued_at) FROM certwire.publication o WHERE o.channel = p.channel AND o.issued_at < s.begins) END
$$;

-- Looks for rights that have begun, a few units a call, then holds every mailbox against the rule.
CREATE FUNCTION m.fill() RETURNS void LANGUAGE plpgsql SET jit = off AS $$
DECLARE
	looked timestamptz;
	wrong text;
BEGIN
	PERFORM certwire.entitlement_lock();
	WHILE (SELECT f.more FROM certwire.fill_due((SELECT l.fence FROM certwire.lease l), 2) f) LOOP
	END LOOP;
	SELECT s.looked_at INTO looked FROM certwire.fill_state s;
	SELECT string_agg(format('%s lacks %s', o.unit, o.publication), ', ') INTO wrong
		FROM m.owed(looked) o JOIN certwire.rights_at(looked) r ON r.unit = o.unit AND r.channel = o.channel
		WHERE NOT EXISTS (SELECT FROM certwire.delivery d WHERE d.unit = o.unit AND d.publication = o.publication);
	wrong := coalesce(wrong, (SELECT string_agg(format('%s has %s', s.unit, s.publication), ', ') FROM (
		SELECT d.unit, d.publication FROM certwire.delivery d EXCEPT SELECT o.unit, o.publication FROM m.owed(clock_timestamp()) o) s));
	wrong := coalesce(wrong, (SELECT string_agg(e.unit, ', ') FROM (SELECT n.unit FROM certwire.entry n GROUP BY n.unit
		HAVING max(n.number) <> count(*) OR count(*) <> count(DISTINCT n.publication)) e));
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION 'mailboxes are wrong: %', wrong;
	END IF;
END
$$;

-- One act; null when it was refused. Begins and ends to come lie within seconds, so that some pass by the clock.
CREATE FUNCTION m.act(OUT call text) LANGUAGE plpgsql AS $$
DECLARE
	unit text := (m.units())[1 + floor(random() * 6)];
	c text := (ARRAY['weekly', 'monthly', 'opportunity', 'seminar'])[1 + floor(random() * 4)];
	soon timestamptz := CASE WHEN random() < 0.5 THEN clock_timestamp() + random() * interval '2 seconds' END;
	later timestamptz := CASE WHEN random() < 0.7 THEN coalesce(soon, clock_timestamp()) + random() * interval '2 seconds' END;
	b text := (ARRAY['none', 'days', 'latest'])[1 + floor(random() * 3)];
	g text := (ARRAY['nothing', 'all', 'since'])[1 + floor(random() * 3)];
	subject text;
BEGIN
	subject := CASE WHEN random() < 0.3 THEN '@group' ELSE unit END;
	call := CASE floor(random() * 27)
		WHEN 0 THEN format('suspend_unit(%L, ''x'')', unit) WHEN 1 THEN format('lapse_unit(%L, ''x'')', unit)
		WHEN 2 THEN format('reinstate_unit(%L, ''x'')', unit) WHEN 3 THEN format('reinstate_unit(%L, ''x'')', unit)
		WHEN 4 THEN format('admit_unit(%L, ''x'')', unit) WHEN 5 THEN format('admit_unit(%L, ''x'')', unit)
		WHEN 6 THEN format('grant_channel(%L, %L, %L, ''x'', %L)', subject, c, later, soon)
		WHEN 7 THEN format('grant_channel(%L, %L)', subject, c) WHEN 8 THEN format('grant_channel(%L, %L, %L)', subject, c, later)
		WHEN 9 THEN format('deny_channel(%L, %L, ''x'', %L, %L)', subject, c, later, soon)
		WHEN 10 THEN format('withdraw_denial(%L, %L, ''x'')', subject, c) WHEN 11 THEN format('withdraw_denial(%L, %L, ''x'')', '@group', c)
		WHEN 12 THEN format('withdraw_grant(%L, %L, ''x'')', subject, c)
		WHEN 13 THEN format('put_in_group(''group'', %L, ''x'', %L)', unit, later) WHEN 14 THEN format('take_from_group(''group'', %L, ''x'')', unit)
		WHEN 15 THEN format('set_policy(%L, ''x'', levels => %L, regions => %L)', c,
			(ARRAY['{}', '{national}', '{provincial}', '{national,provincial}'])[1 + floor(random() * 4)],
			(ARRAY['{}', '{}', '{440000}', '{110000,430000}'])[1 + floor(random() * 4)])
		WHEN 16 THEN format('select_unit(%L, 4, %L, %L, ''x'')', unit, (ARRAY['national', 'provincial'])[1 + floor(random() * 2)],
			(ARRAY['110000', '440000', '430000'])[1 + floor(random() * 3)])
		WHEN 17 THEN format('set_term(4, ends => %L)', clock_timestamp() + interval '1 day' + random() * interval '1 year')
		WHEN 18 THEN format('deny_channel(%L, %L, ''x'', %L)', subject, c, later)
		WHEN 19 THEN format('set_policy(%L, ''x'', backlog => %L, backlog_days => %L)', c, b, CASE b WHEN 'days' THEN 30 END)
		WHEN 20 THEN format('set_policy(%L, ''x'', gap => %L, gap_since => %L)', c, g, CASE g WHEN 'since' THEN clock_timestamp() - interval '1 second' END)
		WHEN 21 THEN 'm.fill()' WHEN 22 THEN 'm.fill()'
		WHEN 23 THEN format('m.issue(%L)', c) WHEN 24 THEN format('m.issue(%L)', c) WHEN 25 THEN format('m.issue(%L)', c)
		ELSE format('suspend_unit(%L, ''x'')', unit) END;
	EXECUTE 'SELECT ' || CASE WHEN call LIKE 'm.%' THEN '' ELSE 'certwire.' END || call;
EXCEPTION WHEN OTHERS THEN
	-- A refusal is part of it; anything else is not.
	IF SQLSTATE !~ '^CW' THEN
		RAISE;
	END IF;
	call := NULL;
END
$$;

-- What why says of each unit and channel, and what a head does; the time is the database's when it was asked.
CREATE FUNCTION m.truth(units text[]) RETURNS TABLE (unit text, channel text, allows boolean, good boolean, us bigint, told boolean) LANGUAGE sql VOLATILE SET jit = off AS $$
	SELECT u, c.channel, w.allows, w.good, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
		CASE WHEN c.receives = (c.reason IS NULL) THEN c.receives END
	FROM unnest(units) u CROSS JOIN LATERAL certwire.channels_told(ARRAY[u], clock_timestamp()) c
	CROSS JOIN LATERAL (SELECT bool_and(y.says = 'allows') FILTER (WHERE y.rule = 'verdict') AS allows,
		bool_and(y.says = 'allows') FILTER (WHERE y.rule = 'standing') AS good FROM certwire.why(u, c.channel) y) w
	ORDER BY u COLLATE "C", c.channel COLLATE "C"
$$;

CREATE FUNCTION m.begin() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	u text;
BEGIN
	PERFORM certwire.set_term(4, begins => '2011-06-01 00:00+08');
	PERFORM certwire.make_group('group', 'group');
	PERFORM certwire.lease_take('m', '1 hour');
	FOREACH u IN ARRAY m.units() LOOP
		PERFORM certwire.propose_unit(u, u, 4, 'provincial', '440000', 'x');
		PERFORM certwire.set_paper(u, 'agreement', 'x', '2026-01-05');
		PERFORM certwire.set_paper(u, 'confidentiality', 'x', '2026-01-05');
		PERFORM certwire.set_contact(u, 'x', '110000');
		PERFORM certwire.admit_unit(u, 'x');
		PERFORM certwire.request_device(u, 'd1', 'a.b.c');
	END LOOP;
END
$$;
SELECT m.begin();
