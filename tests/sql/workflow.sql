-- Each step from draft to issue, by whom and from which state; the forbidden ones, with the tool bypassed.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION pg_temp.say(step text, name text) RETURNS text LANGUAGE sql AS $$
	SELECT format(CASE step
		WHEN 'submit' THEN 'SELECT certwire.submit_publication(%L)'
		WHEN 'approve' THEN 'SELECT certwire.approve(%L, t.id(session_user), ''h..s'')'
		WHEN 'return' THEN 'SELECT certwire.return_publication(%L, decode(repeat(''ee'', 64), ''hex''))'
		WHEN 'schedule' THEN 'SELECT certwire.schedule_publication(%L, now() + interval ''1 day'')'
		WHEN 'issue' THEN 'SELECT certwire.request_issue(%L)'
		WHEN 'withdraw' THEN 'SELECT certwire.withdraw_publication(%L, ''有误'')' END, t.id(name))
$$;
CREATE FUNCTION pg_temp.state(name text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT state FROM certwire.publication WHERE id = t.id(name)
$$;
-- A publication in each state.
SELECT t.as('ed1');
SELECT t.draft('draft', submit => false), t.draft('review'), t.draft('approved'), t.draft('scheduled'), t.draft('withdrawn');
SELECT t.as('ed2');
SELECT certwire.approve(t.id(n), t.id('ed2'), 'h..s') FROM unnest(ARRAY['approved', 'scheduled']) n;
SELECT certwire.schedule_publication(t.id('scheduled'), now() + interval '1 hour');
SELECT certwire.withdraw_publication(t.id('withdrawn'), '有误');
SELECT t.publish('issued');
SELECT is(pg_temp.state(n), n, format('there is one in state %s', n))
	FROM unnest(ARRAY['draft', 'review', 'approved', 'scheduled', 'issued', 'withdrawn']) n;

-- Who drafted: hands over a draft alone, never approves, never returns.
SELECT t.as('ed1');
SELECT throws_ok(pg_temp.say('submit', n), 'CW002', NULL, format('the drafter does not hand over what is %s', n))
	FROM unnest(ARRAY['review', 'approved', 'scheduled', 'issued', 'withdrawn']) n;
SELECT throws_ok(pg_temp.say('approve', n), 'CW002', NULL, format('the drafter does not approve what is %s', n))
	FROM unnest(ARRAY['draft', 'review', 'approved', 'scheduled', 'issued', 'withdrawn']) n;
SELECT throws_ok(pg_temp.say('return', n), 'CW002', NULL, format('the drafter does not return what is %s', n))
	FROM unnest(ARRAY['draft', 'review', 'approved', 'scheduled', 'issued', 'withdrawn']) n;
SELECT throws_ok(pg_temp.say(step, n), 'CW002', NULL, format('there is no %s of what is %s', step, n))
	FROM unnest(ARRAY['issue', 'schedule']) step, unnest(ARRAY['draft', 'review', 'issued', 'withdrawn']) n;
SELECT throws_ok(pg_temp.say('withdraw', n), 'CW002', NULL, format('what is %s is not withdrawn', n))
	FROM unnest(ARRAY['issued', 'withdrawn']) n;

-- Another editor.
SELECT t.as('ed3');
SELECT throws_ok(pg_temp.say('submit', 'draft'), 'CW006', NULL, 'nobody else hands a draft over');
SELECT throws_ok(pg_temp.say('approve', n), 'CW002', NULL, format('what is %s is not approved', n))
	FROM unnest(ARRAY['draft', 'issued', 'withdrawn']) n;
SELECT throws_ok(pg_temp.say('return', n), 'CW002', NULL, format('what is %s is not returned', n))
	FROM unnest(ARRAY['draft', 'issued', 'withdrawn']) n;
SELECT throws_ok(format('SELECT certwire.return_publication(%L, %L)', t.id('review'), ''::bytea), 'CW004', 'a comment must come with it, sealed', 'nothing is returned without a comment');
SELECT throws_ok(format('SELECT certwire.schedule_publication(%L, now())', t.id('approved')), 'CW004', NULL, 'the past is not scheduled');
SELECT throws_ok('UPDATE certwire.publication SET state = ''approved''', '42501', NULL, 'no editor writes a state');
SELECT throws_ok('DELETE FROM certwire.signature', '42501', NULL, 'nor takes a signature away');
SELECT throws_ok('SELECT certwire.release_scheduled(1)', '42501', NULL, 'nor releases what is scheduled');
SELECT t.as('adm');
SELECT throws_ok(pg_temp.say(step, 'review'), '42501', NULL, format('an administrator does not %s', step))
	FROM unnest(ARRAY['submit', 'approve', 'return', 'schedule', 'issue', 'withdraw']) step;

-- Returned: approvals are void, the comment stays sealed.
SELECT t.as('ed3');
SELECT is(certwire.return_publication(t.id(n), decode(repeat('ee', 64), 'hex')), 'draft', format('what is %s goes back', n))
	FROM unnest(ARRAY['approved', 'scheduled']) n;
SELECT results_eq('SELECT signed_by FROM certwire.publication_signatures(t.id(''approved''))', $$VALUES ('ed1'::text)$$,
	'only the drafter''s signature is left');
SELECT results_eq('SELECT written_by, length(sealed) FROM certwire.publication_comments(t.id(''approved''))', $$VALUES ('ed3'::text, 64)$$,
	'the comment is there');
SELECT t.as('ed1');
SELECT is(certwire.submit_publication(t.id('approved')), 'review', 'it is handed over again');
SELECT t.as('ed2');
SELECT is((certwire.approve(t.id('approved'), t.id('ed2'), 'h..s')).state, 'approved', 'and must be approved again');

-- Edited: the new draft takes the place of the old one, whose signatures go with it.
SELECT t.as('ed3');
SELECT t.draft('new');
SELECT throws_ok(format('SELECT certwire.replace_draft(%L, %L)', t.id('new'), t.id('approved')), 'CW006', format('publication %s is no new draft of ed3', t.id('new')), 'what is under review replaces nothing');
SELECT t.draft('newer', submit => false);
SELECT throws_ok(format('SELECT certwire.replace_draft(%L, %L)', t.id('newer'), t.id('issued')), 'CW002', NULL, 'what is issued is not edited');
SELECT throws_ok(format('SELECT certwire.replace_draft(%L, %L)', t.id('draft'), t.id('approved')), 'CW006', NULL, 'another''s draft is no edit of mine');
SELECT is(certwire.replace_draft(t.id('newer'), t.id('approved')), 'draft', 'an edit is a draft');
SELECT is(pg_temp.state('approved'), 'withdrawn', 'what was edited is given up, approvals and all');
SELECT throws_ok(format('SELECT certwire.replace_draft(%L, %L)', t.id('newer'), t.id('review')), 'CW006', NULL, 'one edit replaces one draft');
SELECT t.draft('monthly', 'monthly', 1);
SELECT throws_ok(format('SELECT certwire.replace_draft(%L, %L)', t.id('monthly'), t.id('review')), 'CW004', 'an edit keeps the channel and the kind', 'a weekly does not become a monthly');
SELECT throws_ok(pg_temp.say('approve', 'newer'), 'CW002', NULL, 'who edited has become the drafter');

-- Scheduled: not before its time, not after it expired; then the dispatcher finds it due.
SELECT t.as('ed1');
SELECT t.draft('timed', not_before => now() + interval '1 hour', expires_at => now() + interval '2 hours');
SELECT t.as('ed2');
SELECT certwire.approve(t.id('timed'), t.id('ed2'), 'h..s');
SELECT throws_ok(format('SELECT certwire.schedule_publication(%L, now() + interval ''30 min'')', t.id('timed')), 'CW002', NULL, 'not earlier than was approved');
SELECT throws_ok(format('SELECT certwire.schedule_publication(%L, now() + interval ''3 hours'')', t.id('timed')), 'CW002', NULL, 'not after it has expired');
SELECT is(certwire.schedule_publication(t.id('timed'), now() + interval '90 min'), 'scheduled', 'in between');
SELECT is(certwire.schedule_publication(t.id('timed'), now() + interval '91 min'), 'scheduled', 'and once more');
SELECT t.as('dsp');
SELECT is(certwire.release_scheduled(t.fence()), 0, 'nothing is released ahead of its time');
SELECT t.as('postgres');
UPDATE certwire.publication SET scheduled_at = now() - interval '1 s', not_before = NULL WHERE id = t.id('timed');
SELECT t.as('dsp');
SELECT is(certwire.release_scheduled(t.fence()), 1, 'at its time issue is asked for');
SELECT is((SELECT count(*)::int FROM certwire.due_publications(t.fence(), t.id('dsp')) d WHERE d.publication = t.id('timed')), 1, 'and it is due');

-- The audience that was approved.
SELECT t.as('ed1');
SELECT t.draft('crowd');
SELECT t.as('ed2');
SELECT is((SELECT previous FROM certwire.note_preview(t.id('crowd'))), NULL, 'the first preview has none before it');
SELECT certwire.approve(t.id('crowd'), t.id('ed2'), 'h..s');
SELECT is_empty('SELECT * FROM certwire.audience_changes(t.id(''crowd''))', 'at first nothing differs');
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', '未提交报告');
SELECT certwire.grant_channel('delta', 'weekly', reason => '试点');
SELECT t.as('ed2');
SELECT results_eq('SELECT unit, receives, why FROM certwire.audience_changes(t.id(''crowd''))',
	$$VALUES ('delta'::text, true, '单独授权：试点'::text), ('beta', false, '已暂停资格：未提交报告')$$, 'acts about a unit explain its change');
SELECT results_eq('SELECT previous FROM certwire.note_preview(t.id(''crowd''))', $$VALUES (ARRAY['alpha', 'beta'])$$, 'a preview tells what the last one showed');
SELECT lives_ok(pg_temp.say('issue', 'crowd'), 'what is explained is issued');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', '已补报');
SELECT t.admit('omega');
SELECT t.as('ed1');
SELECT t.draft('swollen'), t.draft('timer');
SELECT t.as('ed2');
SELECT certwire.approve(t.id(n), t.id('ed2'), 'h..s') FROM unnest(ARRAY['swollen', 'timer']) n;
SELECT certwire.schedule_publication(t.id('timer'), now() + interval '1 hour');
SELECT t.as('adm');
SELECT certwire.set_policy('weekly', '放宽', levels => '{national,provincial}');
SELECT t.as('ed2');
SELECT is((SELECT string_agg(unit, ',') FROM certwire.audience_changes(t.id('swollen')) WHERE why IS NULL AND receives), 'omega', 'a policy explains nothing');
SELECT throws_like(pg_temp.say('issue', 'swollen'), '%no act about these units explains it: +omega%', 'what is not explained is not issued');
SELECT t.as('postgres');
UPDATE certwire.publication SET scheduled_at = now() - interval '1 s' WHERE id = t.id('timer');
SELECT t.as('dsp');
SELECT is(certwire.release_scheduled(t.fence()), 0, 'nor when its time has come');
SELECT t.as('ed2');
SELECT matches((SELECT held_back FROM certwire.publication_course(t.id('timer'))), 'omega', 'and it is said why');
SELECT * FROM finish();
