-- A back number to one unit, and reminding those who lack a publication.
\ir world.sql
SELECT no_plan();

SELECT t.publish('one');
SELECT t.publish('gone', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.publish('named', rule => '{"v":1,"rule":"units","units":["alpha"]}');
SELECT t.ready('waits');
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('gone');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'delta')$$, 'CW002',
	'delta may not receive weekly now: 未获授权接收该频道（not entitled to the channel）', 'who is not entitled is refused, and it is said why');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'gamma')$$, 'CW002',
	format('gamma may not receive weekly now: 已暂停资格：未履行保密义务（suspended），自 %s 起（since）', (now() AT TIME ZONE 'Asia/Shanghai')::date), 'who is suspended likewise');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'alpha')$$, 'CW005', NULL, 'who has an entry gets no second');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'nobody')$$, 'CW003', NULL, 'an unknown unit is refused');
SELECT t.as('adm');
SELECT certwire.grant_channel('delta', 'weekly');
SELECT t.as('postgres');
SELECT is_empty($$SELECT FROM certwire.delivery WHERE unit = 'delta'$$, 'a newcomer gets nothing of the past by itself here');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('named'), 'delta')$$, 'CW002', NULL, 'the audience that was signed holds');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('gone'), 'delta')$$, 'CW002', format('publication %s has expired', left(t.id('gone'), 8)), 'what has expired is not sent');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('waits'), 'delta')$$, 'CW002', NULL, 'nor what is not issued');
SELECT is(certwire.send_publication(t.id('one'), 'delta'), '单位delta', 'who is entitled now gets a back number');
SELECT t.as('dsp');
SELECT results_eq($$SELECT unit, number, kind, keyset, entered_at IS NOT NULL OR issued_at IS NOT NULL FROM certwire.entries_to_sign(t.fence(), 9) WHERE unit = 'delta'$$,
	$$VALUES ('delta'::text, 1, 'publish'::text, 1, true)$$, 'as an ordinary entry, with the keyset of the issue');
SELECT t.sign_all();
SELECT isnt(t.seal_all(), NULL, 'which is sealed to it');
SELECT t.as('aud');
SELECT results_eq($$SELECT login, detail FROM certwire.audit WHERE act = 'send_publication'$$, $$VALUES ('ed1'::text, '{"unit": "delta"}'::jsonb)$$, 'it is audited');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'beta')$$, '42501', NULL, 'editors alone send');
SELECT t.take_back('recall', 'recall', 'one');
SELECT t.as('adm');
SELECT certwire.reinstate_unit('gamma', 'x');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('one'), 'gamma')$$, 'CW002', NULL, 'what was recalled is sent to nobody');
SELECT throws_ok($$SELECT certwire.send_publication(t.id('recall'), 'gamma')$$, 'CW002', NULL, 'a recall goes to whom it concerns');

-- Reminding.
SELECT t.publish('two');
SELECT t.say('alpha', 'd1', 'two', 'stored');
SELECT t.as('postgres');
UPDATE certwire.delivery SET next_offer_at = clock_timestamp() + interval '1 hour';
SELECT t.as('adm');
SELECT certwire.set_contact('beta', '李雷', '13800000000', 'li@beta.example', 'deputy');
SELECT certwire.suspend_unit('gamma', 'x');
SELECT t.as('ed1');
SELECT results_eq($$SELECT unit, held_reason IS NOT NULL, contact FROM certwire.remind(t.id('two'))$$,
	$$VALUES ('beta'::text, false, '值班室 010-82990000；李雷 13800000000 li@beta.example'::text), ('delta', false, '值班室 010-82990000'), ('gamma', true, '值班室 010-82990000')$$,
	'those who lack it, and whom to phone');
SELECT t.as('postgres');
SELECT set_eq($$SELECT publication, unit FROM certwire.delivery WHERE next_offer_at <= clock_timestamp()$$,
	$$SELECT t.id('two'), u FROM unnest(ARRAY['beta', 'delta', 'gamma']) u$$, 'it is offered again at once to them, and nothing else to anybody');
SELECT t.as('ed1');
SELECT throws_ok($$SELECT certwire.remind(t.id('waits'))$$, 'CW002', NULL, 'what is not issued reminds nobody');
SELECT * FROM finish(true);
