-- The issue: who is in the audience, and the numbers of the mailboxes.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.board(name text) RETURNS TABLE (unit text, number int, state text) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT unit, number, state FROM certwire.delivery WHERE publication = t.id(name) ORDER BY unit
$$;
GRANT EXECUTE ON FUNCTION t.board TO PUBLIC;

SELECT t.as('ed1');
SELECT results_eq($$SELECT unit, receives, reason FROM certwire.audience('weekly', '{"v":1,"rule":"entitled"}')$$, format($$VALUES
	('alpha'::text, true, NULL::text), ('beta', true, NULL), ('delta', false, '未获授权接收该频道（not entitled to the channel）'),
	('gamma', false, '已暂停资格：未履行保密义务（suspended），自 %s 起（since）')$$, (now() AT TIME ZONE 'Asia/Shanghai')::date), 'the preview says who would receive, and who not and why');
SELECT results_eq($$SELECT unit, reason FROM certwire.audience('weekly', '{"v":1,"rule":"units","units":["beta","gamma"]}') WHERE unit <> 'gamma'$$,
	$$VALUES ('beta'::text, NULL::text), ('alpha', '不在发布范围内（not in the audience）'), ('delta', '不在发布范围内（not in the audience）')$$,
	'units that are not named do not receive');

SELECT t.ready('first');
SELECT t.as('dsp');
SELECT results_eq('SELECT publication, cardinality(signatures), octet_length(content_key) FROM certwire.due_publications(t.fence(), t.id(''dsp''))',
	$$VALUES (t.id('first'), 2, 80)$$, 'what is due comes with signatures and the key to verify it');
SELECT results_eq('SELECT index FROM certwire.publication_parts(t.fence(), t.id(''first''), 0, 9)', 'VALUES (0), (1)', 'and with its parts');
SELECT results_eq('SELECT * FROM certwire.issue_due(t.fence())', $$VALUES (t.id('first'), 2, 'weekly'::text, 2, true)$$, 'it is issued');
SELECT results_eq('SELECT * FROM t.board(''first'')', $$VALUES ('alpha'::text, 1, 'owed'::text), ('beta', 1, 'owed')$$,
	'to the units that are entitled and in good standing, and to no other');
SELECT is_empty('SELECT * FROM certwire.issue_due(t.fence())', 'nothing is issued twice');
SELECT t.ready('named', 'weekly', '{"v":1,"rule":"units","units":["beta","gamma","delta"]}');
SELECT t.as('dsp');
SELECT results_eq('SELECT deliveries, to_channel FROM certwire.issue_due(t.fence())', 'VALUES (1, false)', 'a named audience does not go to the channel');
SELECT results_eq('SELECT * FROM t.board(''named'')', $$VALUES ('beta'::text, 2, 'owed'::text)$$, 'being named is not enough: standing and entitlement count');
SELECT t.ready('third', 'monthly');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence());
SELECT results_eq('SELECT * FROM t.board(''third'')', $$VALUES ('alpha'::text, 2, 'owed'::text), ('beta', 3, 'owed')$$,
	'every mailbox has its own gapless numbers, over all channels');

-- Rights that end.
SELECT t.as('adm');
SELECT certwire.suspend_unit('alpha', 'x');
SELECT certwire.grant_channel('delta', 'weekly', clock_timestamp() + interval '1 hour');
SELECT t.as('postgres');
UPDATE certwire.entitlement SET since = now() - interval '2 hours', until = now() - interval '1 hour' WHERE unit = 'beta' AND channel = 'weekly';
SELECT t.publish('fourth');
SELECT results_eq('SELECT * FROM t.board(''fourth'')', $$VALUES ('delta'::text, 1, 'owed'::text)$$,
	'a suspended unit and one whose right ended by the clock are left out; one whose right still runs is in');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x');
SELECT t.publish('fifth');
SELECT results_eq('SELECT * FROM t.board(''fifth'')', $$VALUES ('alpha'::text, 3, 'owed'::text), ('delta', 2, 'owed')$$,
	'a reinstated unit goes on where its mailbox was');
SELECT t.as('adm');
SELECT certwire.withdraw_grant('delta', 'weekly', 'x');
SELECT t.publish('sixth');
SELECT results_eq('SELECT * FROM t.board(''sixth'')', $$VALUES ('alpha'::text, 4, 'owed'::text)$$, 'a withdrawn channel is not received');
SELECT t.as('adm');
SELECT certwire.suspend_unit('alpha', 'x');
SELECT t.publish('nobody');
SELECT is_empty('SELECT * FROM t.board(''nobody'')', 'what nobody may receive is issued to nobody');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x');

-- Times, refusals, keysets.
SELECT t.ready('early', not_before => clock_timestamp() + interval '1 hour');
SELECT t.ready('late', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.ready('refused');
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('late');
SELECT t.as('dsp');
SELECT lives_ok('SELECT certwire.issue_refuse(t.fence(), t.id(''refused''), 212)', 'the dispatcher refuses what it cannot verify');
SELECT is_empty('SELECT * FROM certwire.issue_due(t.fence())', 'not before its time, not after its end, not once refused');
SELECT is_empty('SELECT * FROM certwire.due_publications(t.fence(), t.id(''dsp''))', 'nor is it due');
SELECT t.as('ed1');
SELECT is((SELECT issue_refused_code FROM certwire.publications(t.id('refused'))), 212, 'the editor sees the code');
SELECT certwire.request_issue(t.id('refused'));
SELECT t.as('dsp');
SELECT is((SELECT count(*) FROM certwire.due_publications(t.fence(), t.id('dsp'))), 1::bigint, 'asked for again it is due again');
SELECT t.as('reg');
SELECT t.put_keyset(2, '{"weekly":{"approvals":3}}');
SELECT t.as('dsp');
SELECT is_empty('SELECT * FROM certwire.issue_due(t.fence())', 'a newer keyset that wants more signatures is obeyed');
SELECT t.as('ed3');
SELECT is((SELECT approvals_needed FROM certwire.publications(t.id('refused'))), 3, 'the editors see how many it wants');
SELECT certwire.approve(t.id('refused'), t.id('ed3'), 'h..s');
SELECT t.as('reg');
SELECT t.put_keyset(3, '{"weekly":{"approvals":3}}', clock_timestamp() - interval '1 day');
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.issue_due(t.fence())', 'CW002', 'keyset 3 has expired', 'an expired keyset issues nothing');
SELECT t.as('reg');
SELECT t.put_keyset(4, '{"weekly":{"approvals":3}}');
SELECT t.as('dsp');
SELECT is((SELECT deliveries FROM certwire.issue_due(t.fence())), 1, 'under a valid keyset, enough having signed, it is issued');
SELECT is(certwire.expire_due(t.fence()), 0, 'no delivery has expired');
SELECT t.as('postgres');
SELECT results_eq('SELECT state FROM certwire.publication WHERE id IN (t.id(''late''), t.id(''early'')) ORDER BY state',
	$$VALUES ('approved'::text), ('withdrawn')$$, 'what expired before issue is given up');
SELECT is((SELECT keyset FROM certwire.publication WHERE id = t.id('refused')), 4, 'the keyset in force is kept');
SELECT is_empty($$
	SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*) OR min(number) <> 1
$$, 'no mailbox has a hole');

-- Isolation.
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.issue_due(t.fence())', 'CW002', NULL, 'nothing is issued under REPEATABLE READ');
SELECT throws_ok('SELECT certwire.deliveries_to_seal(t.fence(), t.id(''dsp''), 1)', 'CW002', NULL, 'nothing is sealed under REPEATABLE READ');
SELECT throws_ok('SELECT certwire.put_grants(t.fence(), ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', 'CW002', NULL, 'no grant is put under REPEATABLE READ');
ROLLBACK;
SELECT t.as('postgres');
SELECT * FROM finish(true);
