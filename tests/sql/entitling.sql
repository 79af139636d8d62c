-- Grants, denials, groups and policies, each with a period; why, and the copy's spans.
\ir world.sql
SELECT no_plan();

-- What why, rights_at, the copy, the preview and a head say of a unit and a channel right now; they must agree.
CREATE FUNCTION t.may(unit text, channel text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	by_why boolean;
	by_rights boolean;
	by_copy boolean;
	by_audience boolean;
	by_head boolean;
	since_by_why timestamptz;
	since_by_head timestamptz;
BEGIN
	SELECT w.says = 'allows', w.since INTO by_why, since_by_why FROM certwire.why(unit, channel) w WHERE w.rule = 'verdict';
	by_rights := EXISTS (SELECT FROM certwire.rights_at(clock_timestamp()) r WHERE r.unit = may.unit AND r.channel = may.channel);
	by_copy := EXISTS (SELECT FROM certwire.copy_units(ARRAY[unit]) c WHERE c.channel = may.channel AND c.since IS NULL);
	by_audience := (SELECT a.receives FROM certwire.audience(channel) a WHERE a.unit = may.unit);
	SELECT h.receives, h.since INTO by_head, since_by_head FROM certwire.channels_told(ARRAY[unit], clock_timestamp()) h WHERE h.channel = may.channel;
	IF by_why = by_rights AND by_rights = by_copy AND by_copy = by_audience AND by_audience = by_head
		AND (by_head OR since_by_head IS NOT DISTINCT FROM since_by_why) THEN
		RETURN by_why::text;
	END IF;
	RETURN format('why %s since %s, rights_at %s, copy %s, audience %s, head %s since %s', by_why, since_by_why, by_rights, by_copy, by_audience,
		by_head, since_by_head);
END
$$;
CREATE FUNCTION t.spans(unit text, channel text) RETURNS TABLE (since timestamptz, until timestamptz) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT c.since, c.until FROM certwire.copy_units(ARRAY[unit]) c WHERE c.channel = spans.channel
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.as('adm');
SELECT is(t.may('alpha', 'weekly'), 'true', 'granted');
SELECT is(t.may('delta', 'weekly'), 'false', 'not granted');
SELECT is(t.may('gamma', 'weekly'), 'false', 'suspended');
SELECT certwire.deny_channel('alpha', 'weekly', '调查期间');
SELECT is(t.may('alpha', 'weekly'), 'false', 'a denial wins');
SELECT is((SELECT reason FROM certwire.audience('weekly') WHERE unit = 'alpha'), '已禁止接收该频道：调查期间（denied）', 'and is the reason why it does not receive');
SELECT is(t.may('alpha', 'monthly'), 'true', 'and is of one channel');
SELECT results_eq($$SELECT rule, says FROM certwire.why('alpha', 'weekly')$$, $$VALUES ('standing'::text, 'allows'::text), ('term', 'needed'), ('policy', 'silent'),
	('grant', 'allows'), ('deny', 'forbids'), ('contact', 'needed'), ('device', 'needed'), ('verdict', 'forbids')$$, 'why says each rule, the verdict last');
SELECT certwire.withdraw_denial('alpha', 'weekly', '调查结束');
SELECT is(t.may('alpha', 'weekly'), 'true', 'until it is withdrawn');

-- Policies: level and region.
SELECT certwire.set_policy('seminar', '只邀请国家级', levels => '{national}');
SELECT t.admit('national', 'national', NULL);
SELECT t.admit('canton', 'provincial', '广东省');
SELECT is(t.may('national', 'seminar'), 'true', 'a policy entitles by level');
SELECT is(t.may('canton', 'seminar'), 'false', 'other levels it does not');
SELECT certwire.set_policy('seminar', '也邀请广东', levels => '{national,provincial}', regions => '{440000}');
SELECT is(t.may('canton', 'seminar'), 'true', 'a policy entitles by region');
SELECT is(t.may('national', 'seminar'), 'false', 'who has none is not of that region');
SELECT is((SELECT detail FROM certwire.why('canton', 'seminar') WHERE rule = 'policy'), '频道默认接收范围：国家级、省级；地区：广东省', 'why tells the policy in words');
SELECT certwire.select_unit('canton', 4, 'provincial', '湖南省', '更正地区');
SELECT is(t.may('canton', 'seminar'), 'false', 'a corrected region counts at once');
SELECT certwire.set_policy('seminar', '不限地区', regions => '{}');
SELECT is(t.may('canton', 'seminar'), 'true', 'no region named: all');

-- Groups.
SELECT certwire.make_group('malware', '恶意代码分析');
SELECT certwire.grant_channel('@malware', 'opportunity', reason => '专项课题');
SELECT throws_ok($$SELECT certwire.put_in_group('@malware', 'delta', 'x')$$, 'CW004', NULL, 'a group is written with @ only where a unit could stand');
SELECT certwire.put_in_group('malware', 'delta', '能力评审');
SELECT is(t.may('delta', 'opportunity'), 'true', 'a group''s grant is its members''');
SELECT certwire.deny_channel('@malware', 'monthly', '试验');
SELECT certwire.put_in_group('malware', 'alpha', '能力评审');
SELECT is(t.may('alpha', 'monthly'), 'false', 'so is a denial');
SELECT certwire.take_from_group('malware', 'alpha', '退出');
SELECT is(t.may('alpha', 'monthly'), 'true', 'who leaves is free of it');
SELECT certwire.withdraw_grant('@malware', 'opportunity', '课题结束');
SELECT is(t.may('delta', 'opportunity'), 'false', 'a group''s grant ends for all');

-- Periods. Nothing runs when a time comes.
SELECT certwire.grant_channel('delta', 'weekly', since => clock_timestamp() + interval '300 milliseconds', until => clock_timestamp() + interval '600 milliseconds');
SELECT is(t.may('delta', 'weekly'), 'false', 'a grant to come is not in force');
SELECT results_eq($$SELECT since IS NOT NULL, until IS NOT NULL FROM t.spans('delta', 'weekly')$$, $$VALUES (true, true)$$, 'but the copy knows it');
SELECT pg_sleep_until((SELECT max(since) FROM certwire.entitlement WHERE unit = 'delta'));
SELECT is(t.may('delta', 'weekly'), 'true', 'it comes by the clock');
SELECT pg_sleep_until((SELECT max(until) FROM certwire.entitlement WHERE unit = 'delta'));
SELECT is(t.may('delta', 'weekly'), 'false', 'and goes by the clock');
SELECT certwire.grant_channel('delta', 'weekly');
SELECT certwire.deny_channel('delta', 'weekly', '停一天', since => '2090-01-01', until => '2090-01-02');
SELECT results_eq($$SELECT since, until FROM t.spans('delta', 'weekly') ORDER BY since NULLS FIRST$$,
	$$VALUES (NULL::timestamptz, '2090-01-01'::timestamptz), ('2090-01-02', NULL)$$, 'a denial in between makes two spans');
SELECT certwire.withdraw_denial('delta', 'weekly', '不停了');
SELECT is((SELECT until = since FROM certwire.entitlement WHERE unit = 'delta' AND effect = 'deny'), true, 'what is withdrawn before its time never was in force');

-- Bad input.
SELECT throws_ok(format('SELECT certwire.%s', call), code, NULL, call) FROM (VALUES
	($$grant_channel('nobody', 'weekly')$$, 'CW003'), ($$grant_channel('@nobody', 'weekly')$$, 'CW003'), ($$grant_channel('@', 'weekly')$$, 'CW003'),
	($$grant_channel(NULL, 'weekly')$$, 'CW003'), ($$grant_channel('beta', NULL)$$, 'CW003'), ($$grant_channel('beta', 'daily')$$, 'CW003'),
	($$grant_channel('beta', 'seminar', 'infinity')$$, 'CW004'), ($$grant_channel('beta', 'seminar', since => '2001-01-01')$$, 'CW004'),
	($$grant_channel('beta', 'seminar', '2090-01-01', NULL, '2090-01-02')$$, 'CW004'), ($$grant_channel('beta', 'weekly', '2091-01-01', NULL, '2090-01-02')$$, 'CW005'),
	($$deny_channel('beta', 'weekly', NULL)$$, 'CW004'), ($$withdraw_denial('beta', 'weekly', 'x')$$, 'CW002'), ($$withdraw_grant('canton', 'seminar', 'x')$$, 'CW002'),
	($$make_group('Malware', 'x')$$, 'CW004'), ($$make_group('malware', 'x')$$, 'CW005'), ($$make_group('other', ' ')$$, 'CW004'),
	($$put_in_group('malware', 'delta', 'x')$$, 'CW005'), ($$put_in_group('malware', 'nobody', 'x')$$, 'CW003'), ($$put_in_group('none', 'delta', 'x')$$, 'CW003'),
	($$put_in_group('malware', 'beta', 'x', '2001-01-01')$$, 'CW004'), ($$take_from_group('malware', 'beta', 'x')$$, 'CW002'),
	($$set_policy('daily', 'x')$$, 'CW003'), ($$set_policy('weekly', ' ')$$, 'CW004'), ($$set_policy('weekly', 'x', levels => '{local}')$$, 'CW004'),
	($$set_policy('weekly', 'x', levels => '{NULL}')$$, 'CW004'), ($$set_policy('weekly', 'x', regions => '{Atlantis}')$$, 'CW003'),
	($$set_policy('weekly', 'x', regions => '{NULL}')$$, 'CW004'), ($$set_policy('weekly', 'x', approvals => 9)$$, 'CW004'), ($$set_policy('weekly', 'x', backlog => 'some')$$, 'CW004'),
	($$set_policy('weekly', 'x', backlog => 'days')$$, 'CW004'), ($$set_policy('weekly', 'x', backlog_days => 3)$$, 'CW004'), ($$set_policy('weekly', 'x', gap => 'since')$$, 'CW004'),
	($$set_policy('weekly', 'x', gap => 'some')$$, 'CW004'), ($$set_policy('weekly', 'x', expires_after => '1 minute')$$, 'CW004'), ($$set_policy('weekly', 'x', head_start => '1 day')$$, 'CW004'),
	($$set_policy('weekly', 'x', preferred => 'malware')$$, 'CW004'), ($$set_policy('weekly', 'x', preferred => 'none', head_start => '1 day')$$, 'CW003'),
	($$why('nobody', 'weekly')$$, 'CW003'), ($$why('alpha', 'daily')$$, 'CW003')) v (call, code);
SELECT is((SELECT count(*) FROM certwire.channel_policy), 11::bigint, 'none of it left a trace');
SELECT throws_ok($$INSERT INTO certwire.entitlement (effect, unit, channel) VALUES ('grant', 'delta', 'monthly')$$, '42501', NULL, 'an administrator writes no table');

-- The approvals of the policy count beside the keyset's.
SELECT certwire.set_policy('monthly', '两人签署', approvals => 2);
SELECT t.as('ed1');
SELECT is(t.draft('strict', 'monthly', 1), 'review', 'one signature is not enough where the policy wants two');
SELECT t.as('ed2');
SELECT is((SELECT state FROM certwire.approve(t.id('strict'), t.id('ed2'), 'h..s')), 'approved', 'two are');
SELECT is((SELECT approvals FROM certwire.policies() WHERE channel = 'monthly'), 2, 'editors see what is wanted');

-- Random acts; after each, what why goes by and rights_at agree on every unit and channel, and what is to
-- come is told alike by the copy's spans and by rights_at then.
SELECT t.as('postgres');
CREATE FUNCTION t.act(dice float) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	u text := (ARRAY['alpha', 'beta', 'gamma', 'delta', 'national', 'canton'])[1 + floor(random() * 6)];
	c text := (ARRAY['weekly', 'monthly', 'opportunity', 'seminar'])[1 + floor(random() * 4)];
	s text := CASE WHEN random() < 0.3 THEN '@malware' ELSE u END;
	soon timestamptz := CASE WHEN random() < 0.5 THEN clock_timestamp() + random() * interval '1 year' + interval '1 minute' END;
	later timestamptz := CASE WHEN random() < 0.5 THEN coalesce(soon, clock_timestamp()) + random() * interval '1 year' + interval '1 minute' END;
	call text := CASE floor(dice * 14)
		WHEN 0 THEN format('suspend_unit(%L, ''x'')', u) WHEN 1 THEN format('reinstate_unit(%L, ''x'')', u)
		WHEN 2 THEN format('lapse_unit(%L, ''x'')', u) WHEN 3 THEN format('admit_unit(%L, ''x'')', u)
		WHEN 4 THEN format('grant_channel(%L, %L, %L, ''x'', %L)', s, c, later, soon) WHEN 5 THEN format('grant_channel(%L, %L)', s, c)
		WHEN 6 THEN format('deny_channel(%L, %L, ''x'', %L, %L)', s, c, later, soon) WHEN 7 THEN format('withdraw_denial(%L, %L, ''x'')', s, c)
		WHEN 8 THEN format('withdraw_grant(%L, %L, ''x'')', s, c) WHEN 9 THEN format('put_in_group(''malware'', %L, ''x'', %L)', u, later)
		WHEN 10 THEN format('take_from_group(''malware'', %L, ''x'')', u)
		WHEN 11 THEN format('set_policy(%L, ''x'', levels => %L, regions => %L)', c, (ARRAY['{}', '{national}', '{provincial}', '{national,provincial}'])[1 + floor(random() * 4)],
			(ARRAY['{}', '{440000}', '{110000,430000}'])[1 + floor(random() * 3)])
		WHEN 12 THEN format('select_unit(%L, 4, %L, %L, ''x'')', u, (ARRAY['national', 'provincial'])[1 + floor(random() * 2)], (ARRAY['110000', '440000', '430000'])[1 + floor(random() * 3)])
		ELSE format('set_term(4, ends => %L)', clock_timestamp() + random() * interval '1 year' + interval '1 hour') END;
BEGIN
	EXECUTE 'SELECT certwire.' || call;
	RETURN call;
EXCEPTION WHEN OTHERS THEN
	-- Refusals are part of it; anything but a refusal is not.
	IF SQLSTATE !~ '^CW' THEN
		RAISE;
	END IF;
	RETURN NULL;
END
$$;
CREATE FUNCTION t.disagreement(after text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	moment timestamptz := clock_timestamp();
	found text;
	ahead timestamptz;
BEGIN
	SELECT format('%s: %s %s', after, u.id, c.id) INTO found
		FROM certwire.unit u CROSS JOIN certwire.channel c
		WHERE (certwire.rights_history(u.id, c.id) @> moment)
			<> EXISTS (SELECT FROM certwire.rights_at(moment) r WHERE r.unit = u.id AND r.channel = c.id) LIMIT 1;
	FOR ahead IN SELECT moment + i * interval '67 days' FROM generate_series(0, 6) i LOOP
		EXIT WHEN found IS NOT NULL;
		SELECT format('%s: at %s: %s', after, ahead, d) INTO found FROM (
			(SELECT a.unit, a.channel FROM certwire.rights_ahead(moment) a WHERE coalesce(a.since, moment) <= ahead AND coalesce(a.until > ahead, true)
				EXCEPT SELECT r.unit, r.channel FROM certwire.rights_at(ahead) r)
			UNION ALL
			(SELECT r.unit, r.channel FROM certwire.rights_at(ahead) r
				EXCEPT SELECT a.unit, a.channel FROM certwire.rights_ahead(moment) a WHERE coalesce(a.since, moment) <= ahead AND coalesce(a.until > ahead, true))) d LIMIT 1;
	END LOOP;
	RETURN found;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;
SELECT t.as('adm');
SELECT setseed(0.2026);
CREATE TEMP TABLE told AS SELECT a.call, t.disagreement(a.call) AS odd
	FROM generate_series(1, 300) i CROSS JOIN LATERAL (SELECT t.act(random() + i * 0) AS call) a;
SELECT is((SELECT min(odd) FROM told), NULL, 'after each of many random acts all answers agree');
SELECT cmp_ok((SELECT count(*) FROM told WHERE call IS NOT NULL), '>', 100::bigint, 'most of the acts were done');
SELECT * FROM finish(true);
