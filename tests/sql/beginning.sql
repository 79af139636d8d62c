-- However a right begins, its unit gets what the policy says of the time before, once; and recalls of what it has.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.mailbox(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
	SELECT string_agg(n.name, ' ' ORDER BY e.number)
	FROM certwire.entry e
	JOIN unnest(ARRAY['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'recall of two', 'recall of nine']) n (name)
		ON t.id(n.name) = e.publication
	WHERE e.unit = mailbox.unit
$$;
-- Everything that has begun is filled in; how many entries that were.
CREATE FUNCTION t.fill(max_units int = 100) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	total int := 0;
	step record;
BEGIN
	LOOP
		SELECT * INTO step FROM certwire.fill_due(t.fence(), max_units);
		total := total + coalesce(step.entries, 0);
		EXIT WHEN NOT coalesce(step.more, false);
	END LOOP;
	RETURN total;
END
$$;
CREATE FUNCTION t.soon() RETURNS timestamptz LANGUAGE sql AS $$ SELECT clock_timestamp() + interval '1 second' $$;
-- Until the next thing that was said to be soon has come.
CREATE FUNCTION t.wait() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
	SELECT pg_sleep_until(max(m)) FROM (SELECT max(greatest(e.since, e.until)) FROM certwire.entitlement e UNION ALL SELECT max(begins) FROM certwire.term) v (m)
$$;
CREATE FUNCTION t.recall(name text, recalled text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.ready(name);
	PERFORM t.as('postgres');
	UPDATE certwire.publication SET kind = 'recall', number = replace(name, ' ', '-') WHERE id = t.id(name);
	PERFORM t.as('dsp');
	PERFORM certwire.issue_due(t.fence(), t.id(name), NULL, ARRAY[t.id(recalled)]);
	PERFORM t.as('adm');
END
$$;
CREATE FUNCTION t.stored(unit text, number bigint, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.as('brk');
	PERFORM certwire.put_receipts('b', ARRAY[unit], ARRAY['d1'], ARRAY[number], ARRAY[convert_to(unit || number, 'UTF8')]);
	PERFORM t.as('dsp');
	PERFORM t.settle(r.id, name, 'stored') FROM certwire.receipts_to_judge(t.fence(), 1) r;
	PERFORM t.as('adm');
END
$$;
CREATE FUNCTION t.fills() RETURNS TABLE (unit text, entries int) LANGUAGE sql SECURITY DEFINER AS $$
	SELECT a.subject, (a.detail ->> 'entries')::int FROM certwire.audit a WHERE a.act = 'fill_due' ORDER BY a.id
$$;
-- As world.sql's, but for the term that is in force.
CREATE FUNCTION t.admit_to(unit text, term int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM certwire.propose_unit(unit, unit, term, 'provincial', '110000', 'x');
	PERFORM t.file(unit);
	PERFORM certwire.admit_unit(unit, 'x');
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.publish('one');
SELECT t.publish('two');
SELECT t.as('adm');
SELECT certwire.set_policy('weekly', '补发', backlog => 'latest', gap => 'all');
SELECT t.fill();
SELECT is(t.mailbox('alpha'), 'one two', 'before');

-- Newcomers.
SELECT certwire.grant_channel('delta', 'weekly', since => t.soon());
SELECT is(t.fill(), 0, 'a grant that is to come brings nothing yet');
SELECT t.wait();
SELECT is(t.fill(), 1, 'when it comes it does');
SELECT is(t.mailbox('delta'), 'two', 'a grant with a later begin');
SELECT t.as('dsp');
SELECT is_empty('SELECT FROM certwire.fill_due(t.fence(), 9)', 'once, and without a change there is not even a row');
SELECT t.as('adm');
SELECT t.admit('wide', 'national', NULL);
SELECT certwire.set_policy('weekly', '也给国家级', levels => '{national}');
SELECT t.fill();
SELECT is(t.mailbox('wide'), 'two', 'a wider policy');
SELECT t.admit('raised');
SELECT t.fill();
SELECT is(t.mailbox('raised'), NULL, 'who is of another level gets nothing');
SELECT certwire.select_unit('raised', 4, 'national', NULL, '更正级别');
SELECT t.fill();
SELECT is(t.mailbox('raised'), 'two', 'until its level is corrected');
SELECT certwire.make_group('project', '项目组');
SELECT t.admit(u) FROM unnest(ARRAY['grouped', 'member']) u;
SELECT certwire.put_in_group('project', 'grouped', 'x');
SELECT certwire.grant_channel('@project', 'weekly', since => t.soon());
SELECT t.wait();
SELECT t.fill();
SELECT is(t.mailbox('grouped'), 'two', 'a group''s grant by the clock');
SELECT certwire.put_in_group('project', 'member', 'x');
SELECT is(t.mailbox('member'), 'two', 'being put into a group, at once');
SELECT is(t.fill(), 0, 'and not again');
-- The next term begins, in which the unit is of the level that the policy names.
SELECT t.admit('termed');
SELECT t.soon() + interval '2 seconds' AS turn \gset
SELECT certwire.set_term(4, ends => :'turn');
SELECT certwire.set_term(5, begins => :'turn');
SELECT certwire.select_unit(u, 5, 'provincial', '110000', 'x') FROM unnest(ARRAY['alpha', 'beta', 'gamma', 'delta', 'grouped', 'member']) u;
SELECT certwire.select_unit(u, 5, 'national', NULL, 'x') FROM unnest(ARRAY['termed', 'wide', 'raised']) u;
SELECT t.fill();
SELECT is(t.mailbox('termed'), NULL, 'before its term it gets nothing');
SELECT t.wait();
SELECT is(t.fill(), 1, 'with its term it does');
SELECT is(t.mailbox('termed'), 'two', 'as a newcomer');
SELECT is(t.mailbox('wide'), 'two', 'whose right goes on gets nothing again');

-- Who had the right and has it again gets its gap.
SELECT certwire.deny_channel('alpha', 'weekly', 'x', until => t.soon());
SELECT t.publish('three');
SELECT t.as('adm');
SELECT t.wait();
SELECT is(t.fill(), 1, 'a denial that ends');
SELECT is(t.mailbox('alpha'), 'one two three', 'by the clock');
SELECT certwire.deny_channel('alpha', 'weekly', 'x');
SELECT t.publish('four');
SELECT t.as('adm');
SELECT certwire.withdraw_denial('alpha', 'weekly', 'x');
SELECT t.fill();
SELECT is(t.mailbox('alpha'), 'one two three four', 'or is withdrawn');
SELECT certwire.set_policy('weekly', '仅授予', levels => '{}');
SELECT t.publish('five');
SELECT t.as('adm');
SELECT certwire.set_policy('weekly', '国家级', levels => '{national}');
SELECT t.fill();
SELECT is(t.mailbox('wide'), 'two three four five', 'a policy that became narrower and wider again, though nobody looked meanwhile');
SELECT certwire.deny_channel('@project', 'weekly', 'x');
SELECT t.publish('six');
SELECT t.as('adm');
SELECT certwire.take_from_group('project', 'grouped', 'x');
SELECT certwire.grant_channel('grouped', 'weekly');
SELECT t.fill();
SELECT is(t.mailbox('grouped'), 'two three four five six', 'out of the group that is denied it');
SELECT certwire.set_policy('weekly', '不补', gap => 'nothing');
SELECT certwire.withdraw_denial('@project', 'weekly', 'x');
SELECT certwire.set_policy('weekly', '补发', gap => 'all');
SELECT t.fill();
SELECT is(t.mailbox('member'), 'two three four five', 'by the policy of the moment at which the right begins');

-- Lost and regained twice while nobody looked.
SELECT certwire.deny_channel('beta', 'weekly', 'x');
SELECT t.publish('seven');
SELECT t.as('adm');
SELECT certwire.withdraw_denial('beta', 'weekly', 'x');
SELECT certwire.deny_channel('beta', 'weekly', 'x');
SELECT certwire.withdraw_denial('beta', 'weekly', 'x');
SELECT t.fill();
SELECT is(t.mailbox('beta'), 'one two three four five six seven', 'both gaps');

-- Bounded, fenced, wholly or not at all.
SELECT t.admit_to(u, 5) FROM unnest(ARRAY['m-a', 'm-b', 'm-c']) u;
SELECT certwire.grant_channel(u, 'weekly', since => t.soon()) FROM unnest(ARRAY['m-a', 'm-b', 'm-c']) u;
SELECT t.wait();
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.fill_due(t.fence() - 1, 1)', 'CW001', NULL, 'with the lease alone');
SELECT results_eq('SELECT entries, more FROM certwire.fill_due(t.fence(), 1)', 'VALUES (1, true)', 'of so many units a call');
SELECT is(t.fill(1), 2, 'the others with the next');
SELECT results_eq($$SELECT * FROM t.fills() WHERE unit LIKE 'm-%'$$, $$VALUES ('m-a'::text, 1), ('m-b', 1), ('m-c', 1)$$, 'each is an act in the audit');
SELECT t.as('adm');
SELECT certwire.deny_channel('m-a', 'weekly', 'x', until => t.soon());
SELECT t.publish('eight');
SELECT t.wait();
SELECT t.as('dsp');
BEGIN;
SELECT is(t.fill(), 1, 'filled in');
ROLLBACK;
SELECT is(t.mailbox('m-a'), 'seven', 'undone');
SELECT is(t.fill(), 1, 'filled in again');
SELECT is(t.mailbox('m-a'), 'seven eight', 'and there once');
-- Without a keyset in force nothing is entered, and nothing forgotten.
SELECT t.as('adm');
SELECT certwire.deny_channel('m-b', 'weekly', 'x', until => t.soon());
SELECT t.publish('nine');
SELECT t.as('postgres');
UPDATE certwire.keyset SET expires_at = clock_timestamp();
SELECT t.wait();
SELECT is(t.fill(), 0, 'while the keyset is over nothing comes');
UPDATE certwire.keyset SET expires_at = clock_timestamp() + interval '1 year';
SELECT is(t.fill(), 1, 'with the next it does');
-- Changes that are not kept any more: everybody is looked at.
SELECT t.as('adm');
SELECT certwire.deny_channel('m-c', 'weekly', 'x');
SELECT certwire.withdraw_denial('m-c', 'weekly', 'x');
SELECT t.as('postgres');
SELECT certwire.entitlement_changed('{alpha}');
DELETE FROM certwire.entitlement_change c WHERE c.version < (SELECT s.version FROM certwire.entitlement_state s);
UPDATE certwire.fill_state SET looked_at = clock_timestamp();
SELECT t.fill();
SELECT is((SELECT f.since FROM certwire.right_filled f WHERE f.unit = 'm-c' AND f.channel = 'weekly'),
	(SELECT w.since FROM certwire.why('m-c', 'weekly') w WHERE w.rule = 'verdict'), 'who is too far behind looks at everybody');

-- A newcomer's backlog is of before its right, whenever it is looked at.
SELECT t.as('adm');
SELECT t.admit_to('late', 5);
SELECT certwire.grant_channel('late', 'weekly', since => t.soon());
SELECT t.wait();
SELECT t.publish('ten');
SELECT is(t.mailbox('late'), 'ten', 'issued before anybody looked');
SELECT t.fill();
SELECT is(t.mailbox('late'), 'ten nine', 'and the latest of before');

-- Recalls in a gap, whatever the policy says of it.
SELECT t.device(u, 'd1') FROM unnest(ARRAY['wide', 'member']) u;
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT t.seal_all();
SELECT t.stored('wide', 1, 'two');
SELECT t.stored('member', 1, 'two');
SELECT certwire.set_policy('weekly', '不补', gap => 'nothing');
SELECT certwire.suspend_unit(u, 'x') FROM unnest(ARRAY['wide', 'late']) u;
SELECT certwire.deny_channel('member', 'weekly', 'x');
SELECT t.recall('recall of two', 'two');
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT is_empty($$SELECT FROM certwire.owed_to(t.fence(), 'wide', 'd1', 1, 0, '{}', '{}', 99)$$, 'who is suspended is not told of a recall');
SELECT t.as('adm');
SELECT certwire.reinstate_unit(u, 'x') FROM unnest(ARRAY['wide', 'late']) u;
SELECT certwire.withdraw_denial('member', 'weekly', 'x');
SELECT t.fill();
SELECT alike(t.mailbox('wide'), '%recall of two', 'until it comes back, since it has what is recalled');
SELECT alike(t.mailbox('member'), '%recall of two', 'however its right came back');
SELECT unalike(t.mailbox('late'), '%recall of two', 'who never had it is not told');
SELECT certwire.suspend_unit('wide', 'x');
SELECT certwire.reinstate_unit('wide', 'x');
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT results_eq($$SELECT o.kind FROM certwire.owed_to(t.fence(), 'wide', 'd1', 1, 0, '{}', '{}', 99) o WHERE o.publication = t.id('recall of two')$$,
	ARRAY['recall'], 'once, and as an entry like any other');
SELECT t.as('adm');
SELECT certwire.suspend_unit(u, 'x') FROM unnest(ARRAY['wide', 'late']) u;
SELECT t.recall('recall of nine', 'nine');
SELECT certwire.reinstate_unit(u, 'x') FROM unnest(ARRAY['wide', 'late']) u;
SELECT alike(t.mailbox('wide'), '%recall of nine', 'what it could open it may have stored, though no receipt says so');
SELECT is(t.mailbox('late'), 'ten nine', 'what was never sealed to it needs no recall');
SELECT t.as('postgres');
SELECT is_empty('SELECT FROM certwire.entry GROUP BY unit, epoch HAVING max(number) <> count(*)', 'no mailbox has a hole');
SELECT is_empty('SELECT FROM certwire.entry WHERE publication IS NOT NULL GROUP BY unit, publication HAVING count(*) > 1', 'nothing is entered twice');
SELECT * FROM finish(true);
