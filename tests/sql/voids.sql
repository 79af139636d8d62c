-- What a unit is not to have becomes void: recalls and expiry, while others number the same mailboxes.
\ir world.sql
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT no_plan();

CREATE FUNCTION t.mailbox(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(format('%s:%s', e.number, coalesce(n.name, e.kind || coalesce('(' || e.target || ')', ''))), ' ' ORDER BY e.number)
	FROM certwire.entry e
	LEFT JOIN unnest(ARRAY['one', 'two', 'three', 'four', 'five', 'recall', 'other', 'third']) n (name) ON t.id(n.name) = e.publication
	WHERE e.unit = mailbox.unit
$$;
CREATE FUNCTION t.recall(name text, recalled text, channel text = 'weekly') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.ready(name, channel);
	PERFORM t.as('postgres');
	UPDATE certwire.publication SET kind = 'recall', number = 'R' || name WHERE id = t.id(name);
	PERFORM t.as('dsp');
	PERFORM certwire.issue_due(t.fence(), t.id(name), NULL, ARRAY[t.id(recalled)]);
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;
SELECT set_config('t.conninfo', :'conninfo', false);

-- alpha has stored it, beta is suspended and has not.
SELECT t.publish('one');
SELECT t.as('brk');
SELECT certwire.put_receipts('b', ARRAY['alpha'], ARRAY['d1'], ARRAY[1::bigint], ARRAY['\x01'::bytea]);
SELECT t.as('dsp');
SELECT t.settle(id, 'one', 'stored') FROM certwire.receipts_to_judge(t.fence(), 1);
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', 'x');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT t.ready('two');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence(), t.id('two'));
SELECT t.recall('other', 'one', 'monthly');
SELECT t.as('postgres');
SELECT is((SELECT recalled_at FROM certwire.publication WHERE id = t.id('one')), NULL, 'a recall of another channel recalls nothing');
SELECT t.recall('recall', 'one');
SELECT is(t.mailbox('alpha'), '1:one 2:two 3:other 4:recall', 'who has stored it gets the recall');
SELECT is(t.mailbox('beta'), '1:one 2:two 3:other 4:recall 5:void(1)', 'who has not gets a void that names it as well');
SELECT t.as('ed1');
SELECT results_eq('SELECT unit, state, held_reason, ended_reason FROM certwire.publication_status(t.id(''one''))',
	$$VALUES ('alpha'::text, 'settled'::text, NULL::text, NULL::text), ('beta', 'recalled', NULL, format('已由 Rrecall 号召回（recalled by %s）', left(t.id('recall'), 8)))$$,
	'editors see the end and its reason');
SELECT t.recall('third', 'two');
SELECT is(t.mailbox('alpha'), '1:one 2:void 3:other 4:recall', 'an entry that nobody has signed becomes void in its place, and its recall, which nobody needs, reaches nobody');
SELECT is_empty($$SELECT FROM certwire.deliveries_to_seal(t.fence(), t.id('dsp'), 99) WHERE publication IN (t.id('one'), t.id('two'))$$, 'nothing of what is recalled is sealed');
SELECT t.sign_all();
SELECT t.seal_all();
SELECT results_eq($$SELECT number, kind, sealed IS NOT NULL FROM certwire.owed_to(t.fence(), 'beta', 'd1', 0, 0, '{}', '{}', 16)$$,
	$$VALUES (1, 'publish'::text, false), (2, 'void', false), (3, 'recall', true), (4, 'recall', true), (5, 'void', false)$$,
	'a device gets the mailbox without a hole, and no grant for what was recalled');
SELECT is(certwire.parts_owed(t.fence(), 'alpha', t.id('one')), NULL, 'nor any part, not even who had stored it');

-- Expiry against reinstatement that fills the gap: each in a session of its own.
SELECT t.as('adm');
SELECT certwire.set_policy('weekly', 'x', gap => 'all');
SELECT t.publish('three', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.as('adm');
SELECT certwire.suspend_unit('beta', 'x');
SELECT t.publish('four');
SELECT t.publish('five');
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('three');
SELECT dblink_connect('admin', current_setting('t.conninfo') || ' user=adm'), dblink_connect('one', current_setting('t.conninfo') || ' user=dsp');
SELECT pid AS one_pid FROM dblink('one', 'SELECT pg_backend_pid()') p (pid int) \gset
SELECT dblink_exec('admin', 'BEGIN');
SELECT FROM dblink('admin', 'SELECT standing FROM certwire.reinstate_unit(''beta'', ''x'')') r (a text);
SELECT dblink_send_query('one', format('SELECT certwire.expire_due(%s)', t.fence()));
DO $$
BEGIN
	FOR i IN 1..2000 LOOP
		EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%expire_due%' AND pid <> pg_backend_pid() AND wait_event_type = 'Lock');
		PERFORM pg_sleep(0.005);
		PERFORM pg_stat_clear_snapshot();
	END LOOP;
END
$$;
SELECT isnt(pg_blocking_pids(:one_pid), '{}', 'an expiry waits for a reinstatement that is under way');
SELECT dblink_exec('admin', 'COMMIT');
SELECT results_eq('SELECT ended FROM dblink_get_result(''one'') r (ended int)', 'VALUES (2)', 'then it ends what is over');
SELECT is(t.mailbox('beta'), '1:one 2:void 3:other 4:recall 5:void(1) 6:three 7:four 8:five 9:void(6)', 'both have numbered the mailbox, without a hole');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*) OR min(number) <> 1', 'no mailbox has one');
SELECT t.as('ed1');
SELECT results_eq('SELECT DISTINCT state, ended_reason FROM certwire.publication_status(t.id(''three''))', $$VALUES ('expired'::text, '发布件已过期（expired）'::text)$$, 'editors see why');

-- alpha.d1 has stored it; alpha.d2, certified before it expired, has begun with it.
SELECT t.device('alpha', 'd2');
SELECT t.publish('over', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.as('brk');
SELECT certwire.put_receipts('b', ARRAY['alpha'], ARRAY['d1'], ARRAY[2::bigint], ARRAY['\x02'::bytea]);
SELECT t.as('dsp');
SELECT t.settle(id, 'over', 'stored') FROM certwire.receipts_to_judge(t.fence(), 1);
SELECT is(certwire.end_asked(t.fence(), 'alpha', '{}', ARRAY[t.id('over')]), 0, 'what is not over is not ended');
SELECT t.as('postgres');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('over');
SELECT t.as('dsp');
SELECT is(certwire.expire_due(t.fence()), 1, 'expiry ends what is owed, to beta');
SELECT t.as('postgres');
SELECT number AS over FROM certwire.entry WHERE unit = 'alpha' AND publication = t.id('over') \gset
SELECT t.as('dsp');
SELECT is(certwire.end_asked(t.fence(), 'alpha', '{}', ARRAY[t.id('over'), t.id('one'), t.id('two')]), 2,
	'a device that asks for what its unit has settled, and is over or recalled, is told');
SELECT is(certwire.end_asked(t.fence(), 'alpha', ARRAY[:over], ARRAY[t.id('one')]), 0, 'once');
SELECT is(certwire.end_asked(t.fence(), 'delta', ARRAY[:over], ARRAY[t.id('over')]), 0, 'nothing is said to who was never owed it');
SELECT t.as('postgres');
SELECT matches(t.mailbox('alpha'), format(':void\(1\) [0-9]+:void\(%s\)$', :over), 'each by a void that names it');
SELECT results_eq('SELECT unit, state FROM certwire.delivery WHERE publication = t.id(''over'') ORDER BY unit',
	$$VALUES ('alpha'::text, 'settled'::text), ('beta', 'expired')$$, 'what was settled stays settled');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*) OR min(number) <> 1', 'still no mailbox has a hole');
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT isnt_empty(format('SELECT FROM certwire.owed_to(t.fence(), ''alpha'', ''d2'', 1, %s, ''{}'', ''{}'', 16) WHERE kind = ''void''', :over),
	'and the device hears of it');
SELECT * FROM finish(true);
