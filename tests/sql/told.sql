-- What a head tells a unit of each channel, in words that name the rule; and who is told.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.told(unit text, channel text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT CASE WHEN c.receives THEN 'receives' ELSE concat_ws(' ', CASE WHEN c.since IS NULL THEN 'never:' END, c.reason) END
	FROM certwire.heads_channels(t.fence(), ARRAY[unit]) c WHERE c.channel = told.channel
$$;
CREATE FUNCTION t.heads(since bigint) RETURNS TABLE (unit text) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT c.unit FROM certwire.units_changed(t.fence(), since) c WHERE c.unit IS NOT NULL
$$;
CREATE FUNCTION t.version() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT s.version FROM certwire.entitlement_state s $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.as('adm');
SELECT is(t.told('alpha', 'weekly'), 'receives', 'what it may receive');
SELECT is(t.told('alpha', 'seminar'), 'never: 频道策略不含本单位级别，也没有授予（not for its level by policy, no grant）', 'what nothing gives it');
SELECT is(t.told('gamma', 'weekly'), '已暂停资格：未履行保密义务（suspended）', 'a standing that is not good');
SELECT is(t.told('gamma', 'seminar'), 'never: 已暂停资格：未履行保密义务（suspended）', 'which comes before all else');
SELECT certwire.deny_channel('alpha', 'weekly', '泄露周报');
SELECT is(t.told('alpha', 'weekly'), '已禁止接收该频道：泄露周报（denied）', 'a denial');
SELECT is(t.told('alpha', 'monthly'), 'receives', 'of that channel alone');
SELECT results_eq($$SELECT since FROM certwire.entitlement WHERE effect = 'deny' AND unit = 'alpha'$$,
	$$SELECT since FROM certwire.why('alpha', 'weekly') WHERE rule = 'verdict'$$, 'since it began');
SELECT certwire.withdraw_denial('alpha', 'weekly', 'x');
SELECT is(t.told('alpha', 'weekly'), 'receives', 'until it is withdrawn');
SELECT certwire.withdraw_grant('alpha', 'weekly', '课题结束');
SELECT is(t.told('alpha', 'weekly'), '授予已撤回：课题结束（grant withdrawn）', 'a grant that was withdrawn');
SELECT certwire.grant_channel('alpha', 'weekly', until => clock_timestamp() + interval '1 second');
SELECT is(t.told('alpha', 'weekly'), 'receives', 'one that has an end');
SELECT pg_sleep_until((SELECT max(e.until) FROM certwire.entitlement e WHERE e.unit = 'alpha'));
SELECT is(t.told('alpha', 'weekly'), '授予已到期（grant ended）', 'and comes to it');
SELECT certwire.make_group('malware', '恶意代码分析');
SELECT certwire.grant_channel('@malware', 'opportunity');
SELECT certwire.put_in_group('malware', 'alpha', '能力评审');
SELECT is(t.told('alpha', 'opportunity'), 'receives', 'in a group that has it');
SELECT certwire.take_from_group('malware', 'alpha', 'x');
SELECT is(t.told('alpha', 'opportunity'), '已不在分组“恶意代码分析”中（no longer in group malware）', 'and no longer');
SELECT certwire.put_in_group('malware', 'alpha', '能力评审');
SELECT certwire.deny_channel('@malware', 'opportunity', '课题暂停');
SELECT is(t.told('alpha', 'opportunity'), '已禁止接收该频道：课题暂停（denied）', 'a group''s denial');
SELECT certwire.withdraw_denial('@malware', 'opportunity', 'x');
SELECT certwire.withdraw_grant('@malware', 'opportunity', '课题取消');
SELECT is(t.told('alpha', 'opportunity'), '授予已撤回：课题取消（grant withdrawn）', 'a group''s grant');
SELECT certwire.set_policy('seminar', '全国研讨', levels => '{national,provincial}');
SELECT is(t.told('alpha', 'seminar'), 'receives', 'by policy');
SELECT certwire.set_policy('seminar', '只邀请广东', regions => '{广东省}');
SELECT is(t.told('alpha', 'seminar'), '频道策略不含本单位所在地区，也没有授予（not for its region by policy, no grant）：只邀请广东', 'a policy that became narrower, and why');
SELECT certwire.set_policy('seminar', '再次调整', regions => '{440000,310000}');
SELECT matches(t.told('alpha', 'seminar'), '：只邀请广东$', 'which a later one does not hide');
SELECT certwire.deny_channel('alpha', 'monthly', repeat('长', 340));
SELECT is(octet_length(t.told('alpha', 'monthly')), 255, 'a long reason is cut between characters');
SELECT matches(t.told('alpha', 'monthly'), '^已禁止接收该频道：长+…$', 'which shows');

-- Every loss and gain has its head at once; where anybody may be touched, whoever is there.
SELECT t.as('postgres');
SELECT t.version() AS version \gset
SELECT is_empty(format('SELECT * FROM t.heads(%s)', :version), 'without a change nobody is told');
SELECT t.as('adm');
SELECT certwire.grant_channel('beta', 'opportunity');
SELECT results_eq(format('SELECT * FROM t.heads(%s)', :version), ARRAY['beta'], 'of a grant its unit');
SELECT t.as('brk');
SELECT certwire.put_presence('b:1', ARRAY['alpha', 'gamma', 'delta'], ARRAY['d1', 'd1', 'd1'], ARRAY[true, true, false]);
SELECT t.as('adm');
SELECT t.version() AS version \gset
SELECT certwire.set_policy('seminar', '不限地区', regions => '{}');
SELECT results_eq(format('SELECT * FROM t.heads(%s)', :version), ARRAY['alpha', 'gamma'], 'of a policy who is connected');
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.heads_channels(t.fence() - 1, ''{alpha}'')', 'CW001', NULL, 'with the lease alone');
SELECT * FROM finish(true);
