-- What brokers' plugins report of themselves, when a loss of right was committed, and the ledger in a few figures.
\ir world.sql
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT no_plan();

CREATE FUNCTION t.figure(wanted text, labelled text = '') RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
	SELECT f.figure FROM certwire.ledger_figures('1 day') f WHERE f.name = wanted AND f.label = labelled
$$;
CREATE FUNCTION t.report(broker text, plugin text = 'entitlement', names text[] = '{sessions}', labels text[] = ARRAY[''], figures bigint[] = '{7}')
	RETURNS void LANGUAGE sql AS $$ SELECT certwire.put_report(broker, plugin, '1.0', names, labels, figures) $$;

-- Reports.
SELECT t.as('brk');
SELECT t.report('b1');
SELECT t.report('b1', 'entitlement', '{sessions,denials,denials}', '{"",103,121}', '{3,1,2}');
SELECT t.report('b1', 'receipts', '{}', '{}', '{}');
SELECT t.as('dsp');
SELECT results_eq('SELECT broker, plugin, name, label, figure FROM certwire.broker_figures()', $$VALUES
	('b1'::text, 'entitlement'::text, 'sessions'::text, ''::text, 3::bigint), ('b1', 'entitlement', 'denials', '103', 1), ('b1', 'entitlement', 'denials', '121', 2),
	('b1', 'receipts', NULL, NULL, NULL)$$, 'a report takes the place of the one before; a plugin without figures is known');
SELECT t.as('brk');
SELECT throws_ok(format('SELECT t.report(%s)', bad), state, NULL, bad || ' is refused') FROM (VALUES
	('''b1'', ''other''', '23514'), (''''', ''receipts''', '23514'), ('repeat(''b'', 256)', '23514'),
	('''b1'', ''receipts'', ''{a}'', ''{}'', ''{1}''', 'CW004'), ('''b1'', ''receipts'', ''{a}'', ARRAY[NULL], ''{1}''', 'CW004'),
	('''b1'', ''receipts'', ARRAY[''a" 1''], ''{""}'', ''{1}''', 'CW004'), ('''b1'', ''receipts'', ''{a}'', ARRAY[''x="y"''], ''{1}''', 'CW004'),
	('''b1'', ''receipts'', ''{a,a}'', ''{"",""}'', ''{1,2}''', 'CW004'),
	('''b1'', ''receipts'', array_fill(''a''::text, ARRAY[257]), (SELECT array_agg(n::text) FROM generate_series(1, 257) n), array_fill(1::bigint, ARRAY[257])', '23514')
) g (bad, state);
SELECT t.report('b' || n) FROM generate_series(2, 127) n;
SELECT throws_ok('SELECT t.report(''b128'')', 'CW002', NULL, 'no more than 128 plugins are kept');
SELECT lives_ok('SELECT t.report(''b127'')', 'who is among them goes on');
SELECT t.as('postgres');
UPDATE certwire.broker_report SET reported_at = now() - interval '6 minutes' WHERE broker = 'b1';
UPDATE certwire.broker_report SET reported_at = now() - interval '25 hours' WHERE broker NOT IN ('b1', 'b2');
SELECT t.as('dsp');
SELECT results_eq('SELECT plugin, name FROM certwire.broker_figures() WHERE broker = ''b1''', $$VALUES ('entitlement'::text, NULL::text), ('receipts', NULL)$$,
	'of a plugin that is silent no figure is given, but when it last spoke is');
SELECT t.as('brk');
SELECT t.report('b128');
SELECT t.as('postgres');
SELECT results_eq('SELECT DISTINCT broker FROM certwire.broker_report ORDER BY 1', $$VALUES ('b1'::text), ('b128'), ('b2')$$, 'who is silent for a day is forgotten');
SELECT is((SELECT relpersistence FROM pg_class WHERE oid = 'certwire.broker_report'::regclass), 'u', 'a report waits for no disk');

-- When a version was committed.
SELECT t.as('brk');
SELECT version AS before FROM certwire.copy_version() \gset
SELECT is(certwire.copy_committed(:before), NULL, 'what is yet to come was not committed');
SELECT t.as('postgres');
SELECT dblink_connect('other', :'conninfo');
SELECT dblink_exec('other', 'SET session_authorization = adm');
SELECT dblink_exec('other', 'BEGIN');
SELECT * FROM dblink('other', 'SELECT certwire.suspend_unit(''beta'', ''x'')::text') d (done text);
SELECT clock_timestamp() AS acted \gset
SELECT dblink_exec('other', 'COMMIT');
SELECT clock_timestamp() AS committed \gset
SELECT t.as('brk');
SELECT ok(certwire.copy_committed(:before) BETWEEN :'acted' AND :'committed', 'the time is that of the commit, not of the act before it');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT t.as('brk');
SELECT ok(certwire.copy_committed(:before) < :'committed', 'of several changes the first counts');
SELECT ok(certwire.copy_committed(:before + 1) > :'committed', 'after the version that is held');
SELECT t.as('postgres');
UPDATE certwire.entitlement_state SET version = version + 2000;
SELECT is((SELECT count(*) FROM certwire.entitlement_commit), 1::bigint, 'old ones are not kept');

-- The ledger.
SELECT is(t.figure('deliveries', s), 0::bigint, 'nothing is ' || s) FROM unnest(ARRAY['owed', 'settled', 'expired', 'recalled']) s;
SELECT is(t.figure('oldest_owed_us'), NULL, 'so nothing is the oldest');
SELECT t.publish('one');
SELECT t.publish('two');
SELECT t.as('postgres');
SELECT is(t.figure('deliveries', 'owed'), 4::bigint, 'what is issued is owed');
SELECT t.say('alpha', 'd1', 'one', 'stored');
SELECT t.as('postgres');
SELECT is(ARRAY[t.figure('deliveries', 'owed'), t.figure('deliveries', 'settled')], '{3,1}', 'until it is settled');
SELECT t.as('dsp');
SELECT certwire.fold_counts(t.fence());
SELECT t.as('postgres');
SELECT is(ARRAY[t.figure('deliveries', 'owed'), t.figure('deliveries', 'settled')], '{3,1}', 'folded or not');
SELECT is(t.figure('overdue'), 0::bigint, 'nothing of it is overdue yet');
UPDATE certwire.publication SET issued_at = issued_at - interval '25 hours' WHERE id = t.id('one');
SELECT is(t.figure('overdue'), 1::bigint, 'after a day it is, where it is owed still');
SELECT is(t.figure('oldest_owed_us'), (SELECT (extract(epoch FROM issued_at) * 1000000)::bigint FROM certwire.publication WHERE id = t.id('one')), 'and the oldest');
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.as('postgres');
SELECT is(ARRAY[t.figure('overdue'), t.figure('deliveries', 'owed')], '{0,3}', 'nobody is to be phoned whose unit is suspended; it is owed all the same');
SELECT t.as('brk');
SELECT certwire.put_receipts('b1', '{alpha}', '{d1}', '{2}', '{r}');
SELECT certwire.put_presence('b1', '{alpha,gamma}', '{d1,d1}', '{t,t}');
SELECT t.as('postgres');
SELECT is(t.figure('receipts_waiting'), 1::bigint, 'a receipt waits to be judged');
SELECT ok(t.figure('oldest_waiting_us') > 0, 'since it was committed');
SELECT is(t.figure('devices_connected', 'b1'), 2::bigint, 'who is connected where');
SELECT is(t.figure('audit_links'), (SELECT max(sequence) FROM certwire.audit_link), 'the audit is as long as it is');
SELECT ok(t.figure('lease_expiry_us', (SELECT holder FROM certwire.lease)) > 0, 'who leads, and until when');
SELECT is_empty($$SELECT FROM certwire.ledger_figures('1 day') f JOIN certwire.unit u ON u.id = f.label$$, 'no unit is named');
SELECT * FROM finish(true);
