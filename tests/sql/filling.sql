-- What newcomers, units that come back and those without a head start get of what was issued before.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.mailbox(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(format('%s:%s', e.number, n.name), ' ' ORDER BY e.number)
	FROM certwire.entry e JOIN unnest(ARRAY['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'only beta', 'gone']) n (name) ON t.id(n.name) = e.publication
	WHERE e.unit = mailbox.unit
$$;
CREATE FUNCTION t.policy(channel text, backlog text, backlog_days int = NULL, gap text = NULL, gap_since timestamptz = NULL) RETURNS void LANGUAGE sql AS $$
	SELECT certwire.set_policy(channel, 'x', backlog => backlog, backlog_days => backlog_days, gap => gap, gap_since => gap_since)
$$;
CREATE FUNCTION t.issues() RETURNS TABLE (issued_at timestamptz, keyset int) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT p.issued_at, p.keyset FROM certwire.publication p WHERE p.id IN (t.id('one'), t.id('two')) ORDER BY p.issued_at
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.publish('one');
SELECT t.publish('two');
SELECT t.publish('only beta', rule => '{"v":1,"rule":"units","units":["beta"]}');
SELECT t.as('adm');

-- Newcomers.
SELECT certwire.grant_channel('delta', 'weekly');
SELECT is(t.mailbox('delta'), NULL, 'by default a newcomer gets nothing of the past');
SELECT certwire.withdraw_grant('delta', 'weekly', 'x');
SELECT t.policy('weekly', 'latest');
SELECT certwire.grant_channel('delta', 'weekly');
SELECT is(t.mailbox('delta'), NULL, 'who has had the right before is no newcomer');
SELECT t.admit('zeta');
SELECT certwire.grant_channel('zeta', 'weekly');
SELECT is(t.mailbox('zeta'), '1:two', 'the latest, but not what was for others alone');
SELECT t.policy('weekly', 'days', 30);
SELECT t.propose('epsilon');
SELECT t.file('epsilon');
SELECT certwire.grant_channel('epsilon', 'weekly');
SELECT is(t.mailbox('epsilon'), NULL, 'a candidate gets nothing');
SELECT certwire.admit_unit('epsilon', '准入');
SELECT is(t.mailbox('epsilon'), '1:one 2:two', 'those of the last days, in order of issue, once it is admitted');
SELECT t.as('dsp');
SELECT results_eq($$SELECT e.issued_at, e.keyset FROM certwire.entries_to_sign(t.fence(), 100) e WHERE e.unit = 'epsilon'$$,
	'SELECT * FROM t.issues()', 'with time and keyset of their issue, by which editors are judged');
SELECT t.sign_all();
SELECT is_empty('SELECT FROM certwire.entries_to_sign(t.fence(), 10)', 'such entries are signed as others');
SELECT t.as('adm');

-- Units that come back.
SELECT is(t.mailbox('beta'), '1:one 2:two 3:only beta', 'before');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.publish('three');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT is(t.mailbox('beta'), '1:one 2:two 3:only beta', 'by default the gap stays empty');
SELECT t.policy('weekly', 'none', NULL, 'all');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.publish('four');
SELECT t.publish('five');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT is(t.mailbox('beta'), '1:one 2:two 3:only beta 4:four 5:five', 'all: what was issued meanwhile, and no earlier gap');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.publish('six');
SELECT t.as('adm');
SELECT t.policy('weekly', 'none', NULL, 'since', clock_timestamp());
SELECT t.publish('seven');
SELECT t.publish('gone', expires_at => clock_timestamp() + interval '150 milliseconds');
SELECT pg_sleep(0.2);
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT is(t.mailbox('beta'), '1:one 2:two 3:only beta 4:four 5:five 6:seven', 'since a date; what has expired is not given any more');
SELECT results_eq($$SELECT standing, entitled, entry, entitled_when_entered FROM certwire.effective_at(t.id('six'), 'beta')$$,
	$$VALUES ('suspended'::text, false, NULL::int, NULL::boolean)$$, 'what was missed is proved by history');
SELECT results_eq($$SELECT entitled, entry, entitled_when_entered FROM certwire.effective_at(t.id('seven'), 'beta')$$, $$VALUES (false, 6, true)$$, 'so is what was filled in');
SELECT results_eq($$SELECT entitled, entry, entered_at = issued_at FROM certwire.effective_at(left(t.id('one'), 8), 'alpha')$$, $$VALUES (true, 1, true)$$, 'and what was issued to it');
SELECT results_eq($$SELECT entitled, in_audience FROM certwire.effective_at(t.id('only beta'), 'alpha')$$, $$VALUES (true, false)$$, 'or not to it');
SELECT throws_ok($$SELECT certwire.effective_at('ffff', 'alpha')$$, 'CW003', NULL, 'an unknown publication is said to be unknown');
SELECT throws_ok($$SELECT certwire.effective_at(t.id('one'), 'nobody')$$, 'CW003', NULL, 'an unknown unit too');

-- A head start.
SELECT t.as('adm');
SELECT certwire.make_group('preferred', '优先单位');
SELECT certwire.put_in_group('preferred', 'alpha', '优秀');
SELECT certwire.grant_channel(u, 'opportunity') FROM unnest(ARRAY['alpha', 'beta']) u;
SELECT certwire.set_policy('opportunity', '优先获得', preferred => 'preferred', head_start => '1 second');
SELECT results_eq($$SELECT unit, waits FROM certwire.audience('opportunity') WHERE receives$$, $$VALUES ('alpha'::text, false), ('beta', true)$$, 'the preview says who waits');
SELECT t.ready('chance', 'opportunity');
SELECT t.as('dsp');
SELECT results_eq($$SELECT deliveries, to_channel FROM certwire.issue_due(t.fence(), t.id('chance'), 1)$$, $$VALUES (1, false)$$, 'first the preferred');
SELECT is_empty('SELECT FROM certwire.issue_rest(t.fence())', 'the others wait');
SELECT t.as('adm');
SELECT is((SELECT detail FROM certwire.effective_at(t.id('chance'), 'beta')), '优先期内，稍后列入（waits while others have a head start）', 'which is told');
SELECT t.as('postgres');
SELECT pg_sleep_until((SELECT rest_due_at FROM certwire.publication WHERE id = t.id('chance')));
SELECT t.as('dsp');
SELECT results_eq('SELECT publication, deliveries FROM certwire.issue_rest(t.fence())', $$SELECT t.id('chance'), 1$$, 'then everyone else');
SELECT is_empty('SELECT FROM certwire.issue_rest(t.fence())', 'once');
SELECT throws_ok('SELECT certwire.issue_rest(t.fence() - 1)', 'CW001', NULL, 'with the lease alone');
SELECT t.as('postgres');
SELECT is((SELECT count(*) FROM certwire.delivery WHERE publication = t.id('chance')), 2::bigint, 'each has it once');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*)', 'no mailbox has a hole');

-- The clerk of a branch.
SELECT t.as('adm');
SELECT certwire.select_unit('beta', 4, 'provincial', '广东省', 'x');
SELECT throws_ok($$SELECT certwire.give_region('ed1', '440000')$$, 'CW003', NULL, 'a region is given to a clerk alone');
SELECT throws_ok($$SELECT certwire.give_region('clk', 'Atlantis')$$, 'CW003', NULL, 'and must be one');
SELECT t.as('clk');
SELECT is_empty('SELECT FROM certwire.unit_overview', 'a clerk without a region sees nobody');
SELECT t.as('adm');
SELECT certwire.give_region('clk', '广东省');
SELECT t.as('clk');
SELECT results_eq('SELECT unit FROM certwire.unit_overview', ARRAY['beta'], 'one with a region its units');
SELECT is_empty(format('SELECT FROM certwire.%I WHERE %I <> ''beta''', r, c), 'in every table: ' || r)
	FROM (VALUES ('unit', 'id'), ('membership', 'unit'), ('standing', 'unit'), ('paper', 'unit'), ('contact', 'unit'), ('expiring', 'unit'), ('devices_unseen', 'unit')) v (r, c);
SELECT isnt_empty('SELECT FROM certwire.paper', 'its own are there');
SELECT lives_ok($$SELECT certwire.set_paper('beta', 'agreement', 'x', '2026-02-02')$$, 'it files papers of its units');
SELECT throws_ok($$SELECT certwire.set_paper('alpha', 'agreement', 'x', '2026-02-02')$$, 'CW006', NULL, 'and of no other');
SELECT throws_ok($$SELECT certwire.set_contact('alpha', 'x', '110000')$$, 'CW006', NULL, 'contacts neither');
SELECT throws_ok($$SELECT certwire.why('alpha', 'weekly')$$, 'CW006', NULL, 'nor asks why');
SELECT throws_ok($$SELECT certwire.suspend_unit('beta', 'x')$$, '42501', NULL, 'and decides nothing');
SELECT t.as('adm');
SELECT certwire.take_region('clk', '440000');
SELECT t.as('clk');
SELECT throws_ok($$SELECT certwire.set_paper('beta', 'agreement', 'x', '2026-02-02')$$, 'CW006', NULL, 'a region that was taken back is gone');
SELECT * FROM finish(true);
