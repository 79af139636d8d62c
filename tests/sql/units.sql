-- Units, standing and entitlement as administrators rule them.
\ir world.sql
SELECT no_plan();

SELECT t.as('adm');
SELECT t.propose('epsilon');
SELECT throws_ok('SELECT t.propose(''epsilon'')', 'CW005', NULL, 'a unit is entered once');
SELECT throws_ok('SELECT t.propose(''dispatcher'')', 'CW004', NULL, 'the id dispatcher is reserved');
SELECT throws_ok(format('SELECT t.propose(%L)', bad), 'CW004', NULL, format('%L is refused as an id', bad))
	FROM unnest(ARRAY['', 'a', 'Alpha', '1a', 'a_b', 'a--b', 'a-', repeat('a', 33), E'al\nfa', '单位', 'a/b', '+', '#']) bad;
SELECT throws_ok($$SELECT certwire.propose_unit('zeta', E'two\nlines', 4, 'national', NULL, 'x')$$, 'CW004', NULL, 'a name is one line');
SELECT throws_ok($$SELECT certwire.propose_unit('zeta', NULL, 4, 'national', NULL, 'x')$$, 'CW004', NULL, 'a name is needed');

SELECT is((certwire.suspend_unit('alpha', '  未按要求履行义务 ')).reason, '未按要求履行义务', 'suspending says why, trimmed');
SELECT throws_ok('SELECT certwire.suspend_unit(''alpha'', ''again'')', 'CW002', NULL, 'a suspended unit is not suspended again');
SELECT throws_ok('SELECT certwire.suspend_unit(''nobody'', ''x'')', 'CW003', NULL, 'an unknown unit is said to be unknown');
SELECT throws_ok(format('SELECT certwire.suspend_unit(''beta'', %L)', bad), 'CW004', NULL, 'a reason that is none is refused')
	FROM unnest(ARRAY[NULL, '', '   ', E'a\nb', repeat('长', 342)]) bad;
SELECT is((certwire.reinstate_unit('alpha', '整改完成')).standing, 'good', 'reinstating restores good standing');
SELECT throws_ok('SELECT certwire.reinstate_unit(''alpha'', ''x'')', 'CW002', NULL, 'a unit in good standing is not reinstated');
SELECT results_eq('SELECT standing, until IS NULL, decided_by FROM certwire.standing WHERE unit = ''alpha'' ORDER BY since',
	$$VALUES ('candidate'::text, false, 'adm'::text), ('good', false, 'adm'), ('suspended', false, 'adm'), ('good', true, 'adm')$$,
	'standing is kept as history, with who decided');
SELECT is_empty($$
	SELECT FROM (SELECT until, lead(since) OVER (PARTITION BY unit ORDER BY since) AS next FROM certwire.standing) s
	WHERE until IS DISTINCT FROM next
$$, 'each standing ends when the next begins');

SELECT certwire.grant_channel('delta', 'weekly');
SELECT is(certwire.channels_of('delta'), 'weekly', 'a grant shows at once');
SELECT throws_ok('SELECT certwire.grant_channel(''delta'', ''weekly'')', 'CW005', NULL, 'the same grant twice is refused');
SELECT certwire.grant_channel('delta', 'weekly', '2099-01-01 00:00+08');
SELECT is(certwire.channels_of('delta'), 'weekly (until 2099-01-01 00:00:00 +08)', 'granting again changes the end');
SELECT throws_ok('SELECT certwire.grant_channel(''delta'', ''daily'')', 'CW003', NULL, 'an unknown channel is refused');
SELECT throws_ok('SELECT certwire.grant_channel(''delta'', ''monthly'', ''2001-01-01'')', 'CW004', NULL, 'an end that is past is refused');
SELECT certwire.withdraw_grant('delta', 'weekly', '协议终止');
SELECT is(certwire.channels_of('delta'), NULL, 'a withdrawal shows at once');
SELECT throws_ok('SELECT certwire.withdraw_grant(''delta'', ''weekly'', ''x'')', 'CW002', NULL, 'what is not held is not withdrawn');
SELECT is((SELECT count(*) FROM certwire.entitlement WHERE unit = 'delta'), 2::bigint, 'entitlement is kept as history');
SELECT results_eq('SELECT withdrawn_by, withdrawn_reason::text FROM certwire.entitlement WHERE unit = ''delta'' AND withdrawn_by IS NOT NULL',
	$$VALUES ('adm'::text, '协议终止'::text)$$, 'a withdrawal says who and why');

-- Versions.
SELECT is((SELECT version FROM certwire.entitlement_state), (SELECT max(version) FROM certwire.entitlement_change),
	'every change of right has a version');
SELECT is((SELECT count(DISTINCT version) FROM certwire.entitlement_change), (SELECT version FROM certwire.entitlement_state),
	'versions have no hole');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok('SELECT certwire.suspend_unit(''beta'', ''x'')', 'CW002', 'rights cannot be read or changed under REPEATABLE READ',
	'a change of right is refused under REPEATABLE READ');
ROLLBACK;
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SELECT throws_ok('SELECT certwire.grant_channel(''delta'', ''weekly'')', 'CW002', NULL, 'and under SERIALIZABLE');
ROLLBACK;

-- Constraints stand even for the owner.
SELECT t.as('postgres');
SELECT throws_ok($$INSERT INTO certwire.standing (unit, since, until, standing, reason) VALUES ('beta', now(), '2100-01-01', 'good', 'x')$$, '23P01', NULL,
	'standings do not overlap');
SELECT throws_ok($$INSERT INTO certwire.entitlement (effect, unit, channel) VALUES ('grant', 'beta', 'weekly')$$, '23P01', NULL,
	'entitlements do not overlap');
SELECT throws_ok($$
	UPDATE certwire.standing SET until = now() + interval '1 hour' WHERE unit = 'beta' AND until IS NULL;
	SET CONSTRAINTS ALL IMMEDIATE
$$, 'CW002', NULL, 'a standing has no gap');
SELECT throws_ok($$INSERT INTO certwire.entitlement_state VALUES (false, 1)$$, '23514', NULL, 'the state has one row');
SELECT throws_ok($$INSERT INTO certwire.entitlement_state VALUES (true, 1)$$, '23505', NULL, 'the state has one row only');
SELECT throws_ok($$INSERT INTO certwire.unit (id, name) VALUES ('dispatcher', 'x')$$, '23514', NULL, 'no unit is called dispatcher');
SELECT bag_eq('SELECT id::text FROM certwire.channel', ARRAY['weekly', 'monthly', 'opportunity', 'seminar'],
	'the plan''s four channels are there');

-- Audit.
SELECT results_eq($$SELECT act, login, detail ->> 'reason' FROM certwire.audit WHERE subject = 'alpha' AND act LIKE '%suspend%'$$,
	$$VALUES ('suspend_unit'::text, 'adm'::text, '未按要求履行义务'::text)$$, 'an act is recorded with login and reason');
SELECT throws_ok('UPDATE certwire.audit SET login = ''x''', 'CW002', NULL, 'the audit is not changed, not even by its owner');
SELECT throws_ok('DELETE FROM certwire.audit', 'CW002', NULL, 'nothing is deleted from the audit');
SELECT throws_ok('TRUNCATE certwire.audit CASCADE', 'CW002', NULL, 'the audit is not truncated');
SELECT t.as('postgres');
SELECT results_eq($$SELECT certwire.check_region(r) FROM unnest(ARRAY['110000', '北京', '北京市', 'Beijing', ' 广西 ']) r$$,
	ARRAY['110000', '110000', '110000', '110000', '450000'], 'a region is understood as in a table that is imported');
SELECT * FROM finish(true);
