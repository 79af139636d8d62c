-- A new epoch after a restore: mailboxes begin again, and receipts of what was lost wait for it.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.mailbox(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(format('%s:%s', e.number, coalesce(n.name, e.kind || coalesce('(' || e.target || ')', ''))), ' ' ORDER BY e.number)
	FROM certwire.entry e JOIN certwire.ledger l ON l.epoch = e.epoch
	LEFT JOIN unnest(ARRAY['one', 'two', 'three', 'gone', 'back', 'lost', 'recall']) n (name) ON t.id(n.name) = e.publication
	WHERE e.unit = mailbox.unit
$$;
CREATE FUNCTION t.receipt(number bigint, unit text = 'alpha') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	made bigint;
BEGIN
	PERFORM t.as('brk');
	PERFORM certwire.put_receipts('b', ARRAY[unit], ARRAY['d1'], ARRAY[number], ARRAY[convert_to(unit || number, 'UTF8')]);
	PERFORM t.as('dsp');
	SELECT r.id INTO made FROM certwire.receipts_to_judge(t.fence(), 10) r WHERE r.unit = receipt.unit AND r.number = receipt.number;
	RETURN made;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.publish('one');
SELECT t.publish('gone', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.publish('two');
SELECT is(t.settle(t.receipt(1), 'one', 'stored'), 1::bigint, 'alpha has settled one');
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('gone');
SELECT t.as('dsp');
SELECT is(certwire.expire_due(t.fence()), 2, 'what has expired ends for both');
SELECT is(t.mailbox('alpha'), '1:one 2:gone 3:two 4:void(2)', 'and a void says so behind it');
SELECT is(certwire.expire_due(t.fence()), 0, 'once');
SELECT t.sign_all();

SELECT t.as('adm');
SELECT throws_ok($$SELECT certwire.begin_epoch('x')$$, '42501', NULL, 'no administrator begins an epoch');
SELECT t.as('dsp');
SELECT throws_ok($$SELECT certwire.begin_epoch('x')$$, '42501', NULL, 'nor does the dispatcher');
SELECT t.fence() AS old_fence \gset
SELECT t.as('postgres');
SELECT throws_ok($$SELECT certwire.begin_epoch(' ')$$, 'CW004', NULL, 'it needs a reason');
SELECT version AS old_version FROM certwire.entitlement_state \gset
SELECT results_eq($$SELECT entries, units FROM certwire.begin_epoch('从昨日备份恢复')$$, 'VALUES (4, 2)', 'what is owed or settled, and not over, is entered again');
SELECT is(t.mailbox('alpha') || ' / ' || t.mailbox('beta'), '1:one 2:two / 1:one 2:two', 'from number 1, in the old order');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*) OR min(number) <> 1', 'no mailbox has a hole');
SELECT results_eq($$SELECT d.unit, d.state FROM certwire.delivery d JOIN certwire.ledger l ON l.epoch = d.epoch WHERE d.publication = t.id('one') ORDER BY 1$$,
	$$VALUES ('alpha'::text, 'settled'::text), ('beta', 'owed')$$, 'what was settled stays settled');
SELECT is((SELECT epoch FROM certwire.ledger) > extract(epoch FROM now()) - 1767225600 - 60, true, 'the epoch is above any that was ever begun before');
SELECT is((SELECT act || ' ' || (detail ->> 'reason') FROM certwire.audit ORDER BY id DESC LIMIT 1), 'begin_epoch 从昨日备份恢复', 'it is audited');
SELECT t.as('dsp');
SELECT throws_ok(format('SELECT certwire.expire_due(%s)', :old_fence), 'CW001', NULL, 'whoever held the lease has lost it');
SELECT is((SELECT bool_and(certwire.lease_renew(:old_fence + n, '1 minute')) FROM generate_series(0, 3) n), false, 'and no fence of before comes back');
SELECT certwire.lease_take('dispatcher.test', '1 hour');
SELECT cmp_ok(t.fence(), '>', :old_fence + 1000000000::bigint, 'the next fence is far above');
SELECT t.as('brk');
SELECT throws_ok(format('SELECT certwire.copy_changes(%s)', :old_version), 'CW002', NULL, 'who has a copy loads all of it');
SELECT throws_ok(format('SELECT certwire.copy_changes(%s)', :old_version + 100), 'CW002', NULL, 'also one of after the backup');

-- Entries of the new epoch are signed and given out as any others; a device of the old epoch gets all of them.
SELECT t.as('dsp');
SELECT results_eq('SELECT unit, number, previous = decode(repeat(''00'', 32), ''hex'') FROM certwire.entries_to_sign(t.fence(), 10)',
	$$VALUES ('alpha'::text, 1, true), ('alpha', 2, NULL), ('beta', 1, true), ('beta', 2, NULL)$$,
	'they are to be signed, each mailbox from its beginning');
SELECT t.sign_all();
SELECT results_eq($$SELECT number, publication, sealed IS NOT NULL FROM certwire.owed_to(t.fence(), 'alpha', 'd1', 1, 4, '{}', '{}', 16)$$,
	$$VALUES (1, t.id('one'), true), (2, t.id('two'), true)$$, 'a device of the old epoch gets all of them, with the grants it had');

-- A receipt that the restore lost, of an older epoch: believed, whatever its number was.
SELECT is((SELECT ledger_epoch FROM certwire.receipts_to_judge(t.fence(), 1)), NULL, 'nothing is to be judged');
SELECT t.receipt(2) AS receipt \gset
SELECT is((SELECT ledger_epoch FROM certwire.receipts_to_judge(t.fence(), 1)) > 1, true, 'the judge knows the epoch');
SELECT is(t.settle(:receipt, 'two', 'stored'), 2::bigint, 'it counts');
SELECT is(certwire.park_items(t.fence(), :receipt, ARRAY[t.id('lost'), t.id('lost'), t.id('back')], ARRAY[t.digest('lost'), t.digest('lost'), t.digest('back')],
	ARRAY['stored', 'opened', 'stored'], ARRAY[NULL::bigint, NULL, NULL], ARRAY[now(), now(), now()]), 3, 'what it says of lost publications is kept');
SELECT is(certwire.park_items(t.fence(), :receipt, ARRAY[t.id('lost')], ARRAY[t.digest('lost')], ARRAY['stored'], ARRAY[NULL::bigint], ARRAY[now()]), 0, 'once');
SELECT is(certwire.place_parked(t.fence()), 0, 'and waits');
SELECT t.as('aud');
SELECT results_eq('SELECT publication, units, held_by FROM certwire.lost_publications ORDER BY publication = t.id(''lost'')', $$VALUES (t.id('back'), 1, ARRAY['alpha']), (t.id('lost'), 1, ARRAY['alpha'])$$,
	'people see what units hold and the ledger lacks');
SELECT t.publish('back');
SELECT is(certwire.place_parked(t.fence()), 1, 'once it is issued again its receipt counts');
SELECT t.as('postgres');
SELECT results_eq($$SELECT unit, state, stored_at IS NOT NULL FROM certwire.delivery WHERE publication = t.id('back') ORDER BY unit$$,
	$$VALUES ('alpha'::text, 'settled'::text, true), ('beta', 'owed', false)$$, 'for the unit that has it');
SELECT is((SELECT receipt FROM certwire.receipt_item WHERE publication = t.id('back')), :receipt::bigint, 'with the receipt that proves it');
SELECT results_eq('SELECT publication FROM certwire.lost_publications', $$VALUES (t.id('lost'))$$, 'the other is still lost');
SELECT t.as('ed1');
SELECT results_eq($$SELECT publication, units FROM certwire.lost_to_restore('')$$, $$VALUES (t.id('lost'), 1)$$, 'an editor is told of it');
SELECT results_eq($$SELECT count(*) FROM certwire.lost_to_restore(left(t.id('lost'), 8))$$, $$VALUES (1::bigint)$$, 'by how its id begins');
SELECT is_empty($$SELECT FROM certwire.lost_to_restore(left(t.id('back'), 8))$$, 'and not of what is known');
SELECT t.as('dsp');
SELECT is(certwire.place_parked(t.fence()), 0, 'nothing is placed twice');

-- A receipt refused because its device was not known is judged again when it comes again.
SELECT t.as('brk');
SELECT is(certwire.put_receipts('b', ARRAY['beta'], ARRAY['d9'], ARRAY[1::bigint], ARRAY['\x01'::bytea]), 1, 'of an unknown device');
SELECT t.as('dsp');
SELECT t.judge(id, 603, false) FROM certwire.receipts_to_judge(t.fence(), 10);
SELECT t.as('brk');
SELECT is(certwire.put_receipts('b', ARRAY['beta'], ARRAY['d9'], ARRAY[1::bigint], ARRAY['\x01'::bytea]), 1, 'it comes again');
SELECT t.as('dsp');
SELECT is((SELECT count(*) FROM certwire.receipts_to_judge(t.fence(), 10)), 1::bigint, 'and is judged again');
SELECT t.judge(id, 603, true) FROM certwire.receipts_to_judge(t.fence(), 10);
SELECT t.as('brk');
SELECT is(certwire.put_receipts('b', ARRAY['beta'], ARRAY['d9'], ARRAY[1::bigint], ARRAY['\x01'::bytea]), 0, 'but not one that a revoked device did sign');

SELECT t.as('postgres');
SELECT epoch AS before FROM certwire.ledger \gset
SELECT certwire.begin_epoch('x');
SELECT cmp_ok((SELECT epoch FROM certwire.ledger), '>', :before, 'two epochs in one second differ as well');
SELECT is(t.mailbox('alpha'), '1:one 2:two 3:back', 'and an epoch may follow an epoch');
SELECT * FROM finish(true);
