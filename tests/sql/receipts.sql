-- Receipts: what a broker puts settles nothing; what the dispatcher believes settles once.
\ir world.sql
SELECT no_plan();
GRANT SELECT ON ALL TABLES IN SCHEMA certwire TO dsp, brk;

SELECT t.publish('one');
SELECT t.publish('two', 'monthly');
SELECT t.device('alpha', 'd2');
SELECT t.as('dsp');
SELECT t.seal_all();

-- Putting.
SELECT t.as('brk');
SELECT is(certwire.put_receipts('b1', '{alpha,alpha}', '{d1,d1}', '{1,2}', '{r1,r2}'), 2, 'receipts are committed in a batch');
SELECT is(certwire.put_receipts('b2', '{alpha,alpha}', '{d1,d1}', '{2,3}', '{r2,r3}'), 1, 'the same receipt is one row, through whichever broker');
SELECT is(certwire.put_receipts('b1', '{beta,alpha,alpha}', '{d1,d2,d1}', '{1,1,9}', '{r1,r1,r1}'), 3, 'a copy under other labels is another row');
SELECT is(certwire.put_receipts('b1', '{alpha}', '{d1}', '{2}', '{forged}'), 1, 'a forged one does not take the place of the true one');
SELECT throws_ok('SELECT certwire.put_receipts(''b1'', ''{alpha}'', ''{d1,d2}'', ''{1}'', ''{x}'')', 'CW004', NULL, 'arrays belong together');
SELECT is(certwire.put_receipts('b1', '{}', '{}', '{}', '{}'), 0, 'none is fine');
SELECT throws_ok('SELECT certwire.put_receipts(''b1'', ''{alpha}'', ''{d1}'', ''{0}'', ''{x}'')', '23514', NULL, 'numbers begin at 1');
SELECT throws_ok('SELECT certwire.put_receipts(''b1'', ''{alpha}'', ''{d1}'', ''{1}'', ARRAY[decode(repeat(''00'', 32769), ''hex'')])', '23514', NULL, 'a receipt has a largest size');
SELECT is(certwire.put_replies('b1', '{alpha,alpha}', '{d1,d1}', '{9,9}', '{p,p}'), 1, 'a reply is one row');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE state = 'owed'), 4::bigint, 'what a broker puts settles nothing by itself');
SELECT is_empty('SELECT FROM certwire.receipt_item', 'and proves nothing');

-- Judging.
SELECT t.as('dsp');
CREATE FUNCTION pg_temp.receipt(unit text, device text, number bigint, raw bytea) RETURNS bigint LANGUAGE sql AS $$
	SELECT r.id FROM certwire.receipt r WHERE (r.unit, r.device, r.number, r.raw) = ($1, $2, $3, $4)
$$;
SELECT results_eq('SELECT unit, device, number, raw, certificate FROM certwire.receipts_to_judge(t.fence(), 2)',
	$$VALUES ('alpha'::text, 'd1'::text, 1::bigint, 'r1'::bytea, 'alpha.d1.cert'::text), ('alpha', 'd1', 2, 'r2', 'alpha.d1.cert')$$,
	'receipts are judged in the order in which they came');
SELECT results_eq('SELECT place, epoch, number, manifest_digest FROM certwire.deliveries_of(t.fence(), ''{alpha,alpha,beta,nobody}'', ARRAY[t.id(''none''), t.id(''one''), t.id(''one''), t.id(''one'')]) ORDER BY place',
	$$VALUES (2, 1, 1, t.digest('one')), (3, 1, 1, t.digest('one'))$$, 'items are compared with their deliveries');
SELECT is(t.judge(pg_temp.receipt('beta', 'd1', 1, 'r1'), 604, false), 0::bigint,
	'a receipt of another unit is refused and moves no watermark');
SELECT is(t.judge(pg_temp.receipt('alpha', 'd1', 9, 'r1'), 601, false), 0::bigint, 'nor one under a wrong number');
SELECT is(t.judge(pg_temp.receipt('alpha', 'd1', 2, 'forged'), 602, false), 0::bigint, 'nor a forged one');
SELECT is_empty('SELECT FROM certwire.refused_receipts(t.fence(), ''{alpha}'')', 'the device is told of none that it did not sign');
SELECT is(t.settle(pg_temp.receipt('alpha', 'd1', 2, 'r2'), 'one', 'refused', 401), 0::bigint, 'a watermark waits for the numbers before');
SELECT is((SELECT state FROM certwire.delivery WHERE publication = t.id('one') AND unit = 'alpha'), 'owed', 'a refusal does not end a delivery');
SELECT is(t.settle(pg_temp.receipt('alpha', 'd1', 1, 'r1'), 'one', 'stored'), 2::bigint, 'then it moves over all that are judged');
SELECT results_eq('SELECT state, stored_at IS NOT NULL, refused_code FROM certwire.delivery WHERE publication = t.id(''one'') AND unit = ''alpha''',
	$$VALUES ('settled'::text, true, 401)$$, 'stored settles the delivery');
SELECT throws_ok($$SELECT t.settle(pg_temp.receipt('alpha', 'd1', 1, 'r1'), 'one', 'stored')$$, 'CW002', NULL, 'a receipt is judged once');
SELECT is(t.judge(pg_temp.receipt('alpha', 'd1', 3, 'r3'), 605, true), 3::bigint,
	'one that the device signed and that is not believed moves the watermark');
SELECT results_eq('SELECT * FROM certwire.refused_receipts(t.fence(), ''{beta,alpha}'')', $$VALUES (2, 'd1'::text, 3::bigint, 605)$$, 'and the device is told');
SELECT throws_ok($$SELECT t.settle(pg_temp.receipt('alpha', 'd2', 1, 'r1'), 'none', 'stored')$$, '23503', NULL, 'an item without a delivery is not settled');
SELECT throws_ok($$SELECT t.settle(pg_temp.receipt('alpha', 'd2', 1, 'r1'), 'one', 'refused')$$, '23514', NULL, 'a refusal has a code');
SELECT throws_ok($$SELECT t.judge(pg_temp.receipt('alpha', 'd2', 1, 'r1'), 0, false)$$, '23514', NULL,
	'what the device did not sign is not believed');
SELECT is(t.settle(pg_temp.receipt('alpha', 'd2', 1, 'r1'), 'one', 'stored'), 1::bigint, 'a second device may have stored it as well');
SELECT is_empty('SELECT FROM certwire.receipts_to_judge(t.fence(), 9)', 'nothing is left to judge');
SELECT results_eq('SELECT unit, device, number, raw FROM certwire.replies_to_judge(t.fence(), 9)', $$VALUES ('alpha'::text, 'd1'::text, 9::bigint, 'p'::bytea)$$,
	'replies are judged apart');
SELECT t.as('brk');
SELECT certwire.put_receipts('b1', '{alpha,alpha,beta}', '{d1,d1,d1}', '{4,5,1}', '{r4,r5,s1}');
SELECT t.as('dsp');
SELECT is(t.settle(pg_temp.receipt('alpha', 'd1', 4, 'r4'), 'one', 'stored'), 4::bigint, 'a state reached again counts once');
SELECT is(t.settle(pg_temp.receipt('alpha', 'd1', 5, 'r5'), 'one', 'opened'), 5::bigint, 'opened follows');
SELECT results_eq('SELECT device, state, receipt FROM certwire.receipt_item WHERE publication = t.id(''one'') AND unit = ''alpha'' ORDER BY device, state',
	$$VALUES ('d1'::text, 'opened'::text, pg_temp.receipt('alpha', 'd1', 5, 'r5')), ('d1', 'refused', pg_temp.receipt('alpha', 'd1', 2, 'r2')),
		('d1', 'stored', pg_temp.receipt('alpha', 'd1', 1, 'r1')), ('d2', 'stored', pg_temp.receipt('alpha', 'd2', 1, 'r1'))$$,
	'one row a device and state, each with the first receipt that proves it');

-- A delivery that ended.
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = now() - interval '1 s' WHERE id = t.id('two');
SELECT t.as('dsp');
SELECT is(certwire.expire_due(t.fence()), 2, 'what expires ends');
SELECT is(t.settle(pg_temp.receipt('beta', 'd1', 1, 's1'), 'two', 'stored'), 1::bigint, 'a receipt may come later');
SELECT results_eq('SELECT unit, state, stored_at IS NOT NULL FROM certwire.delivery WHERE publication = t.id(''two'') ORDER BY unit',
	$$VALUES ('alpha'::text, 'expired'::text, false), ('beta', 'expired', true)$$, 'it is proof, and changes nothing else');
SELECT is(certwire.parts_owed(t.fence(), 'beta', t.id('two')), NULL, 'expired parts are not sent');
SELECT results_eq('SELECT number, sealed IS NULL FROM certwire.owed_to(t.fence(), ''beta'', ''d1'', 0, 0, ''{}'', ''{}'', 9)', 'VALUES (1, false), (2, true)',
	'an entry whose delivery ended comes without a grant');

-- A unit whose disk was wiped: its new device gets what the old one had stored, when it asks.
SELECT t.device('alpha', 'd3');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 9)', 'nothing settled is sealed unasked');
SELECT results_eq('SELECT number, sealed IS NULL FROM certwire.owed_to(t.fence(), ''alpha'', ''d3'', 0, 0, ''{}'', ''{}'', 9)', 'VALUES (1, true), (2, true)',
	'the new device gets the entries');
SELECT is_empty('SELECT FROM certwire.owed_to(t.fence(), ''alpha'', ''d3'', 1, 2, ''{}'', ''{1,2}'', 9)', 'it asks for their grants');
SELECT results_eq('SELECT publication, device FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 9)', 'VALUES (t.id(''one''), ''d3''::text)', 'then the one that has not expired is sealed');
SELECT is(t.seal_all(), 1, 'to it alone');
SELECT results_eq('SELECT number, sealed IS NULL FROM certwire.owed_to(t.fence(), ''alpha'', ''d3'', 1, 2, ''{}'', ''{1,2}'', 9)', 'VALUES (1, false)', 'and sent');
SELECT t.as('adm');
SELECT certwire.suspend_unit('alpha', 'x');
SELECT t.device('alpha', 'd4');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.owed_to(t.fence(), ''alpha'', ''d4'', 1, 2, ''{}'', ''{1}'', 9)', 'a suspended unit''s new device');
SELECT is_empty('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 9)', 'gets nothing sealed');

SELECT t.as('postgres');
SELECT results_eq('SELECT source, code FROM certwire.incident ORDER BY code', $$VALUES ('dispatcher'::text, 601), ('dispatcher', 602), ('dispatcher', 604), ('dispatcher', 605)$$,
	'every refusal is recorded with its code');
SELECT throws_ok($$INSERT INTO certwire.receipt_item SELECT publication, unit, device, state, code, reached_at, receipt FROM certwire.receipt_item LIMIT 1$$,
	'23505', NULL, 'there is one row a state');
SELECT results_eq('SELECT unit, state FROM certwire.receipt_board WHERE short_id = left(t.id(''one''), 8) ORDER BY unit', $$VALUES ('alpha'::text, 'settled'::text), ('beta', 'owed')$$,
	'the board shows who has it');

-- Replies stand in the series of receipts.
SELECT t.as('brk');
SELECT certwire.put_replies('b1', '{beta}', '{d1}', '{1}', '{first}');
SELECT certwire.put_replies('b1', '{alpha}', '{d2}', '{2}', '{second}');
SELECT t.as('dsp');
SELECT is(t.judge(pg_temp.receipt('alpha', 'd2', 2, 'second'), 0, true), 2::bigint,
	'a believed reply moves the same watermark');
SELECT is(t.judge(pg_temp.receipt('beta', 'd1', 1, 'first'), 623, false), 1::bigint, 'one of an unknown device does not');
SELECT t.as('brk');
SELECT is(certwire.put_replies('b1', '{beta}', '{d1}', '{1}', '{first}'), 1, 'and is judged again when it comes again');
SELECT is(certwire.put_replies('b1', '{alpha}', '{d2}', '{2}', '{second}'), 0, 'one that was believed is not');
SELECT t.as('ed1');
SELECT results_eq($$SELECT unit, device, number, raw, certificate FROM certwire.replies_since(t.id('one'))$$,
	$$VALUES ('alpha'::text, 'd2'::text, 2::bigint, 'second'::bytea, 'alpha.d2.cert'::text)$$, 'editors get what is believed, sealed as it is');

-- Many at a time: as if one after the other, in the order in which they came, and all or none.
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x');
SELECT t.publish('three');
SELECT t.as('brk');
SELECT certwire.put_receipts('b1', '{alpha,alpha,alpha,beta,beta}', '{d2,d1,d1,d1,d1}', '{3,6,7,3,4}', '{m1,m2,m3,m4,m5}');
SELECT t.as('dsp');
CREATE FUNCTION pg_temp.many(VARIADIC raws text[]) RETURNS bigint[] LANGUAGE sql AS $$
	SELECT array_agg(r.id ORDER BY g.place) FROM unnest(raws) WITH ORDINALITY g (raw, place) JOIN certwire.receipt r ON r.raw = convert_to(g.raw, 'UTF8')
$$;
SELECT results_eq('SELECT raw FROM certwire.receipts_to_judge(t.fence(), 9)', $$VALUES ('m1'::bytea), ('m2'), ('m3'), ('m4'), ('m5')$$, 'five came');
SELECT throws_ok($$SELECT certwire.settle(t.fence(), pg_temp.many('m1', 'm2', 'r2'), '{605,605,605}', '{t,t,t}', '{}', '{}', '{}', '{}', '{}')$$, 'CW002', NULL,
	'one that was judged before stops the batch');
SELECT throws_ok($$SELECT certwire.settle(t.fence(), pg_temp.many('m1', 'm2'), '{0,605}', '{t,t}', pg_temp.many('m2'), ARRAY[t.id('three')], '{stored}', '{0}', ARRAY[now()])$$,
	'CW004', NULL, 'what a receipt says that is not believed settles nothing');
SELECT throws_ok($$SELECT certwire.settle(t.fence(), pg_temp.many('m1'), '{0}', '{t}', pg_temp.many('m2'), ARRAY[t.id('three')], '{stored}', '{0}', ARRAY[now()])$$,
	'CW004', NULL, 'nor what one says that is not in the batch');
SELECT throws_ok($$SELECT certwire.settle(t.fence(), pg_temp.many('m1'), '{0}', '{t}', pg_temp.many('m1'), ARRAY[t.id('three')], '{}', '{0}', ARRAY[now()])$$, 'CW004', NULL,
	'an item needs a value in every array');
SELECT throws_ok($$SELECT certwire.settle(t.fence() - 1, pg_temp.many('m1'), '{605}', '{t}', '{}', '{}', '{}', '{}', '{}')$$, 'CW001', NULL, 'and the lease is needed');
SELECT is((SELECT count(*) FROM certwire.receipts_to_judge(t.fence(), 9)), 5::bigint, 'nothing of all that was judged');
SELECT certwire.settle(t.fence(), pg_temp.many('m1', 'm2', 'm3', 'm4', 'm5'), '{0,0,0,0,605}', '{t,t,t,t,t}',
	pg_temp.many('m1', 'm2', 'm2', 'm3', 'm4', 'm4'), ARRAY[t.id('three'), t.id('three'), t.id('three'), t.id('three'), t.id('three'), t.id('three')],
	'{stored,stored,opened,opened,refused,refused}', '{0,0,0,0,401,402}',
	'{2026-01-03,2026-01-02,2026-01-05,2026-01-04,2026-01-02,2026-01-01}');
SELECT is_empty('SELECT FROM certwire.receipts_to_judge(t.fence(), 9)', 'all are judged');
SELECT results_eq($$SELECT unit, state, stored_at, opened_at, refused_code, refused_at FROM certwire.delivery WHERE publication = t.id('three') ORDER BY unit$$,
	$$VALUES ('alpha'::text, 'settled'::text, '2026-01-03'::timestamptz, '2026-01-05'::timestamptz, NULL::int, NULL::timestamptz),
		('beta', 'owed', NULL, NULL, 401, '2026-01-02')$$, 'the receipt that came first counts, whatever its device''s clock says');
SELECT results_eq($$SELECT i.device, i.state, r.raw FROM certwire.receipt_item i JOIN certwire.receipt r ON r.id = i.receipt
		WHERE i.publication = t.id('three') AND i.unit = 'alpha' ORDER BY 1, 2$$,
	$$VALUES ('d1'::text, 'opened'::text, 'm2'::bytea), ('d1', 'stored', 'm2'), ('d2', 'stored', 'm1')$$, 'and proves it, once for each device');
SELECT results_eq($$SELECT unit, device::text, settled FROM certwire.device WHERE (unit, device) IN (('alpha', 'd1'), ('alpha', 'd2'), ('beta', 'd1')) ORDER BY 1, 2$$,
	$$VALUES ('alpha'::text, 'd1'::text, 7::bigint), ('alpha', 'd2', 3), ('beta', 'd1', 1)$$, 'each device''s watermark passes what is without a hole');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.incident WHERE code = 605 AND unit = 'beta'), 1::bigint, 'the one that is refused is recorded');
SELECT is_empty('SELECT * FROM certwire.counts_that_differ()', 'and all is counted');
SELECT * FROM finish(true);
