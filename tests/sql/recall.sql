-- Recalls and supersessions: what may be taken back, who is told, who has confirmed it.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.kinds(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(e.number || ':' || e.kind, ' ' ORDER BY e.number) FROM certwire.entry e WHERE e.unit = kinds.unit
$$;
CREATE FUNCTION t.confirmed(name text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT format('%s/%s', count(c.confirmed_at), count(*)) FROM certwire.recall_confirmations(t.id(name)) c
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

-- What may be taken back.
SELECT t.publish('one');
SELECT t.ready('draft');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT t.draft('r1', kind => 'recall', target => 'draft')$$, 'CW002',
	format('publication %s is approved: only what is issued can be recalled', left(t.id('draft'), 8)), 'what is not issued is not recalled');
SELECT throws_ok($$SELECT t.draft('r1', kind => 'recall', target => 'nothing')$$, 'CW003', NULL, 'nor what does not exist');
SELECT throws_ok($$SELECT t.draft('r1', 'monthly', 1, kind => 'recall', target => 'one')$$, 'CW004', NULL, 'nor by another channel');
SELECT throws_ok($$SELECT t.draft('r1', target => 'one')$$, 'CW004', format('draft %s is of kind publish and takes nothing back', t.id('r1')), 'a kind that takes nothing back names nothing');
SELECT throws_ok($$DO 'BEGIN PERFORM t.draft(''r1'', kind => ''recall''); SET CONSTRAINTS ALL IMMEDIATE; END'$$, 'CW002', NULL, 'a recall that names nothing is no draft');
SELECT lives_ok($$SELECT t.draft('r1', kind => 'recall', target => 'one', number => 'one')$$, 'what was issued is recalled, under its own number');
SELECT throws_ok($$SELECT t.draft('r2', kind => 'recall', target => 'one')$$, 'CW005',
	format('publication %s is being recalled, or was, by %s already', left(t.id('one'), 8), left(t.id('r1'), 8)), 'not twice');
SELECT certwire.withdraw_publication(t.id('r1'), 'x');
SELECT lives_ok($$SELECT t.draft('r2', kind => 'recall', target => 'one')$$, 'a recall that was withdrawn stands in nobody''s way');
SELECT certwire.withdraw_publication(t.id('r2'), 'x');

-- Numbers.
SELECT throws_ok($$DO 'BEGIN PERFORM t.draft(''again'', number => ''one''); SET CONSTRAINTS ALL IMMEDIATE; END'$$, 'CW005',
	format('weekly one exists already: %s, issued', left(t.id('one'), 8)), 'a number goes out once');
SELECT throws_ok($$DO 'BEGIN PERFORM t.draft(''again'', number => ''draft''); SET CONSTRAINTS ALL IMMEDIATE; END'$$, 'CW005', NULL, 'drafts count');
SELECT lives_ok($$DO 'BEGIN PERFORM t.draft(''other channel'', ''monthly'', 1, number => ''one''); SET CONSTRAINTS ALL IMMEDIATE; END'$$, 'another channel counts for itself');

-- Who is told: alpha has stored it, beta was sealed to and lost the channel since, gamma is suspended and had it.
SELECT t.as('adm');
SELECT certwire.reinstate_unit('gamma', 'x');
SELECT t.publish('two');
SELECT t.say('alpha', 'd1', 'two', 'stored');
SELECT t.say('gamma', 'd1', 'two', 'stored');
SELECT t.as('adm');
SELECT certwire.withdraw_grant('beta', 'weekly', 'x');
SELECT certwire.suspend_unit('gamma', '泄密');
SELECT certwire.grant_channel('delta', 'weekly');
SELECT t.as('ed1');
SELECT results_eq($$SELECT unit, receives, reason FROM certwire.recall_audience(t.id('two'))$$,
	format($$VALUES ('alpha'::text, true, NULL::text), ('beta', true, NULL),
		('gamma', false, '已暂停资格：泄密（suspended），自 %s 起（since）；恢复资格后收到召回（told once in good standing again）')$$, (now() AT TIME ZONE 'Asia/Shanghai')::date),
	'the preview: who may have it, whatever its right now; who is suspended is told later');
SELECT t.take_back('recall', 'recall-two', 'two');
SELECT is(t.kinds('delta'), NULL, 'who never had it is told nothing');
SELECT t.as('postgres');
SELECT set_eq($$SELECT unit FROM certwire.delivery_grant WHERE publication = t.id('recall-two')$$, ARRAY['alpha', 'beta'], 'sealed to who is in good standing, with the channel or without');
SELECT results_eq($$SELECT unit, state FROM certwire.delivery WHERE publication = t.id('two') ORDER BY unit$$,
	$$VALUES ('alpha'::text, 'settled'::text), ('beta', 'recalled'), ('gamma', 'settled')$$, 'who has not stored it is owed it no more');
SELECT t.as('dsp');
SELECT results_eq($$SELECT number, kind, sealed IS NOT NULL FROM certwire.owed_to(t.fence(), 'beta', 'd1', 1, 2, '{}', '{}', 16)$$,
	$$VALUES (3, 'recall'::text, true), (4, 'void', false)$$, 'who has no right to the channel any more gets the recall');
SELECT ok(certwire.parts_owed(t.fence(), 'beta', t.id('recall-two')) > 0, 'with its parts');
SELECT is_empty($$SELECT FROM certwire.owed_to(t.fence(), 'gamma', 'd1', 1, 0, '{}', '{}', 16)$$, 'who is suspended gets nothing');
SELECT t.as('ed1');
SELECT results_eq($$SELECT unit, state, held_reason IS NOT NULL FROM certwire.publication_status(t.id('recall-two'))$$,
	$$VALUES ('alpha'::text, 'owed'::text, false), ('beta', 'owed', false), ('gamma', 'owed', true)$$, 'editors see who waits');
SELECT results_eq($$SELECT fate, by FROM certwire.publication_fate(t.id('two'))$$, $$SELECT 'recalled', t.id('recall-two')$$, 'what was recalled says so');
SELECT throws_ok($$SELECT t.draft('r3', kind => 'recall', target => 'recall-two')$$, 'CW002', NULL, 'a recall is not recalled');

-- Who has confirmed: each device that had stored it.
SELECT is(t.confirmed('two'), '0/3', 'three are to confirm');
SELECT t.device('alpha', 'd2');
SELECT t.say('alpha', 'd2', 'two', 'stored');
SELECT t.say('alpha', 'd1', 'recall-two', 'stored', 2);
SELECT t.say('alpha', 'd1', 'two', 'recalled', 3);
SELECT is(t.confirmed('recall-two'), '0/3', 'a unit with two devices has not confirmed by one');
SELECT t.as('ed1');
SELECT is((SELECT waits_for FROM certwire.recall_confirmations(t.id('two')) WHERE unit = 'alpha'), 'd2', 'the other one is named');
SELECT t.say('alpha', 'd2', 'two', 'recalled', 2);
SELECT is(t.confirmed('two'), '1/3', 'it has by both');
SELECT t.say('beta', 'd1', 'recall-two', 'stored', 1);
SELECT is(t.confirmed('two'), '2/3', 'who had stored nothing confirms by having the recall');
SELECT t.as('aud');
SELECT set_eq($$SELECT unit, recall_confirmed, confirmed_at IS NOT NULL FROM certwire.receipt_board WHERE short_id = left(t.id('two'), 8)$$,
	$$VALUES ('alpha', '2/3', true), ('beta', '2/3', true), ('gamma', '2/3', false)$$, 'the board shows it');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('gamma', 'x');
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT isnt(t.seal_all(), NULL, 'who comes back is sealed to');
SELECT isnt_empty($$SELECT FROM certwire.owed_to(t.fence(), 'gamma', 'd1', 1, 1, '{}', '{}', 16) WHERE kind = 'recall' AND sealed IS NOT NULL$$, 'and told');

-- A newer one.
SELECT t.say('alpha', 'd1', 'one', 'stored', 4);
SELECT t.as('ed1');
SELECT throws_ok($$SELECT t.draft('s1', kind => 'supersede', target => 'draft')$$, 'CW002', NULL, 'only what was issued is superseded');
SELECT t.take_back('supersede', 'newer', 'one', number => 'one');
SELECT t.as('postgres');
SELECT results_eq($$SELECT unit, state, ended_reason::text FROM certwire.delivery WHERE publication = t.id('one') ORDER BY unit$$,
	$$VALUES ('alpha'::text, 'settled'::text, NULL::text), ('beta', 'recalled', format('已由 one 号替代（superseded by %s）', left(t.id('newer'), 8)))$$,
	'what was not stored of the old one ends, with the reason');
SELECT set_eq($$SELECT unit FROM certwire.delivery WHERE publication = t.id('newer')$$, ARRAY['alpha', 'gamma', 'delta'],
	'the newer one goes to who is entitled now');
SELECT results_eq($$SELECT fate FROM certwire.publication_fate(t.id('one'))$$, $$VALUES ('superseded')$$, 'the old one says so');
SELECT is(t.confirmed('one'), '0/1', 'of those who get the newer one, one had the old one');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT t.draft('s2', kind => 'supersede', target => 'one')$$, 'CW005', NULL, 'the newest is superseded, not an older one again');
SELECT t.take_back('recall', 'recall-one', 'one', number => 'one');
SELECT t.as('postgres');
SELECT is((SELECT recalled_by FROM certwire.publication WHERE id = t.id('one')), t.id('recall-one'), 'what is superseded may be recalled, and that is its last word');
SELECT set_eq($$SELECT unit FROM certwire.delivery WHERE publication = t.id('recall-one')$$, ARRAY['alpha', 'beta'], 'at all who had it');
SELECT results_eq($$SELECT act, detail ->> 'recalls' IS NOT NULL, detail ->> 'supersedes' IS NOT NULL FROM certwire.audit WHERE act = 'issue_due' AND detail ? 'ended' ORDER BY id$$,
	$$VALUES ('issue_due'::text, true, false), ('issue_due', false, true), ('issue_due', true, false)$$, 'all of it is audited');
SELECT * FROM finish(true);
