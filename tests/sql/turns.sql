-- Whose turn it is to be offered something, and what a sync tells of its device.
\ir world.sql
SELECT no_plan();

SELECT t.publish('p' || n, 'monthly', '{"v":1,"rule":"units","units":["alpha"]}') FROM generate_series(1, 40) n;
SELECT t.publish('fresh', 'weekly', '{"v":1,"rule":"units","units":["alpha","beta"]}');
SELECT t.as('brk');
SELECT certwire.put_presence('b', ARRAY['alpha', 'beta'], ARRAY['d1', 'd1'], ARRAY[true, true]);
SELECT t.as('dsp');
CREATE TEMP TABLE batch AS SELECT row_number() OVER () AS place, * FROM certwire.offers_due(t.fence(), '1 minute', 8);
SELECT is((SELECT count(*) FROM batch WHERE unit = 'beta'), 1::bigint, 'one unit''s fresh publication is in the first batch, though another is owed forty that were due before');
SELECT results_eq('SELECT number FROM batch WHERE unit = ''alpha'' ORDER BY number', 'SELECT generate_series(1, 7)', 'the other goes on in the order of its mailbox');
SELECT is((SELECT count(*) FROM certwire.offers_due(t.fence(), '1 minute', 100)), 34::bigint, 'nothing is left out, nothing comes twice');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'what was offered waits');
SELECT t.as('brk');
SELECT certwire.put_presence('b', ARRAY['alpha'], ARRAY['d1'], ARRAY[false]);
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp();
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100) WHERE unit = ''alpha''', 'nobody is offered anything while away');
SELECT t.as('postgres');
SELECT results_eq('SELECT DISTINCT unit, offers FROM certwire.delivery ORDER BY unit', $$VALUES ('alpha'::text, 1), ('beta', 2)$$, 'nor is it counted');

-- What is owed to who is away is put off until he comes back, and costs no step anything.
SELECT t.as('postgres');
SELECT results_eq('SELECT DISTINCT unit, isfinite(next_offer_at) FROM certwire.delivery ORDER BY unit', $$VALUES ('alpha'::text, false), ('beta', true)$$,
	'what is due to who is away is put off');
SELECT t.publish('later', 'weekly', '{"v":1,"rule":"units","units":["alpha","beta"]}');
SELECT t.as('postgres');
SELECT results_eq(format('SELECT unit, isfinite(next_offer_at) FROM certwire.delivery WHERE publication = %L ORDER BY unit', t.id('later')),
	$$VALUES ('alpha'::text, false), ('beta', true)$$, 'what is new is due at once to who is there alone');
SELECT t.as('dsp');
SELECT results_eq('SELECT unit FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', $$VALUES ('beta'::text)$$, 'and not offered to the other');
SELECT t.as('brk');
SELECT certwire.put_presence('b2', ARRAY['alpha'], ARRAY['d1'], ARRAY[true]);
SELECT t.as('dsp');
SELECT results_eq('SELECT number FROM certwire.offers_due(t.fence(), ''1 minute'', 10) ORDER BY number', 'SELECT generate_series(1, 10)',
	'who comes back is offered it at once');
SELECT is((SELECT count(*) FROM certwire.offers_due(t.fence(), '1 minute', 100)), 32::bigint, 'all of it');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'and once');
SELECT t.as('postgres');
SELECT is_empty('SELECT FROM certwire.presence WHERE returned', 'he is no longer marked');
SELECT t.as('brk');
SELECT certwire.put_presence('b2', ARRAY['alpha'], ARRAY['d1'], ARRAY[false]);
SELECT certwire.put_presence('b2', ARRAY['alpha'], ARRAY['d1'], ARRAY[true]);
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'a line that comes and goes brings nothing before its time');

-- More that is due than a step looks at, and nobody there.
SELECT t.as('brk');
SELECT certwire.put_presence('b2', ARRAY['alpha'], ARRAY['d1'], ARRAY[false]);
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() - interval '1 hour' WHERE unit = 'alpha';
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() WHERE unit = 'beta';
SELECT t.as('dsp');
SELECT results_eq('SELECT unit FROM certwire.offers_due(t.fence(), ''1 minute'', 2)', $$VALUES ('beta'::text), ('beta')$$,
	'what has been due longest, to who is away, stands before nobody');

-- What is sealed before it is signed is due when it is signed.
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = 'infinity' WHERE unit = 'beta';
SELECT t.ready('unsigned', 'weekly', '{"v":1,"rule":"units","units":["beta"]}');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence(), t.id('unsigned'));
SELECT is(t.seal_all(), 1, 'what is not signed can be sealed');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'and is not offered');
SELECT t.sign_all();
SELECT results_eq('SELECT publication FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'VALUES (t.id(''unsigned''))', 'until it is signed');
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() WHERE unit = 'beta';
UPDATE certwire.entry SET digest = NULL, payload = NULL WHERE publication = t.id('unsigned');
SELECT t.as('dsp');
SELECT isnt_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'what is to be signed anew holds nothing else up');
SELECT t.sign_all();
SELECT results_eq('SELECT publication FROM certwire.offers_due(t.fence(), ''1 minute'', 100)', 'VALUES (t.id(''unsigned''))', 'and is due when it is');

-- What may not be offered is looked at again later.
SELECT t.as('brk');
SELECT certwire.put_presence('b2', ARRAY['alpha'], ARRAY['d1'], ARRAY[true]);
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() WHERE unit = 'alpha';
SELECT t.as('adm');
SELECT certwire.suspend_unit('alpha', 'x');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''1 minute'', 3)', 'nothing is offered to who is suspended');
SELECT t.as('postgres');
SELECT ok((SELECT bool_and(next_offer_at BETWEEN clock_timestamp() + interval '10 s' AND clock_timestamp() + interval '90 s') FROM certwire.delivery WHERE unit = 'alpha'),
	'what is held for him is looked at again after the first wait');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() WHERE unit = 'alpha';
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x');
SELECT t.as('dsp');
SELECT is((SELECT count(*) FROM certwire.offers_due(t.fence(), '1 minute', 100)), 42::bigint, 'and offered when he has his right back');

-- Clocks.
SELECT t.as('dsp');
SELECT certwire.sync_seen(t.fence(), 'alpha', 'd1', 0, '{}', '{}', clock_timestamp() + interval '290 s');
SELECT t.as('adm');
SELECT is((SELECT clock_off FROM certwire.device_overview WHERE unit = 'alpha'), NULL, 'a clock within the allowed skew is right');
SELECT t.as('dsp');
SELECT certwire.sync_seen(t.fence(), 'alpha', 'd1', 0, '{}', '{}', clock_timestamp() - interval '4000 s') FROM generate_series(1, 3);
SELECT t.as('adm');
SELECT is((SELECT clock_off FROM certwire.device_overview WHERE unit = 'alpha'), -4000, 'one beyond it is measured');
SELECT results_eq('SELECT unit, device, code, detail::text FROM certwire.incident', $$VALUES ('alpha'::text, 'd1'::text, 106, '设备时钟慢 4000 秒（its clock is 4000 s slow）'::text)$$, 'and recorded once, with the difference');
SELECT t.as('dsp');
SELECT certwire.sync_seen(t.fence(), 'alpha', 'd1', 0, '{}', '{}', clock_timestamp());
SELECT t.as('adm');
SELECT is((SELECT clock_off FROM certwire.device_overview WHERE unit = 'alpha'), NULL, 'until it is right again');

-- A device that holds more than was ever signed.
SELECT t.as('dsp');
SELECT certwire.sync_seen(t.fence(), 'alpha', 'd1', 0, '{}', '{}', clock_timestamp(), 1, 42);
SELECT t.as('adm');
SELECT is((SELECT count(*) FROM certwire.incident WHERE code = 614), 0::bigint, 'a device that holds all holds what was signed');
SELECT t.as('dsp');
SELECT certwire.sync_seen(t.fence(), 'alpha', 'd1', 0, '{}', '{}', clock_timestamp(), 1, 43) FROM generate_series(1, 2);
SELECT certwire.sync_seen(t.fence(), 'beta', 'd1', 0, '{}', '{}', clock_timestamp(), 2, 0);
SELECT t.as('adm');
SELECT results_eq('SELECT unit FROM certwire.incident WHERE code = 614 ORDER BY 1', $$VALUES ('alpha'::text), ('beta')$$, 'more than that says that the database was restored, once an hour');
SELECT * FROM finish(true);
