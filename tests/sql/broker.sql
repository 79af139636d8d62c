-- The copy that brokers hold, and what they report.
\ir world.sql
SELECT no_plan();

SELECT t.as('brk');
SELECT results_eq('SELECT unit, standing, channel, until FROM certwire.copy_units()', $$VALUES
	('alpha'::text, 'good'::text, 'monthly'::text, NULL::timestamptz), ('alpha', 'good', 'weekly', NULL), ('beta', 'good', 'monthly', NULL),
	('beta', 'good', 'weekly', NULL), ('delta', 'good', NULL, NULL), ('gamma', 'suspended', NULL, NULL)$$,
	'the copy holds every unit with standing and channels');
SELECT results_eq('SELECT unit, channel FROM certwire.copy_units(''{delta,alpha,nobody}'')', $$VALUES ('alpha'::text, 'monthly'::text), ('alpha', 'weekly'), ('delta', NULL)$$,
	'or the units that are asked for');
SELECT is_empty('SELECT FROM certwire.copy_units(''{}'')', 'no unit when none is asked for');
SELECT results_eq('SELECT unit FROM certwire.copy_names_after('''', 3)', $$VALUES ('alpha'::text), ('beta'), ('delta')$$, 'names come a page at a time');
SELECT results_eq('SELECT unit FROM certwire.copy_names_after(''delta'', 3)', $$VALUES ('gamma'::text)$$, 'the next page begins after the last name of the one before');
SELECT results_eq('SELECT unit FROM certwire.copy_names_after(''b'', 1)', $$VALUES ('beta'::text)$$, 'which need not be there any more');
SELECT is_empty('SELECT FROM certwire.copy_names_after(''gamma'', 3)', 'after the last one there is none');
SELECT results_eq('SELECT unit, device, certificate, revoked FROM certwire.copy_devices(''{gamma}'')', $$VALUES ('gamma'::text, 'd1'::text, 'gamma.d1.cert'::text, false)$$, 'devices come with their certificate');
SELECT version AS before FROM certwire.copy_version() \gset
SELECT ok((SELECT abs(extract(epoch FROM now - clock_timestamp())) < 60 FROM certwire.copy_version()), 'the version comes with the database''s time');
SELECT is_empty(format('SELECT FROM certwire.copy_changes(%s)', :before), 'nothing has changed since');
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', 'x');
SELECT certwire.grant_channel('delta', 'weekly', '2099-01-01 00:00:00Z');
SELECT certwire.revoke_device('gamma', 'd1', 'x');
SELECT certwire.request_device('alpha', 'd2', 'a.b.c');
SELECT t.as('brk');
SELECT results_eq(format('SELECT version, unit FROM certwire.copy_changes(%s)', :before),
	format('VALUES (%s::bigint, ''beta''::text), (%s, ''delta''), (%s, ''gamma'')', :before + 1, :before + 2, :before + 3), 'changes come in order');
SELECT is((SELECT version FROM certwire.copy_version()), (:before + 3)::bigint, 'the version has risen with them; a request changes no right');
SELECT results_eq('SELECT channel, until FROM certwire.copy_units(''{delta}'')', $$VALUES ('weekly'::text, '2099-01-01 00:00:00Z'::timestamptz)$$, 'a right that ends by the clock says when');
SELECT results_eq('SELECT device, revoked FROM certwire.copy_devices(''{alpha,gamma}'')', $$VALUES ('d1'::text, false), ('d1', true)$$,
	'a revoked device is known, one that only asked is not');
SELECT throws_ok(format('SELECT certwire.copy_changes(%s)', :before + 4), 'CW002', NULL, 'a version that is yet to come means the database went back: load all');
SELECT throws_ok('SELECT certwire.copy_changes(NULL)', 'CW002', NULL, 'so does none');
SELECT t.as('postgres');
DELETE FROM certwire.entitlement_change WHERE version <= 15;
SELECT t.as('brk');
SELECT throws_ok('SELECT certwire.copy_changes(14)', 'CW002', NULL, 'changes that are not kept are not left out silently');
SELECT lives_ok('SELECT certwire.copy_changes(15)', 'those that are kept are given');

-- Presence.
CREATE FUNCTION pg_temp.here() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(unit || '.' || device || '@' || broker, ' ' ORDER BY unit, device) FROM certwire.presence WHERE present
$$;
SELECT certwire.put_presence('b1', '{alpha,beta,nobody,dispatcher}', '{d1,d1,d1,a}', '{t,t,t,t}');
SELECT t.as('postgres');
SELECT is(pg_temp.here(), 'alpha.d1@b1 beta.d1@b1', 'who comes is present; who is no device of ours is left out');
SELECT t.as('brk');
SELECT certwire.put_presence('b2', '{alpha}', '{d1}', '{t}');
SELECT is(certwire.put_presence('b1', '{alpha}', '{d1}', '{f}'), 0, 'a broker that lost it to another says nothing of it');
SELECT is(certwire.put_presence('b1', '{beta,beta}', '{d1,d1}', '{f,t}'), 0, 'the last word in a batch counts');
SELECT t.as('postgres');
SELECT is(pg_temp.here(), 'alpha.d1@b2 beta.d1@b1', 'presence is where it was last said to be');
SELECT t.as('brk');
SELECT certwire.put_presence('b2', '{}', '{}', '{}', true);
SELECT t.as('postgres');
SELECT is(pg_temp.here(), 'beta.d1@b1', 'a broker that starts has nobody; others keep theirs');

-- Denials.
SELECT t.as('brk');
SELECT is(certwire.put_denials('b1', ARRAY[NULL, repeat('x', 500)], ARRAY['c', repeat('y', 500)], '{103,121}', ARRAY[NULL, repeat('t', 500)], '{1,7}'), 2,
	'denials are recorded, however odd the names');
SELECT throws_ok('SELECT certwire.put_denials(''b1'', ''{a}'', ''{b}'', ''{7}'', ''{c}'', ''{1}'')', '23514', NULL, 'a denial has a code of the protocol');
SELECT t.as('postgres');
SELECT results_eq('SELECT length(who), code, length(topic), count FROM certwire.denial ORDER BY id', 'VALUES (0, 103, NULL::int, 1::bigint), (128, 121, 256, 7)', 'cut to size');
SELECT * FROM finish(true);
