-- Devices and the TLS certificates they are bound to; what brokers refused.
\ir world.sql
SELECT no_plan();

\set print 'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89'
SELECT t.as('adm');
SELECT is((certwire.bind_certificate('alpha', 'd1', :'print')).fingerprint, :'print', 'a device is bound to a fingerprint');
SELECT throws_ok(format('SELECT certwire.bind_certificate(''alpha'', ''d1'', %L)', bad), 'CW005',
	'device alpha.d1 is bound to this certificate already', format('%L is the same', bad))
	FROM unnest(ARRAY[:'print', lower(:'print'), replace(:'print', ':', ''), 'sha256 Fingerprint=' || :'print', E' ' || :'print' || E'\n']) bad;
SELECT throws_ok(format('SELECT certwire.bind_certificate(''alpha'', ''d1'', %L)', bad), 'CW004', NULL, format('%L is no fingerprint', bad))
	FROM unnest(ARRAY['', 'x', 'AB:CD', left(:'print', -1), :'print' || ':00', replace(:'print', 'A', 'G'), replace(:'print', ':', '-')]) bad;
SELECT throws_ok('SELECT certwire.bind_certificate(''alpha'', ''d1'')', 'CW004', NULL, 'something must be given');
SELECT throws_ok('SELECT certwire.bind_certificate(''alpha'', ''d1'', NULL, '' '')', 'CW004', NULL, 'a blank is nothing');
SELECT throws_ok($$SELECT certwire.bind_certificate('alpha', 'd1', NULL, E'CN=a\tb')$$, 'CW004', NULL, 'a subject is one line');
SELECT throws_ok($$SELECT certwire.bind_certificate('alpha', 'd1', NULL, repeat('x', 513))$$, 'CW004', NULL, 'of 512 bytes at most');
SELECT throws_ok('SELECT certwire.bind_certificate(''nobody'', ''d1'', NULL, ''CN=x'')', 'CW003', NULL, 'a unit must exist');
SELECT throws_ok('SELECT certwire.bind_certificate(''alpha'', ''d7'', NULL, ''CN=x'')', 'CW003', NULL, 'a device must exist');
SELECT throws_ok('SELECT certwire.unbind_certificate(''beta'', ''d1'')', 'CW003', NULL, 'what is not bound is not unbound');
SELECT version AS before FROM certwire.entitlement_state \gset
SELECT is((certwire.bind_certificate('alpha', 'd1', NULL, E'subject=CN=甲机,O=甲\n')).subject, 'CN=甲机,O=甲', 'a subject takes its place');
SELECT is((SELECT fingerprint FROM certwire.binding_overview), NULL, 'and the fingerprint is gone');
SELECT is((SELECT version FROM certwire.entitlement_state), (:before + 1)::bigint, 'each binding is a change of rights');
SELECT results_eq($$SELECT act, subject, detail ->> 'replaced', detail ->> 'subject' FROM certwire.audit ORDER BY id DESC LIMIT 1$$,
	$$VALUES ('bind_certificate'::text, 'alpha.d1'::text, 'true'::text, 'CN=甲机,O=甲'::text)$$, 'and is recorded');
SELECT t.as('brk');
SELECT results_eq('SELECT unit, tls_fingerprint, tls_subject FROM certwire.copy_devices(''{alpha,beta}'')',
	$$VALUES ('alpha'::text, NULL::bytea, 'CN=甲机,O=甲'::text), ('beta', NULL, NULL)$$, 'a broker''s copy says what is bound');
SELECT throws_ok('SELECT certwire.bind_certificate(''alpha'', ''d1'', NULL, ''CN=x'')', '42501', NULL, 'a broker binds nothing');
SELECT t.as('adm');
SELECT is((certwire.unbind_certificate('alpha', 'd1')).subject, 'CN=甲机,O=甲', 'what is unbound is shown as it was');
SELECT is_empty('SELECT FROM certwire.binding_overview', 'and is gone');
SELECT results_eq('SELECT act FROM certwire.audit ORDER BY id DESC LIMIT 1', $$VALUES ('unbind_certificate'::text)$$, 'which is recorded too');
SELECT certwire.revoke_device('alpha', 'd1', 'x');
SELECT throws_ok('SELECT certwire.bind_certificate(''alpha'', ''d1'', NULL, ''CN=x'')', 'CW002', NULL, 'a revoked device is bound to nothing');

-- What was refused on the last day.
SELECT t.as('brk');
SELECT certwire.put_denials('b1', '{alpha,alpha,beta}', '{alpha.d1,alpha.d1,beta.d1}', '{121,121,125}', '{$SYS/#,$SYS/#,NULL}', '{2,3,1}');
SELECT t.as('postgres');
INSERT INTO certwire.denial (at, broker, who, client_id, code, count) VALUES
	(clock_timestamp() - interval '25 hours', 'b1', 'gamma', 'gamma.d1', 121, 1), (clock_timestamp() - interval '23 hours', 'b2', 'gamma', 'gamma.d1', 999, 1);
SELECT t.as('adm');
SELECT results_eq('SELECT broker, who, client_id, code, meaning, topic, count FROM certwire.denials_today ORDER BY code',
	$$VALUES ('b1'::text, 'alpha'::text, 'alpha.d1'::text, 121, '不得订阅该主题'::text, '$SYS/#'::text, 5::bigint),
	('b1', 'beta', 'beta.d1', 125, '连接被切断：资格已失去', NULL, 1), ('b2', 'gamma', 'gamma.d1', 999, NULL, NULL, 1)$$,
	'the last day is summed up by who, what and where, in words');
SELECT t.as('aud');
SELECT lives_ok('SELECT FROM certwire.denials_today', 'an auditor reads it too');
SELECT t.as('reg');
SELECT throws_ok('SELECT FROM certwire.denials_today', '42501', NULL, 'a registrar does not');
SELECT * FROM finish(true);
