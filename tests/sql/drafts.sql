-- Drafting, approving, asking for issue, withdrawing: who may move what to which state.
\ir world.sql
SELECT no_plan();

SELECT t.as('ed1');
SELECT is(t.draft('one', submit => false), 'draft', 'a draft that needs two signatures has one');
SELECT is(certwire.submit_publication(t.id('one')), 'review', 'its drafter hands it over for review');
SELECT is(t.draft('single', 'monthly', 1), 'approved', 'a channel that needs one signature has its drafter''s');
SELECT throws_ok('SELECT t.draft(''one'')', 'CW005', format('publication %s exists already', t.id('one')), 'an id is used once');
SELECT throws_ok('SELECT t.draft(''x'', ''daily'')', 'CW003', NULL, 'the channel must exist');
SELECT throws_ok('SELECT t.draft(''x'', ''weekly'', 1)', 'CW004', 'keyset 1 wants 2 signatures for weekly, the draft says 1', 'the drafter does not choose how many sign');
SELECT throws_ok('SELECT t.draft(''x'', ''seminar'', 1)', 'CW002', 'keyset 1 does not say how many editors sign for seminar', 'a channel that the keyset does not name has no draft');
SELECT throws_ok('SELECT t.draft(''x'', keyset => 2)', 'CW002', 'keyset 2 is not the newest', 'the keyset must be the newest');
SELECT throws_ok('SELECT t.draft(''x'', expires_at => now() - interval ''1 s'')', 'CW004', 'the publication would have expired already', 'what has expired is not drafted');
SELECT throws_ok(format('SELECT t.draft(''x'', rule => %L)', bad), 'CW004', 'the audience rule is malformed', format('the audience %s is refused', bad))
	FROM unnest(ARRAY['', 'all', '{}', '{"v":2,"rule":"entitled"}', '{"v":1,"rule":"entitled","x":1}', '{"v":1,"rule":"units"}',
		'{"v":1,"rule":"units","units":[]}', '{"v":1,"rule":"units","units":[1]}', '{"v":1,"rule":"units","units":"alpha"}']) bad;
SELECT throws_ok('SELECT t.draft(''x'', rule => ''{"v":1,"rule":"units","units":["alpha","nobody"]}'')', 'CW003',
	'the audience names unknown units: nobody', 'unknown units are not named');

-- A draft is whole at commit or not at all.
CREATE FUNCTION pg_temp.begin_only(name text) RETURNS void LANGUAGE sql AS $$
	SELECT certwire.draft_begin(t.id(name), 'publish', 'weekly', '1', t.digest(name), t.digest('b'), decode(repeat('03', 24), 'hex'), 2,
		'{"v":1,"rule":"entitled"}', t.digest('r'), NULL, NULL, 1, 2)
$$;
SELECT throws_ok('SELECT pg_temp.begin_only(''half''); SET CONSTRAINTS ALL IMMEDIATE', 'CW002', NULL,
	'what was begun and not finished is not committed');
BEGIN;
SELECT pg_temp.begin_only('half');
SELECT throws_ok('SELECT certwire.draft_finish(t.id(''half''), t.id(''ed1''), ''h..s'')', 'CW002',
	format('draft %s lacks 2 parts', t.id('half')), 'a draft without its parts is not finished');
SELECT certwire.draft_part(t.id('half'), i, decode(repeat('00', 32768), 'hex')) FROM generate_series(0, 1) i;
SELECT throws_ok('SELECT certwire.draft_part(t.id(''half''), 2, decode(repeat(''00'', 32768), ''hex''))', 'CW004', format('part 2 of %s has a wrong size or index', t.id('half')), 'there are no more parts than said');
SELECT throws_ok('SELECT certwire.draft_part(t.id(''half''), 1, decode(repeat(''00'', 32767), ''hex''))', 'CW004', NULL, 'a part has 32,768 bytes');
SELECT throws_ok('SELECT certwire.draft_finish(t.id(''half''), t.id(''ed1''), ''h..s'')', 'CW002', format('the content key of draft %s is not sealed to its drafter', t.id('half')), 'the drafter must be able to open it');
SELECT certwire.put_content_key(t.id('half'), t.id('ed1'), decode(repeat('00', 80), 'hex'));
SELECT throws_ok('SELECT certwire.draft_finish(t.id(''half''), t.id(''ed2''), ''h..s'')', 'CW006', NULL, 'the drafter signs with the own key');
SELECT throws_ok('SELECT certwire.draft_finish(t.id(''half''), t.id(''ed1''), ''h.payload.s'')', 'CW004', 'the signature is not a detached JWS', 'a signature is detached');
SELECT t.as('ed2');
SELECT throws_ok('SELECT certwire.draft_part(t.id(''half''), 0, decode(repeat(''00'', 32768), ''hex''))', 'CW002', format('no draft %s is being made by ed2', t.id('half')), 'nobody else adds to a draft');
SELECT t.as('ed1');
ROLLBACK;
SELECT throws_ok('SELECT certwire.draft_part(t.id(''one''), 0, decode(repeat(''00'', 32768), ''hex''))', 'CW002', NULL, 'a finished draft is not changed');
SELECT throws_ok('SELECT certwire.put_content_key(t.id(''one''), t.id(''x''), decode(repeat(''00'', 80), ''hex''))', 'CW002', NULL, 'nor sealed to others');

-- Approval.
SELECT throws_ok('SELECT certwire.approve(t.id(''one''), t.id(''ed1''), ''h..s'')', 'CW002', 'who drafted a publication cannot approve it',
	'a drafter does not approve');
SELECT throws_ok('SELECT certwire.request_issue(t.id(''one''))', 'CW002', format('publication %s has 1 of 2 signatures', t.id('one')),
	'what is not approved is not issued');
SELECT t.as('ed2');
SELECT throws_ok('SELECT certwire.approve(t.id(''one''), t.id(''ed3''), ''h..s'')', 'CW006', NULL, 'an editor signs with the own key');
SELECT throws_ok('SELECT certwire.approve(t.id(''none''), t.id(''ed2''), ''h..s'')', 'CW003', format('there is no publication %L', t.id('none')), 'what does not exist is not approved');
SELECT results_eq('SELECT * FROM certwire.approve(t.id(''one''), t.id(''ed2''), ''h..s'')', $$VALUES ('approved'::text, 2, 2)$$,
	'the second of two signatures approves');
SELECT throws_ok('SELECT certwire.approve(t.id(''one''), t.id(''ed2''), ''h..t'')', 'CW005', format('ed2 has signed publication %s already', t.id('one')), 'nobody signs twice');
SELECT t.as('adm');
SELECT certwire.bind_key(t.id('ed2new'), 'ed2', 'editor');
SELECT t.as('ed2');
SELECT throws_ok('SELECT certwire.approve(t.id(''one''), t.id(''ed2new''), ''h..t'')', 'CW005', NULL, 'not with another key either');
SELECT t.as('ed3');
SELECT results_eq('SELECT * FROM certwire.approve(t.id(''one''), t.id(''ed3''), ''h..s'')', $$VALUES ('approved'::text, 3, 2)$$,
	'one more may sign');
SELECT results_eq('SELECT signed_by FROM certwire.publication_signatures(t.id(''one''))', $$VALUES ('ed1'::text), ('ed2'), ('ed3')$$,
	'signatures come in order');
SELECT t.as('postgres');
CREATE ROLE unbound_editor LOGIN IN ROLE certwire_editor;
SELECT t.as('unbound_editor');
SELECT throws_ok('SELECT t.draft(''y'')', 'CW006', NULL, 'an editor without a bound key drafts nothing');
SELECT throws_ok('SELECT certwire.request_issue(t.id(''one''))', 'CW006', NULL, 'nor asks for issue');
SELECT t.as('postgres');
DROP ROLE unbound_editor;

-- Asking, withdrawing.
SELECT t.as('ed3');
SELECT is(certwire.request_issue(t.id('one')), 'approved', 'an editor asks for issue');
SELECT is(certwire.request_issue(t.id('one')), 'approved', 'asking again is fine');
SELECT throws_ok('SELECT certwire.withdraw_publication(t.id(''one''), '' '')', 'CW004', NULL, 'withdrawing needs a reason');
SELECT is(certwire.withdraw_publication(t.id('one'), '内容有误'), 'withdrawn', 'before issue it can be withdrawn');
SELECT throws_ok('SELECT certwire.request_issue(t.id(''one''))', 'CW002', NULL, 'what was withdrawn is not issued');
SELECT throws_ok('SELECT certwire.approve(t.id(''one''), t.id(''ed3''), ''h..s'')', 'CW002', NULL, 'nor approved');

-- Reading.
SELECT results_eq('SELECT id, state, signatures, approvals_needed, withdrawn_reason FROM certwire.publications(left(t.id(''one''), 6))',
	$$VALUES (t.id('one'), 'withdrawn'::text, 3, 2, '内容有误'::text)$$, 'a publication is found by the beginning of its id');
SELECT is((SELECT count(*) FROM certwire.publications()), 2::bigint, 'the list holds them all');
SELECT results_eq('SELECT index, octet_length(data) FROM certwire.publication_bytes(t.id(''single''))', 'VALUES (0, 32768), (1, 32768)', 'parts are read in order');
SELECT is(octet_length(certwire.content_key_for(t.id('single'), t.id('ed2'))), 80, 'an editor reads the content key sealed to a key');
SELECT is(certwire.content_key_for(t.id('single'), t.id('nobody')), NULL, 'none where it was not sealed');

-- Constraints.
SELECT t.as('postgres');
SELECT throws_ok('UPDATE certwire.publication SET state = ''issued'' WHERE id = t.id(''single'')', '23514', NULL, 'issued means all that belongs to it');
SELECT throws_ok('UPDATE certwire.publication SET state = ''approved'', approved_at = NULL WHERE id = t.id(''single'')', '23514', NULL, 'approved has its time');
SELECT throws_ok('INSERT INTO certwire.signature (publication, kid, jws, signed_by) VALUES (t.id(''one''), t.id(''k''), ''h..s'', ''ed2'')', '23505', NULL,
	'a login signs once, whatever its keys');
SELECT throws_ok('INSERT INTO certwire.publication_part VALUES (t.id(''one''), 3, ''short'')', '23514', NULL, 'a part has its size');
SELECT is((SELECT attstorage FROM pg_attribute WHERE attrelid = 'certwire.publication_part'::regclass AND attname = 'data'), 'e'::"char",
	'ciphertext is not compressed');
SELECT * FROM finish(true);
