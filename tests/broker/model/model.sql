-- Random acts of administrators, and what is true after each, for test_model.
\set ON_ERROR_STOP on
CREATE SCHEMA m;

CREATE FUNCTION m.units() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['jia', 'yi', 'bing', 'ding', 'wu', 'ji'] $$;

-- One act; null when it was refused. Begins and ends to come lie within seconds, so that some pass by the clock.
CREATE FUNCTION m.act(OUT call text) LANGUAGE plpgsql AS $$
DECLARE
	unit text := (m.units())[1 + floor(random() * 6)];
	c text := (ARRAY['weekly', 'monthly', 'opportunity', 'seminar'])[1 + floor(random() * 4)];
	soon timestamptz := CASE WHEN random() < 0.5 THEN clock_timestamp() + random() * interval '2 seconds' END;
	later timestamptz := CASE WHEN random() < 0.7 THEN coalesce(soon, clock_timestamp()) + random() * interval '2 seconds' END;
	subject text;
BEGIN
	subject := CASE WHEN random() < 0.3 THEN '@group' ELSE unit END;
	call := CASE floor(random() * 20)
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
		ELSE format('suspend_unit(%L, ''x'')', unit) END;
	EXECUTE 'SELECT certwire.' || call;
EXCEPTION WHEN OTHERS THEN
	-- A refusal is part of it; anything else is not.
	IF SQLSTATE !~ '^CW' THEN
		RAISE;
	END IF;
	call := NULL;
END
$$;

-- What why says of each unit and channel; the time is the database's when it was asked.
CREATE FUNCTION m.truth(units text[]) RETURNS TABLE (unit text, channel text, allows boolean, good boolean, us bigint) LANGUAGE sql VOLATILE AS $$
	SELECT u, c.id, w.allows, w.good, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
	FROM unnest(units) u CROSS JOIN certwire.channel c
	CROSS JOIN LATERAL (SELECT bool_and(y.says = 'allows') FILTER (WHERE y.rule = 'verdict') AS allows,
		bool_and(y.says = 'allows') FILTER (WHERE y.rule = 'standing') AS good FROM certwire.why(u, c.id) y) w
	ORDER BY u COLLATE "C", c.id COLLATE "C"
$$;

CREATE FUNCTION m.begin() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	u text;
BEGIN
	PERFORM certwire.set_term(4, begins => '2011-06-01 00:00+08');
	PERFORM certwire.make_group('group', 'group');
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
