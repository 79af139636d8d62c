-- What a newer keyset asks for: entries signed again, content keys sealed to who came later.
\ir world.sql
SELECT no_plan();

SELECT t.publish('one');
SELECT t.publish('two');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.entries_to_resign(t.fence(), ARRAY[t.id(''another'')], 10)', 'what another key has signed stays as it is');
SELECT is((SELECT count(*) FROM certwire.entries_to_resign(t.fence(), ARRAY[t.id('dsp')], 10)), 4::bigint, 'entries of a lost key are to be signed again');
SELECT is((SELECT count(*) FROM certwire.entries_to_resign(t.fence(), ARRAY[t.id('dsp')], 3)), 3::bigint, 'in batches');
CREATE TEMP TABLE lost AS SELECT * FROM certwire.entries_to_resign(t.fence(), ARRAY[t.id('dsp')], 10);
SELECT throws_ok($$SELECT certwire.put_entry_signatures(t.fence(), t.id('new'), ARRAY['alpha'], ARRAY[1::bigint], ARRAY[1::bigint], ARRAY['\x01'::bytea], ARRAY[t.digest('x')], ARRAY['new.jws'])$$,
	'CW005', NULL, 'no payload changes');
SELECT is((SELECT certwire.put_entry_signatures(t.fence(), t.id('new'), array_agg(unit), array_agg(epoch::bigint), array_agg(number::bigint), array_agg(payload),
	array_agg(digest), array_agg('new ' || unit || number)) FROM lost), 4, 'they are signed');
SELECT is_empty('SELECT FROM certwire.entries_to_resign(t.fence(), ARRAY[t.id(''dsp'')], 10)', 'once');
SELECT results_eq($$SELECT entry FROM certwire.owed_to(t.fence(), 'alpha', 'd1', 1, 0, '{}', '{}', 9)$$, $$VALUES ('new alpha1'::text), ('new alpha2')$$, 'and given out with the newer signature');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.entry_signature), 8::bigint, 'the older one is kept');

SELECT t.as('ed1');
SELECT t.draft('draft', 'monthly', 1);
SELECT t.draft('given up', 'monthly', 1);
SELECT certwire.withdraw_publication(t.id('given up'), 'x');
SELECT t.as('dsp');
SELECT set_eq('SELECT publication, for_kid FROM certwire.keys_to_wrap(t.fence(), t.id(''dsp''), ARRAY[t.id(''ed1''), t.id(''new'')], 10)',
	$$VALUES (t.id('one'), t.id('new')), (t.id('two'), t.id('new')), (t.id('draft'), t.id('new'))$$, 'who came later lacks the content keys of all that is not given up');
SELECT is_empty('SELECT FROM certwire.keys_to_wrap(t.fence(), t.id(''new''), ARRAY[t.id(''x'')], 10)', 'who cannot open cannot seal');
SELECT is(certwire.put_wrapped_keys(t.fence(), ARRAY[t.id('one'), t.id('one')], ARRAY[t.id('new'), t.id('ed1')], ARRAY[decode(repeat('dd', 80), 'hex'), decode(repeat('dd', 80), 'hex')]), 1, 'no content key that is there changes');
SELECT throws_ok('SELECT certwire.put_wrapped_keys(t.fence() - 1, ''{}'', ''{}'', ''{}'')', 'CW001', NULL, 'with the lease alone');
SELECT is((SELECT count(*) FROM certwire.keys_to_wrap(t.fence(), t.id('dsp'), ARRAY[t.id('new')], 10)), 2::bigint, 'the others are still to be sealed');
SELECT t.as('adm');
SELECT is_empty('SELECT FROM certwire.content_keys_lacking', 'everybody that is bound can open everything');
SELECT certwire.bind_key(t.id('new3'), 'ed3', 'editor');
SELECT set_eq('SELECT login, channel FROM certwire.content_keys_lacking', $$VALUES ('ed3'::text, 'weekly'::text), ('ed3', 'monthly')$$, 'a new key can open nothing until it is sealed to, and that is listed');
SELECT * FROM finish(true);
