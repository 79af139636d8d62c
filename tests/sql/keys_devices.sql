-- Keysets, key holders, devices.
\ir world.sql
SELECT no_plan();

-- Keysets.
SELECT t.as('reg');
SELECT throws_ok('SELECT t.put_keyset(3, ''{}'')', 'CW005', 'keyset version 3 does not follow version 1', 'no version is left out');
SELECT throws_ok('SELECT t.put_keyset(1, ''{}'')', 'CW005', NULL, 'no version is put twice');
SELECT throws_ok($$SELECT certwire.put_keyset(2, t.keyset(2, '{}'), t.digest('2'), now(), now() + interval '1 day', t.digest('other'))$$,
	'CW005', 'keyset version 2 does not name the digest of version 1', 'the next version must name the one before');
SELECT throws_ok($$SELECT certwire.put_keyset(2, t.keyset(2, '{}'), t.digest('2'), now(), now() + interval '1 day', NULL)$$,
	'CW005', NULL, 'and may not leave it out');
SELECT throws_ok($$SELECT certwire.put_keyset(2, t.keyset(7, '{}'), t.digest('2'), now(), now() + interval '1 day', t.digest('keyset1'))$$,
	'CW004', 'the text is not a keyset of that version', 'the text must be of that version');
SELECT throws_ok($$SELECT certwire.put_keyset(2, bad, t.digest('2'), now(), now() + interval '1 day', t.digest('keyset1'))
	FROM (VALUES ('')) b (bad)$$, 'CW004', NULL, 'an empty text is no keyset');
SELECT throws_ok(format('SELECT certwire.put_keyset(2, %L, t.digest(''2''), now(), now() + interval ''1 day'', t.digest(''keyset1''))', bad),
	'CW004', NULL, format('%L is no keyset', bad)) FROM unnest(ARRAY['x', 'a.b.c', 'a.!!!.c', 'a.eyJ9.c', 'a.W10.c']) bad;
SELECT throws_ok($$SELECT certwire.put_keyset(2, t.keyset(2, '{}'), t.digest('2'), now(), now(), t.digest('keyset1'))$$,
	'CW004', 'the keyset''s digest or times are malformed', 'it ends after it begins');
SELECT is(t.put_keyset(2, '{"weekly":{"approvals":3}}'), 2, 'the next version is put');
SELECT results_eq('SELECT version FROM certwire.current_keysets()', 'VALUES (1), (2)', 'keysets come in order');
SELECT results_eq('SELECT version FROM certwire.current_keysets(1)', 'VALUES (2)', 'those after a version are asked for');
SELECT t.as('postgres');
SELECT results_eq('SELECT certwire.approvals_of(1, ''weekly''), certwire.approvals_of(2, ''weekly''), certwire.approvals_of(2, ''monthly'')',
	'VALUES (2, 3, NULL::int)', 'the number of approvals is read from the keyset');

-- Key holders.
SELECT t.as('adm');
SELECT throws_ok('SELECT certwire.bind_key(t.id(''new''), ''ed1'', ''registrar'')', 'CW002', NULL, 'a login has the role whose group it is in');
SELECT throws_ok('SELECT certwire.bind_key(t.id(''ed1''), ''ed2'', ''editor'')', 'CW005', NULL, 'a key has one holder');
SELECT throws_ok('SELECT certwire.bind_key(t.id(''new''), ''nobody'', ''editor'')', 'CW003', NULL, 'a login must exist');
SELECT throws_ok('SELECT certwire.bind_key(''xyz'', ''ed1'', ''editor'')', 'CW004', NULL, 'a key id has 32 digits');
SELECT throws_ok('SELECT certwire.bind_key(t.id(''new''), ''ed1'', ''root'')', 'CW004', NULL, 'there is no such role');
SELECT is((certwire.bind_key(t.id('new'), 'ed1', 'editor')).kid::text, t.id('new'), 'a login may be given a new key');
SELECT is((SELECT count(*) FROM certwire.key_holder WHERE login = 'ed1'), 1::bigint, 'and then has only that');
SELECT t.as('postgres');
GRANT certwire_dispatcher TO ed1;
SELECT t.as('adm');
SELECT throws_ok('SELECT certwire.bind_key(t.id(''new''), ''ed1'', ''dispatcher'')', 'CW005', NULL, 'a person does not change roles');
SELECT t.as('postgres');
REVOKE certwire_dispatcher FROM ed1;
SELECT t.as('ed1');
SELECT results_eq('SELECT kid, role FROM certwire.my_key()', $$VALUES (t.id('new'), 'editor'::text)$$, 'a login sees its own key');

-- Devices.
SELECT t.as('adm');
SELECT throws_ok(format('SELECT certwire.request_device(''alpha'', ''d9'', %L)', bad), 'CW004', NULL, format('%L is no request', bad))
	FROM unnest(ARRAY[NULL, '', 'a.b', 'a.b.c d.e.f', 'a..c', repeat('a', 2048) || '.b.c']) bad;
SELECT throws_ok(format('SELECT certwire.request_device(''alpha'', %L, ''a.b.c'')', bad), 'CW004', NULL, format('%L is no device id', bad))
	FROM unnest(ARRAY[NULL, '', 'D1', 'd.1', 'd/1', repeat('d', 17)]) bad;
SELECT throws_ok('SELECT certwire.request_device(''nobody'', ''d1'', ''a.b.c'')', 'CW003', NULL, 'an unknown unit has no device');
SELECT throws_ok('SELECT certwire.request_device(''alpha'', ''d1'', ''a.b.c'')', 'CW005', NULL, 'a certified device asks no more');
SELECT is((certwire.request_device('alpha', 'd2', E' a.b.c\n')).state, 'requested', 'a request waits');
SELECT is((certwire.request_device('alpha', 'd2', 'x.y.z')).state, 'requested', 'a new request takes its place');
SELECT t.as('reg');
SELECT results_eq('SELECT unit, device, request FROM certwire.pending_devices()', $$VALUES ('alpha'::text, 'd2'::text, 'x.y.z'::text)$$,
	'the registrar sees what waits');
SELECT throws_ok($$SELECT certwire.certify_device('alpha', 'd2', t.id('alpha.d1'), 'c', now(), now() + interval '1 day')$$, 'CW005', 'another device has this key',
	'two devices do not share a key');
SELECT throws_ok($$SELECT certwire.certify_device('alpha', 'd3', t.id('k'), 'c', now(), now() + interval '1 day')$$, 'CW003', 'there is no request of device alpha.d3',
	'what was not requested is not certified');
SELECT throws_ok($$SELECT certwire.certify_device('alpha', 'd2', t.id('k'), 'c', now(), now() - interval '1 day')$$, 'CW004', 'the certificate''s key id, text or times are malformed',
	'a certificate ends after it begins');
SELECT results_eq($$SELECT state, certified_by FROM certwire.certify_device('alpha', 'd2', t.id('k'), 'cert', now(), now() + interval '1 day')$$,
	$$VALUES ('certified'::text, 'reg'::text)$$, 'a request is certified');
SELECT throws_ok($$SELECT certwire.certify_device('alpha', 'd2', t.id('k2'), 'c', now(), now() + interval '1 day')$$, 'CW005', NULL,
	'a device is certified once');
SELECT t.as('adm');
SELECT is((certwire.revoke_device('alpha', 'd2', '设备遗失')).state, 'revoked', 'a device is revoked');
SELECT throws_ok('SELECT certwire.revoke_device(''alpha'', ''d2'', ''x'')', 'CW003', NULL, 'once');
SELECT throws_ok('SELECT certwire.request_device(''alpha'', ''d2'', ''a.b.c'')', 'CW005', NULL, 'its id is never used again');
SELECT t.as('postgres');
SELECT t.device('beta', 'm' || i) FROM generate_series(2, 16) i;
SELECT t.as('postgres');
SELECT throws_ok('SELECT t.device(''beta'', ''m17'')', 'CW002', 'unit beta has 16 live devices, the most there can be',
	'a unit has at most 16 live devices');
SELECT t.as('adm');
SELECT lives_ok('SELECT certwire.revoke_device(''beta'', ''m2'', ''x'')', 'revoking one');
SELECT lives_ok('SELECT t.device(''beta'', ''m17'')', 'makes room for another');
SELECT t.as('postgres');
SELECT is_empty('SELECT FROM certwire.device d WHERE d.certificate IS NOT NULL AND NOT EXISTS (SELECT FROM certwire.entitlement_change c WHERE c.unit = d.unit)',
	'a change of a device is a change of right');
SELECT * FROM finish(true);
