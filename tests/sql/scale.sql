-- Ten thousand units: one issue, one mailbox entry each, no loop that would make it slow.
\ir world.sql
SELECT no_plan();

INSERT INTO certwire.unit (id, name) SELECT 'u' || i, '单位' || i FROM generate_series(1, 10000) i;
INSERT INTO certwire.standing (unit, since, standing, reason) SELECT 'u' || i, now() - interval '1 day', 'good', '准入' FROM generate_series(1, 10000) i;
INSERT INTO certwire.entitlement (effect, unit, channel, since) SELECT 'grant', 'u' || i, 'weekly', now() - interval '1 day' FROM generate_series(1, 10000) i;
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at, certified_by)
	SELECT 'u' || i, 'd1', 'a.b.c', 'c', t.id('u' || i), now() - interval '1 day', now() + interval '1 day', now(), 'x' FROM generate_series(1, 10000) i;
ANALYZE;

-- How many rows a query reads, of the tables that say who has rights unless others are named. The bounds are far from
-- both: ten rows each time, not ten thousand.
CREATE FUNCTION t.reads(query text, tables text[] DEFAULT '{standing,membership,entitlement,group_member,device,entry}')
	RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	read CONSTANT text := 'SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE schemaname = ''certwire''
		AND relname = ANY ($1)';
	before bigint;
	after bigint;
BEGIN
	EXECUTE read INTO before USING tables;
	EXECUTE query;
	EXECUTE read INTO after USING tables;
	RETURN after - before;
END
$$;

-- A session's plans are made when there is nothing yet, and kept.
SELECT t.as('dsp');
SELECT FROM generate_series(1, 6) CROSS JOIN LATERAL certwire.entries_to_sign(t.fence(), 10);
SELECT FROM generate_series(1, 6) CROSS JOIN LATERAL certwire.deliveries_to_seal(t.fence(), t.id('dsp'), 10);
SELECT FROM generate_series(1, 6) CROSS JOIN LATERAL certwire.offers_due(t.fence(), interval '30 s', 10);
SELECT FROM generate_series(1, 6) CROSS JOIN LATERAL certwire.settle(t.fence(), '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
SELECT t.as('postgres');

SELECT t.ready('one');
SELECT t.ready('two');
SELECT t.as('dsp');
SELECT is((SELECT deliveries FROM certwire.issue_due(t.fence(), t.id('one'))), 10002, 'ten thousand units and two are in the audience');
SELECT certwire.issue_due(t.fence(), t.id('two'));
SELECT cmp_ok(t.reads('SELECT FROM certwire.entries_to_sign(t.fence(), 10)'), '<', 500::bigint, 'ten entries to sign are found by looking at ten');
DISCARD PLANS; -- as the dispatcher does now and then
SELECT cmp_ok(t.reads('SELECT FROM certwire.entries_to_sign(t.fence(), 10)'), '<', 500::bigint, 'with a new plan, too');
SELECT t.as('postgres');
ANALYZE;
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.entries_to_sign(t.fence(), 10)'), '<', 500::bigint, 'and with statistics');
-- Ten are sealed before they are signed.
SELECT certwire.put_grants(t.fence(), array_agg(s.publication), array_agg(s.unit), array_agg(s.device), array_agg(s.device_kid), array_agg(decode(repeat('cc', 96), 'hex')))
	FROM certwire.deliveries_to_seal(t.fence(), t.id('dsp'), 10) s;
SELECT cmp_ok(t.reads($$SELECT certwire.put_entry_signatures(t.fence(), t.id('dsp'), array_agg(e.unit), array_agg(e.epoch::bigint),
		array_agg(e.number::bigint), array_agg(convert_to(e.unit || e.number, 'UTF8')),
		array_agg(t.digest(e.unit || e.number)), array_agg(e.unit || '.' || e.number || '.jws'))
	FROM certwire.entries_to_sign(t.fence(), 10) e$$, '{entry,delivery,presence}'), '<', 500::bigint, 'ten are signed by looking at ten, and at the ten deliveries');
SELECT t.sign_all();
SELECT cmp_ok(t.reads('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10)'), '<', 500::bigint, 'so are ten deliveries to seal');
DISCARD PLANS;
SELECT cmp_ok(t.reads('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10)'), '<', 500::bigint, 'with a new plan, too');
SELECT t.as('postgres');
ANALYZE;
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10)'), '<', 500::bigint, 'with statistics, too');
SELECT t.as('postgres');
INSERT INTO certwire.presence (unit, device, broker, present) SELECT 'u' || i, 'd1', 'b', true FROM generate_series(1, 10000) i;
SELECT t.as('dsp');
SELECT is(t.seal_all(), 19994, 'everything is sealed');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE next_offer_at <= clock_timestamp()), 19992::bigint, 'and due, but what was sealed before they came, and to the two who did not');
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)'), '<', 500::bigint, 'and ten that are due, out of twenty thousand');
DISCARD PLANS;
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)'), '<', 500::bigint, 'with a new plan, too');
SELECT t.as('postgres');
ANALYZE;
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)'), '<', 500::bigint, 'with statistics, too');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)', '{delivery,presence}'), '<', 1000::bigint,
	'nor is more than some of what is due looked at to see whose turn it is');
DISCARD PLANS;
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)', '{delivery,presence}'), '<', 1000::bigint, 'with a new plan, too');
SELECT t.as('postgres');
UPDATE certwire.presence SET present = false;
SELECT t.as('dsp');
-- The rest of the twenty thousand are put off, some at each step.
SELECT FROM generate_series(1, 20) CROSS JOIN LATERAL certwire.offers_due(t.fence(), interval '30 s', 200);
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)', '{delivery,presence}'), '<', 100::bigint,
	'what is owed to ten thousand who are away is not looked at');
SELECT t.as('postgres');
UPDATE certwire.presence SET present = true, returned = unit LIKE 'u77_';
ANALYZE;
SELECT t.as('dsp');
SELECT cmp_ok(t.reads('SELECT FROM certwire.offers_due(t.fence(), interval ''30 s'', 10)', '{delivery,presence}'), '<', 1000::bigint,
	'nor is anybody''s but those ten''s who came back');
SELECT t.as('postgres');
SELECT cmp_ok(t.reads('SELECT FROM certwire.rights_at(now())'), '>', 10000::bigint, 'the check would see them all read');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.entries_to_sign(t.fence(), 10)', 'everything is signed');
SELECT t.as('postgres');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING array_agg(number ORDER BY number) <> ''{1,2}''', 'every mailbox has numbers 1 and 2');

INSERT INTO certwire.receipt (unit, device, number, raw, broker, judged_at, verdict, authentic)
	SELECT 'u' || i, 'd1', 1, 'r', 'b', now(), 0, true FROM generate_series(1, 10000) i;
INSERT INTO certwire.receipt (unit, device, number, raw, broker) SELECT 'u' || i, 'd1', 2, 'r', 'b' FROM generate_series(1, 10) i;
SELECT t.as('dsp');
DISCARD PLANS;
SELECT cmp_ok(t.reads(format('SELECT FROM certwire.settle(t.fence(), %L, array_fill(0::bigint, ARRAY[10]), array_fill(true, ARRAY[10]),
		%1$L, array_fill(t.id(''one'')::text, ARRAY[10]), array_fill(''stored''::text, ARRAY[10]), array_fill(0::bigint, ARRAY[10]), array_fill(now(), ARRAY[10]))',
	(SELECT array_agg(j.id) FROM certwire.receipts_to_judge(t.fence(), 10) j)), '{receipt,receipt_item,delivery,device}'), '<', 500::bigint,
	'ten receipts are settled by looking at ten');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE stored_at IS NOT NULL), 10::bigint, 'and are settled');

-- Nothing that is asked for every second reads a whole table.
CREATE FUNCTION t.scans(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		IF line ~ 'Seq Scan' THEN
			RETURN NEXT line;
		END IF;
	END LOOP;
END
$$;
ANALYZE;
SELECT is_empty($$SELECT t.scans('SELECT FROM certwire.receipt WHERE judged_at IS NULL ORDER BY id LIMIT 10')$$, 'unjudged receipts have an index');
SELECT is_empty($$SELECT t.scans('SELECT FROM certwire.entry WHERE digest IS NULL ORDER BY unit, epoch, number LIMIT 10')$$, 'unsigned entries have an index');
SELECT is_empty($$SELECT t.scans('SELECT FROM certwire.delivery WHERE to_seal')$$, 'unsealed deliveries have an index');
SELECT is_empty($$SELECT t.scans('SELECT FROM certwire.delivery WHERE state = ''owed'' AND next_offer_at <= now() ORDER BY next_offer_at LIMIT 10')$$, 'due deliveries have an index');
SELECT is_empty($$SELECT t.scans('SELECT FROM certwire.delivery WHERE state = ''owed'' AND unit = ''u77''')$$, 'a unit''s owed deliveries have an index');
SELECT isnt_empty($$SELECT t.scans('SELECT FROM certwire.delivery WHERE offers = 3')$$, 'the check would see a scan');
SELECT * FROM finish(true);
