-- Entries, grants, offers, and what a sync is answered with.
\ir world.sql
SELECT no_plan();
GRANT SELECT ON ALL TABLES IN SCHEMA certwire TO dsp;

SELECT t.ready('one');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence());

-- Entries.
SELECT results_eq('SELECT unit, number, kind, publication, parts, signatures, previous FROM certwire.entries_to_sign(t.fence(), 10)',
	$$SELECT u, 1, 'publish'::text, t.id('one'), 2, ARRAY['h..s', 'h..s'], decode(repeat('00', 32), 'hex') FROM unnest(ARRAY['alpha', 'beta']) u$$,
	'the first entry of a mailbox follows zeros');
SELECT t.ready('two', 'monthly');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence());
SELECT results_eq('SELECT unit, number, previous IS NULL FROM certwire.entries_to_sign(t.fence(), 10)',
	$$VALUES ('alpha'::text, 1, false), ('alpha', 2, true), ('beta', 1, false), ('beta', 2, true)$$,
	'entries come in order; the digest before one that is unsigned itself is not known yet');
SELECT throws_ok($$SELECT certwire.put_entry_signatures(t.fence(), t.id('dsp'), '{alpha}', '{1}', '{2}', '{x}', ARRAY[t.digest('x')], '{j}')$$,
	'CW005', NULL, 'an entry is not signed ahead of its predecessor');
SELECT throws_ok($$SELECT certwire.put_entry_signatures(t.fence(), t.id('dsp'), '{alpha}', '{1}', '{9}', '{x}', ARRAY[t.digest('x')], '{j}')$$,
	'CW005', NULL, 'nor one that does not exist');
SELECT is(certwire.put_entry_signatures(t.fence(), t.id('dsp'), '{alpha,alpha}', '{1,1}', '{1,2}', '{x,y}',
	ARRAY[t.digest('x'), t.digest('y')], '{j1,j2}'), 2, 'two of a mailbox are signed in one go');
SELECT is(certwire.put_entry_signatures(t.fence(), t.id('dsp'), '{alpha}', '{1}', '{1}', '{x}', ARRAY[t.digest('x')], '{j1}'), 0,
	'the same again changes nothing');
SELECT throws_ok($$SELECT certwire.put_entry_signatures(t.fence(), t.id('dsp2'), '{alpha}', '{1}', '{1}', '{other}', ARRAY[t.digest('other')], '{j}')$$,
	'CW005', NULL, 'a payload never changes');
SELECT is(certwire.put_entry_signatures(t.fence(), t.id('dsp2'), '{alpha}', '{1}', '{1}', '{x}', ARRAY[t.digest('x')], '{j1again}'), 1,
	'another dispatcher may sign the same payload again');
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.entries_to_sign(t.fence(), 10)', 'nothing is signed for a suspended unit');

-- Sealing.
SELECT results_eq('SELECT publication, unit, device, device_kid, certificate FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10) ORDER BY 1',
	$$SELECT p, 'alpha'::text, 'd1'::text, t.id('alpha.d1'), 'alpha.d1.cert'::text FROM (VALUES (t.id('one')), (t.id('two'))) v (p) ORDER BY 1$$,
	'what may be sealed is what is owed to units with the right now');
SELECT is(certwire.put_grants(t.fence(), ARRAY[t.id('one'), t.id('one'), t.id('one'), t.id('one')], '{alpha,beta,gamma,alpha}',
	'{d1,d1,d1,d9}', ARRAY[t.id('alpha.d1'), t.id('beta.d1'), t.id('gamma.d1'), t.id('alpha.d9')], array_fill(decode(repeat('cc', 96), 'hex'), ARRAY[4])), 1,
	'a grant of a suspended unit, of one not in the audience, or of an unknown device is left out');
SELECT is(certwire.put_grants(t.fence(), ARRAY[t.id('two')], '{alpha}', '{d1}', ARRAY[t.id('beta.d1')], ARRAY[decode(repeat('cc', 96), 'hex')]), 0,
	'so is one sealed to another key than the certified one');
SELECT is(t.seal_all(), 1, 'the rest is sealed');
SELECT is_empty('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10)', 'then nothing is left to seal');
SELECT is_empty('SELECT FROM certwire.delivery WHERE to_seal AND unit = ''alpha''', 'and it is not looked at again');
SELECT t.device('alpha', 'd2');
SELECT t.as('dsp');
SELECT results_eq('SELECT publication, device FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10) ORDER BY 1',
	$$SELECT p, 'd2'::text FROM (VALUES (t.id('one')), (t.id('two'))) v (p) ORDER BY 1$$, 'a device that comes later is sealed to what is still owed');
SELECT t.as('adm');
SELECT certwire.revoke_device('alpha', 'd2', 'x');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 10)', 'a revoked device is not sealed to');
SELECT is(certwire.put_grants(t.fence(), ARRAY[t.id('two')], '{alpha}', '{d2}', ARRAY[t.id('alpha.d2')], ARRAY[decode(repeat('cc', 96), 'hex')]), 0,
	'not even when it was read before it was revoked');
SELECT is_empty('SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id(''other''), 10)', 'a dispatcher that holds no content key seals nothing');

-- Offers.
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 10)', 'nothing is offered to who is not there');
SELECT t.as('brk');
SELECT certwire.put_presence('b1', '{alpha,beta}', '{d1,d1}', '{t,t}');
SELECT t.as('dsp');
SELECT results_eq('SELECT unit, publication, number, entry, devices, kids, cardinality(sealed), to_channel, offers FROM certwire.offers_due(t.fence(), ''30 s'', 1)',
	$$VALUES ('alpha'::text, t.id('one'), 1, 'j1again'::text, ARRAY['d1'], ARRAY[t.id('alpha.d1')], 1, true, 1)$$,
	'an offer carries the newest signature and the grants of live devices');
SELECT results_eq('SELECT publication FROM certwire.offers_due(t.fence(), ''30 s'', 10)', 'VALUES (t.id(''two''))', 'the next one follows');
SELECT is_empty('SELECT FROM certwire.offers_due(t.fence(), ''30 s'', 10)', 'an offer is not made again before its time');
SELECT t.as('postgres');
SELECT ok((SELECT bool_and(next_offer_at - last_offered_at BETWEEN interval '15 s' AND interval '45 s') FROM certwire.delivery WHERE offers = 1),
	'the first wait is the one asked for, with jitter');
UPDATE certwire.delivery SET next_offer_at = now() - interval '1 s', offers = 30;
SELECT t.as('dsp');
SELECT is((SELECT count(*) FROM certwire.offers_due(t.fence(), '30 s', 10)), 2::bigint, 'in its time it is');
SELECT t.as('postgres');
SELECT ok((SELECT bool_and(next_offer_at - last_offered_at BETWEEN interval '30 min' AND interval '90 min') FROM certwire.delivery WHERE offers = 31),
	'waits grow to an hour and no further');
UPDATE certwire.delivery SET next_offer_at = now() - interval '1 s';
SELECT t.as('adm');
SELECT certwire.withdraw_grant('alpha', 'weekly', 'x');
SELECT t.as('dsp');
SELECT results_eq('SELECT publication FROM certwire.offers_due(t.fence(), ''30 s'', 10)', 'VALUES (t.id(''two''))', 'what is no longer entitled is not offered');

-- Answers to a sync.
SELECT results_eq('SELECT number, publication, entry, sealed IS NULL FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 0, 0, ''{}'', ''{}'', 16)',
	$$VALUES (1, t.id('one'), 'j1again'::text, true), (2, t.id('two'), 'j2', false)$$,
	'a device that holds nothing gets all entries, without a grant where the right is lost');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 1, ''{}'', ''{}'', 16)', 'VALUES (2)', 'what it holds is left out');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 0, ''{[2,2]}'', ''{}'', 16)', 'VALUES (1)', 'so is what it holds above a gap');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 2, ''{}'', ''{1,2}'', 16)', 'VALUES (2)',
	'a held entry comes again when its grant is wanted and there is one');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 0, ''{}'', ''{}'', 1)', 'VALUES (1)', 'no more than asked for');
SELECT is_empty('SELECT FROM certwire.owed_to(t.fence(), ''beta'', ''d1'', 0, 0, ''{}'', ''{}'', 16)', 'a suspended unit gets nothing');
SELECT is(certwire.parts_owed(t.fence(), 'beta', t.id('two')), NULL, 'no parts either');
SELECT is(certwire.parts_owed(t.fence(), 'alpha', t.id('one')), NULL, 'nor does one whose channel was withdrawn');
SELECT is(certwire.parts_owed(t.fence(), 'delta', t.id('two')), NULL, 'nor one outside the audience');
SELECT is(certwire.parts_owed(t.fence(), 'alpha', t.id('two')), 2, 'who is owed it may have its parts');
SELECT t.as('adm');
SELECT certwire.grant_channel('alpha', 'weekly');
SELECT t.as('dsp');
SELECT results_eq('SELECT number, sealed IS NULL FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 0, ''{}'', ''{}'', 16)',
	'VALUES (1, false), (2, false)', 'a right that comes back brings what was held');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 1, ''{}'', ''{1,2}'', 16)', 'VALUES (1), (2)',
	'what is held and asked for stands before what is lacking, in the order of numbers, and each once');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 0, ''{[2,2]}'', ''{2}'', 16)', 'VALUES (1), (2)',
	'also when it is held above a gap');
SELECT results_eq('SELECT number FROM certwire.owed_to(t.fence(), ''alpha'', ''d1'', 1, 1, ''{}'', ''{1,2}'', 1)', 'VALUES (1)', 'lowest numbers first');

-- Heads.
SELECT results_eq('SELECT epoch, last, digest, standing, keyset, device, settled FROM certwire.heads_of(t.fence(), ''{alpha}'')',
	$$VALUES (1, 2, t.digest('y'), 'good'::text, 1, 'd1'::text, 0::bigint)$$, 'a head ends at the last signed entry and names live devices');
SELECT results_eq('SELECT last, digest, standing, reason FROM certwire.heads_of(t.fence(), ''{gamma}'')',
	$$VALUES (0, decode(repeat('00', 32), 'hex'), 'suspended'::text, '未履行保密义务'::text)$$, 'a suspended unit''s says why');
SELECT is_empty('SELECT FROM certwire.heads_of(t.fence(), ''{nobody}'')', 'an unknown unit has none');
SELECT t.as('adm');
SELECT certwire.revoke_device('delta', 'd1', 'x');
SELECT t.as('dsp');
SELECT results_eq('SELECT standing, device FROM certwire.heads_of(t.fence(), ''{delta}'')', $$VALUES ('good'::text, NULL::text)$$, 'a unit without devices has one row');
SELECT results_eq('SELECT certificate, revoked_at IS NOT NULL, standing FROM certwire.device_of(t.fence(), ''delta'', ''d1'')',
	$$VALUES ('delta.d1.cert'::text, true, 'good'::text)$$, 'a revoked device is known as such');
SELECT is_empty('SELECT FROM certwire.device_of(t.fence(), ''delta'', ''d7'')', 'an unknown one is not');
SELECT is(certwire.sync_seen(t.fence(), 'alpha', 'd1', 5, '{206,301,7,210}', '{2,1,1,0}'), 0::bigint, 'a sync is noted');
SELECT throws_ok('SELECT certwire.sync_seen(t.fence(), ''alpha'', ''d7'', 5, ''{}'', ''{}'')', 'CW003', NULL, 'not of an unknown device');
SELECT t.as('postgres');
SELECT results_eq('SELECT source, code, count FROM certwire.incident ORDER BY code', $$VALUES ('unit'::text, 206, 2::bigint), ('unit', 301, 1)$$,
	'incidents in it that make sense are kept');

-- Status for people.
SELECT t.as('ed1');
SELECT results_eq('SELECT unit, state, held_reason FROM certwire.publication_status(t.id(''one''))',
	$$VALUES ('alpha'::text, 'owed'::text, NULL::text), ('beta', 'owed', '已暂停资格：x（suspended）')$$, 'the status says why a delivery is held');
SELECT t.as('postgres');
SELECT * FROM finish(true);
