-- What two thousand units are owed costs a step nothing while they are away, and what it takes when they come: also with plans that
-- were made when there was nothing, and without statistics.
\ir world.sql
SELECT no_plan();

ALTER TABLE certwire.delivery SET (autovacuum_enabled = off);
ALTER TABLE certwire.presence SET (autovacuum_enabled = off);
INSERT INTO certwire.unit (id, name) SELECT 'u' || i, '单位' || i FROM generate_series(1, 2000) i;
INSERT INTO certwire.standing (unit, since, standing, reason) SELECT 'u' || i, now() - interval '1 day', 'good', '准入' FROM generate_series(1, 2000) i;
INSERT INTO certwire.entitlement (effect, unit, channel, since) SELECT 'grant', 'u' || i, 'weekly', now() - interval '1 day' FROM generate_series(1, 2000) i;
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at, certified_by)
	SELECT 'u' || i, 'd1', 'a.b.c', 'c', t.id('u' || i), now() - interval '1 day', now() + interval '1 day', now(), 'x' FROM generate_series(1, 2000) i;

CREATE FUNCTION t.reads(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	read CONSTANT text := 'SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE schemaname = ''certwire''
		AND relname IN (''delivery'', ''presence'', ''entry'')';
	before bigint;
	after bigint;
BEGIN
	EXECUTE read INTO before;
	EXECUTE query;
	EXECUTE read INTO after;
	RETURN after - before;
END
$$;
CREATE FUNCTION t.came(units text) RETURNS void LANGUAGE sql AS $$
	SELECT certwire.put_presence('b', array_agg(u), array_agg('d1'::text), array_agg(true)) FROM unnest(units::text[]) u
$$;

-- A session's plans are made when there is nothing yet, and kept.
SELECT t.as('brk');
SELECT t.came('{alpha,beta}');
SELECT t.publish('first', 'weekly', '{"v":1,"rule":"units","units":["alpha","beta"]}');
SELECT is((SELECT count(*) FROM certwire.offers_due(t.fence(), '30 s', 10)), 2::bigint, 'who is there is offered it');

SELECT t.publish(name) FROM unnest('{one,two,three}'::text[]) name;
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE unit LIKE 'u%' AND state = 'owed'), 6000::bigint, 'two thousand are owed three each');
SELECT t.as('dsp');
SELECT count(*) FROM generate_series(1, 3) i CROSS JOIN LATERAL certwire.offers_due(t.fence(), '30 s', 10 + 0 * i);
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 10)'), '<', 20::bigint, 'nobody looks at what they are owed');
SELECT t.as('brk');
SELECT t.came('{u1,u2,u3}');
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 10)'), '<', 400::bigint, 'but at that of three who come');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE unit IN ('u1', 'u2', 'u3') AND offers = 1), 9::bigint, 'who are offered it');

-- All of them come.
SELECT t.as('brk');
SELECT t.came((SELECT array_agg('u' || i)::text FROM generate_series(1, 2000) i));
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 10)'), '<', 2000::bigint, 'and at that of some of them at a time');
SELECT count(*) FROM generate_series(1, 70) i CROSS JOIN LATERAL certwire.offers_due(t.fence(), '30 s', 100 + 0 * i);
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE unit LIKE 'u%' AND offers = 1), 6000::bigint, 'until each has been offered all, once');
SELECT is_empty('SELECT FROM certwire.presence WHERE returned', 'nobody is left');

-- All go, with what they were offered due again.
UPDATE certwire.delivery SET next_offer_at = clock_timestamp();
SELECT t.as('brk');
SELECT certwire.put_presence('b', '{}', '{}', '{}', true);
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 100)', 'who is away is offered nothing');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 100)'), '<', 20::bigint, 'and is not looked at again');
SELECT * FROM finish(true);
