-- The counts beside the deliveries are those of the deliveries, whatever became of them, folded or not;
-- and what boards and lists say is what a count of the deliveries themselves says.
\ir world.sql
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT no_plan();

CREATE FUNCTION t.right(what text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT is_empty('SELECT * FROM certwire.counts_that_differ()', what || ': the counts are those of the deliveries')
$$;
CREATE FUNCTION t.counts(name text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s owed %s stored %s opened %s refused %s expired %s recalled %s', c.deliveries, c.owed, c.stored, c.opened, c.refused, c.expired, c.recalled)
	FROM certwire.totals_of(ARRAY[t.id(name)]) c
$$;

-- One mailbox life: entered, refused, stored, opened; not stored and expired; recalled.
SELECT t.publish('one');
SELECT t.publish('late', expires_at => clock_timestamp() + interval '1 hour');
SELECT t.publish('back');
SELECT t.as('postgres');
SELECT t.right('issued');
SELECT is(t.counts('one'), '2 owed 2 stored 0 opened 0 refused 0 expired 0 recalled 0', 'all are owed');
SELECT is(t.counts('nothing'), NULL, 'what was never issued has no counts');
SELECT t.as('brk');
SELECT certwire.put_receipts('b', '{alpha,beta}', '{d1,d1}', '{1,1}', '{a1,b1}');
SELECT t.as('dsp');
SELECT t.settle(r.id, 'one', 'refused', 401) FROM certwire.receipts_to_judge(t.fence(), 9) r;
SELECT t.as('postgres');
SELECT is(t.counts('one'), '2 owed 2 stored 0 opened 0 refused 2 expired 0 recalled 0', 'who refuses is owed it still');
SELECT t.right('refused');
SELECT is(certwire.fold_counts(t.fence()) > 0, true, 'what was added is folded');
SELECT is_empty('SELECT FROM certwire.delivery_count_change', 'and gone');
SELECT is(certwire.fold_counts(t.fence()), 0, 'a second time there is nothing');
SELECT t.right('folded');
SELECT t.say('alpha', 'd1', 'one', 'stored', 2);
SELECT t.as('postgres');
SELECT is(t.counts('one'), '2 owed 1 stored 1 opened 0 refused 1 expired 0 recalled 0', 'who stores it after all has not refused it');
SELECT t.say('alpha', 'd1', 'one', 'opened', 3);
SELECT t.as('postgres');
SELECT is(t.counts('one'), '2 owed 1 stored 1 opened 1 refused 1 expired 0 recalled 0', 'and has opened it');
SELECT t.right('stored and opened');
UPDATE certwire.publication SET expires_at = clock_timestamp() - interval '1 s' WHERE id = t.id('late');
SELECT is(certwire.expire_due(t.fence()), 2, 'two expire');
SELECT is(t.counts('late'), '2 owed 0 stored 0 opened 0 refused 0 expired 2 recalled 0', 'and are counted so');
SELECT t.take_back('recall', 'recall', 'back');
SELECT t.as('postgres');
SELECT is(t.counts('back'), '2 owed 0 stored 0 opened 0 refused 0 expired 0 recalled 2', 'what is recalled likewise');
SELECT t.right('ended');
SELECT certwire.fold_counts(t.fence());
SELECT t.right('folded again');
SELECT t.as('ed1');
SELECT throws_ok('SELECT certwire.fold_counts(1)', '42501', NULL, 'an editor folds nothing');
SELECT throws_ok('SELECT certwire.recount()', '42501', NULL, 'nor counts anew');
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.recount()', '42501', NULL, 'nor does a dispatcher');
SELECT t.as('adm');
SELECT lives_ok('SELECT FROM certwire.counts_that_differ()', 'an administrator may check them');
SELECT t.as('postgres');

-- A check that could not fail would prove nothing.
SET session_replication_role = replica;
UPDATE certwire.delivery SET opened_at = now() WHERE publication = t.id('one') AND unit = 'beta';
RESET session_replication_role;
SELECT results_eq('SELECT publication, what, kept, recounted FROM certwire.counts_that_differ()',
	$$SELECT t.id('one'), 'opened'::text, 1::bigint, 2::bigint$$, 'what is changed past the triggers is found');
SELECT certwire.recount();
SELECT t.right('counted anew');

-- Two at once: who settles waits for nobody, and who folds takes only what is committed.
SELECT set_config('t.conninfo', :'conninfo', false);
SELECT dblink_connect('one', current_setting('t.conninfo')), dblink_connect('two', current_setting('t.conninfo'));
SELECT dblink_exec('one', 'SET lock_timeout = ''5s''; BEGIN'), dblink_exec('two', 'SET lock_timeout = ''5s''; BEGIN');
SELECT dblink_exec('one', format('UPDATE certwire.delivery SET state = ''settled'', stored_at = now() WHERE publication = %L AND unit = ''beta''', t.id('one')));
SELECT dblink_exec('two', format('UPDATE certwire.delivery SET opened_at = NULL WHERE publication = %L AND unit = ''alpha''', t.id('one')));
SELECT is(t.counts('one'), '2 owed 1 stored 1 opened 2 refused 1 expired 0 recalled 0', 'what is not committed is not counted');
SELECT certwire.fold_counts(t.fence());
SELECT dblink_exec('two', 'COMMIT');
SELECT certwire.fold_counts(t.fence());
SELECT is(t.counts('one'), '2 owed 1 stored 1 opened 1 refused 1 expired 0 recalled 0', 'one of two is committed');
SELECT t.right('one is under way');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.counts('one'), '2 owed 0 stored 2 opened 1 refused 0 expired 0 recalled 0', 'then both');
SELECT t.right('both are committed');

-- Many of them, with all times and states: what the board says is what the deliveries say.
INSERT INTO certwire.unit (id, name) SELECT 'u' || i, '单位' || i FROM generate_series(1, 300) i;
INSERT INTO certwire.standing (unit, since, standing, reason) SELECT 'u' || i, now() - interval '9 days', 'good', '准入' FROM generate_series(1, 300) i;
INSERT INTO certwire.entitlement (effect, unit, channel, since) SELECT 'grant', 'u' || i, 'weekly', now() - interval '9 days' FROM generate_series(1, 300) i;
SELECT t.publish('many');
SELECT t.publish('few', rule => '{"v":1,"rule":"units","units":["u7","u8","u9"]}');
SELECT t.as('postgres');
UPDATE certwire.publication SET issued_at = issued_at - interval '5 days' WHERE id = t.id('many');
UPDATE certwire.delivery d SET state = 'settled', stored_at = p.issued_at + (hashtext(d.unit) % 100000) * interval '2.5 s',
		opened_at = CASE WHEN hashtext(d.unit) % 3 = 0 THEN now() END
	FROM certwire.publication p WHERE p.id = d.publication AND d.publication = t.id('many') AND d.unit LIKE 'u%' AND hashtext(d.unit) % 7 <> 0;
SELECT t.right('many');
CREATE FUNCTION t.board() RETURNS TABLE (id text, counts int[], median_s bigint, p95_s bigint) LANGUAGE sql AS $$
	SELECT p.id, ARRAY[count(*), count(*) FILTER (WHERE d.state = 'owed'), count(d.stored_at), count(d.opened_at),
			count(*) FILTER (WHERE d.refused_at IS NOT NULL AND d.stored_at IS NULL), count(*) FILTER (WHERE d.state = 'expired'),
			count(*) FILTER (WHERE d.state = 'recalled')]::int[],
		percentile_disc(0.5) WITHIN GROUP (ORDER BY certwire.took(p.issued_at, d.stored_at)) FILTER (WHERE d.stored_at IS NOT NULL),
		percentile_disc(0.95) WITHIN GROUP (ORDER BY certwire.took(p.issued_at, d.stored_at)) FILTER (WHERE d.stored_at IS NOT NULL)
	FROM certwire.publication p JOIN certwire.delivery d ON d.publication = p.id GROUP BY p.id
$$;
CREATE FUNCTION t.check_board(how text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT set_eq($q$SELECT id, ARRAY[deliveries, owed, stored, opened, refused, expired, recalled], median_s, p95_s
		FROM certwire.board_publications(now() - interval '9 days', now() + interval '1 day')$q$, 'SELECT id, counts, median_s, p95_s FROM t.board()',
		how || ': each publication''s counts and times are those of its deliveries')
	UNION ALL
	SELECT results_eq($q$SELECT * FROM certwire.board_totals(now() - interval '9 days', now() + interval '1 day')$q$,
		$q$SELECT count(DISTINCT d.unit)::int, percentile_disc(0.5) WITHIN GROUP (ORDER BY certwire.took(p.issued_at, d.stored_at)::bigint) FILTER (WHERE d.stored_at IS NOT NULL),
			percentile_disc(0.95) WITHIN GROUP (ORDER BY certwire.took(p.issued_at, d.stored_at)::bigint) FILTER (WHERE d.stored_at IS NOT NULL)
		FROM certwire.delivery d JOIN certwire.publication p ON p.id = d.publication$q$, how || ': so are those over all')
	UNION ALL
	SELECT results_eq($q$SELECT * FROM certwire.board_days(now() - interval '9 days', now() + interval '1 hour')$q$,
		$q$SELECT g::date::text, (SELECT count(*) FROM certwire.delivery d JOIN certwire.publication p ON p.id = d.publication WHERE certwire.local_date(p.issued_at) <= g),
			(SELECT count(*) FROM certwire.delivery d JOIN certwire.publication p ON p.id = d.publication
				WHERE d.stored_at IS NOT NULL AND certwire.local_date(greatest(d.stored_at, p.issued_at)) <= g)
		FROM generate_series(certwire.local_date(now() - interval '9 days')::timestamp, certwire.local_date(now())::timestamp, '1 day') g$q$, how || ': and those of each day')
$$;
SELECT t.check_board('not folded');
SELECT certwire.fold_counts(t.fence());
SELECT t.check_board('folded');
SELECT results_eq($$SELECT deliveries, owed, stored, opened, refused, ended FROM certwire.publications(t.id('many'))$$,
	$$SELECT count(*)::int, (count(*) FILTER (WHERE state = 'owed'))::int, count(stored_at)::int, count(opened_at)::int, 0, 0 FROM certwire.delivery WHERE publication = t.id('many')$$,
	'a list says the same');
SELECT results_eq($$SELECT missing, count(*) FROM certwire.board_units(now() - interval '9 days', now() + interval '1 day', 1000) GROUP BY 1 ORDER BY 1$$,
	$$SELECT n::int, count(*) FROM (SELECT count(*) FILTER (WHERE state = 'owed') AS n FROM certwire.delivery GROUP BY unit) w GROUP BY 1 ORDER BY 1$$,
	'the matrix has a row for every unit, those that lack nothing too');
SELECT is((SELECT array_agg(unit) FROM certwire.board_units(now() - interval '9 days', now() + interval '1 day', 5)),
	(SELECT array_agg(unit) FROM (SELECT unit FROM certwire.delivery GROUP BY unit ORDER BY count(*) FILTER (WHERE state = 'owed') DESC, unit LIMIT 5) w),
	'who lacks most comes first');
SELECT is((SELECT array_agg(DISTINCT length(cells)) FROM certwire.board_units(now() - interval '9 days', now() + interval '1 day', 1000)),
	ARRAY[(SELECT count(*)::int FROM certwire.publication WHERE state = 'issued')], 'with a cell for every publication');

-- Pages of a list.
SELECT is((SELECT array_agg(id) FROM certwire.publications('', 100)),
	(SELECT array_agg(id) FROM certwire.publications('', 2)) ||
		(SELECT array_agg(id) FROM certwire.publications('', 100, (SELECT id FROM certwire.publications('', 2) OFFSET 1))), 'a page begins after the one before');
SELECT is(certwire.older_publications((SELECT id FROM certwire.publications('', 2) OFFSET 1)),
	(SELECT count(*) - 2 FROM certwire.publication), 'and it is known how many are left');
SELECT is(certwire.took(now(), now() + s * interval '1 s'), r, format('%s s is told as %s s', s, r)) FROM (VALUES
	(-5, 0), (119, 119), (120, 120), (199, 190), (3599, 3590), (3600, 3600), (3719, 3660), (86399, 86340), (90061, 90000)) v (s, r);
SELECT * FROM finish(true);
