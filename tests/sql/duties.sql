-- The duties of the plan, and the records of how units fulfil them.
\ir world.sql
SELECT no_plan();

-- A unit that was admitted on a day of the past, in Beijing; one that never was.
INSERT INTO certwire.unit (id, name) VALUES ('served', '服务公司'), ('waiting', '候选公司');
INSERT INTO certwire.standing (unit, since, until, standing, reason) VALUES
	('served', '2024-01-01 00:00:00+08', '2024-01-10 00:00:00+08', 'candidate', '入选'),
	('served', '2024-01-10 00:00:00+08', NULL, 'good', '准入'),
	('waiting', '2024-01-01 00:00:00+08', NULL, 'candidate', '入选');
SELECT certwire.local_date(clock_timestamp()) AS today, certwire.local_date(clock_timestamp()) + 1 AS tomorrow \gset

SELECT t.as('adm');
SELECT results_eq('SELECT clause::text, id, demanded FROM certwire.duty ORDER BY id', $$VALUES
	('五'::text, 'agreement'::text, NULL::numeric), ('四.2', 'confidentiality', NULL), ('四.9', 'evaluation', NULL),
	('四.6', 'fixed-contact', NULL), ('四.8', 'half-year-report', 1), ('四.7', 'incident-report', NULL),
	('四.4', 'incident-service', 1), ('四.3', 'major-incidents', NULL), ('四.1', 'rules-activities', NULL), ('四.5', 'support-hours', 40)$$,
	'the plan''s duties are rows');
SELECT throws_ok('INSERT INTO certwire.obligation (unit, kind, happened_on, source) VALUES (''served'', ''activity'', ''2024-02-01'', ''x'')',
	'42501', NULL, 'an administrator does not write the table');

-- Half years are Beijing's.
SELECT t.as('postgres');
SELECT results_eq('SELECT p, certwire.period_begins(p), certwire.period_ends(p), certwire.period_before(p), certwire.report_due(p)
	FROM unnest(ARRAY[''2024H1'', ''2024H2'']) p', $$VALUES
	('2024H1'::text, '2023-12-31 16:00:00Z'::timestamptz, '2024-06-30 16:00:00Z'::timestamptz, '2023H2'::text, '2024-07-31'::date),
	('2024H2', '2024-06-30 16:00:00Z', '2024-12-31 16:00:00Z', '2024H1', '2025-01-31')$$, 'a half year begins and ends in Beijing');
SELECT results_eq('SELECT certwire.period_of(d::date) FROM unnest(ARRAY[''2024-01-01'', ''2024-06-30'', ''2024-07-01'', ''2024-12-31'']) d',
	'VALUES (''2024H1''), (''2024H1''), (''2024H2''), (''2024H2'')', 'a day belongs to a half year');
SELECT is((SELECT array_agg(certwire.local_date(certwire.period_month('2024H2', m)) ORDER BY m) FROM generate_series(0, 6) m),
	'{2024-07-01,2024-08-01,2024-09-01,2024-10-01,2024-11-01,2024-12-01,2025-01-01}'::date[], 'its months follow each other');
SELECT is(certwire.check_period(' 2024h1 '), '2024H1', 'a half year may be written small');
SELECT throws_ok(format('SELECT certwire.check_period(%L)', bad), 'CW004', NULL, format('%s is no half year', to_json(bad)))
	FROM unnest(ARRAY[NULL, '', '2024', '2024H3', '2024-H1', '26H1', '1999H1', '2024H1x', E'2024H1\n2024H2']) bad;
SELECT throws_ok('SELECT certwire.check_period(''2999H1'')', 'CW002', '2999H1 has not begun yet', 'a half year that is to come is refused');

-- What is recorded.
SELECT t.as('adm');
SELECT results_eq($$SELECT unit, kind, happened_on, hours, period::text, source::text, detail::text, recorded_by, withdrawn_at
	FROM certwire.record_obligation('served', 'support', '2024-03-05', ' CNCERT 广东分中心　', '  溯源分析 ', hours => 16.5)$$, $$VALUES
	('served'::text, 'support'::text, '2024-03-05'::date, 16.5::numeric, NULL::text, 'CNCERT 广东分中心'::text, '溯源分析'::text, 'adm'::text,
	NULL::timestamptz)$$, 'support is recorded with its hours');
SELECT is((certwire.record_obligation('served', 'incident_service', '2024-01-10', '国家中心')).kind, 'incident_service',
	'a service on the very day of the admission counts');
SELECT is((certwire.record_obligation('served', 'activity', :'today', '国家中心', '年会')).happened_on, :'today', 'so does one of today');
SELECT is((certwire.record_obligation('served', 'breach', '2024-04-01', '某用户单位', '对外披露事件细节')).detail::text, '对外披露事件细节', 'a breach says what happened');
SELECT results_eq($$SELECT period::text, happened_on FROM certwire.record_obligation('served', 'report', '2024-07-03', '国家中心', period => '2024h1')$$,
	$$VALUES ('2024H1'::text, '2024-07-03'::date)$$, 'a report says which half year it is about');
SELECT is((certwire.record_obligation('served', 'support', '2024-03-05', 'CNCERT 广东分中心', '溯源分析', 744)).hours, 744::numeric,
	'the same again with other hours is another record');
SELECT results_eq($$SELECT act, subject, detail - 'id' FROM certwire.audit WHERE act = 'record_obligation' ORDER BY id LIMIT 1$$,
	$$VALUES ('record_obligation'::text, 'served'::text, '{"kind":"support","happened_on":"2024-03-05","hours":16.50,"period":null,
	"source":"CNCERT 广东分中心","detail":"溯源分析"}'::jsonb)$$, 'each record is audited');

-- What is refused, each with one error and a hint, and nothing recorded.
SELECT count(*) AS before FROM certwire.obligation \gset
CREATE FUNCTION pg_temp.refused(call text, state text, message text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
	hint text;
BEGIN
	EXECUTE 'SELECT certwire.' || call;
	RETURN fail(what || ': it was taken');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN is(ARRAY[SQLSTATE, said, (coalesce(hint, '') <> '')::text], ARRAY[state, message, 'true'], what);
END
$$;
SELECT pg_temp.refused($$record_obligation('nobody', 'activity', '2024-03-01', 'x')$$, 'CW003', 'there is no unit ''nobody''', 'an unknown unit');
SELECT pg_temp.refused($$record_obligation(NULL, 'activity', '2024-03-01', 'x')$$, 'CW003', 'there is no unit NULL', 'no unit');
SELECT pg_temp.refused($$record_obligation('served', 'party', '2024-03-01', 'x')$$, 'CW004', '''party'' is no kind of record', 'an unknown kind');
SELECT pg_temp.refused($$record_obligation('served', NULL, '2024-03-01', 'x')$$, 'CW004', 'NULL is no kind of record', 'no kind');
SELECT pg_temp.refused($$record_obligation('served', 'activity', NULL, 'x')$$, 'CW004', 'the day is missing', 'no day');
SELECT pg_temp.refused(format($$record_obligation('served', 'activity', %L, 'x')$$, :'tomorrow'), 'CW004', :'tomorrow' || ' is yet to come', 'tomorrow');
SELECT pg_temp.refused($$record_obligation('served', 'activity', 'infinity', 'x')$$, 'CW004', 'infinity is yet to come', 'the end of time');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-01-09', 'x')$$, 'CW004',
	'unit served had no duties on 2024-01-09: it was admitted on 2024-01-10', 'a day before the admission');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '-infinity', 'x')$$, 'CW004',
	'unit served had no duties on -infinity: it was admitted on 2024-01-10', 'the beginning of time');
SELECT pg_temp.refused($$record_obligation('waiting', 'activity', '2024-03-01', 'x')$$, 'CW002',
	'unit waiting was never admitted and has no duties yet', 'a unit that was never admitted');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-03-01', ' ')$$, 'CW004', 'the source is missing', 'no source');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-03-01', E'a\nb')$$, 'CW004', 'the source holds a control character', 'a source of two lines');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-03-01', repeat('长', 86))$$, 'CW004',
	'the source has 258 bytes, at most 256 are allowed', 'a long source');
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-03-01', 'x', repeat('长', 342))$$, 'CW004',
	'the detail has 1026 bytes, at most 1024 are allowed', 'a long detail');
SELECT pg_temp.refused($$record_obligation('served', 'breach', '2024-03-01', 'x')$$, 'CW004', 'the detail is missing', 'a breach that is not described');
SELECT pg_temp.refused($$record_obligation('served', 'support', '2024-03-01', 'x')$$, 'CW004', 'support without hours counts nothing', 'no hours');
SELECT pg_temp.refused(format($$record_obligation('served', 'support', '2024-03-01', 'x', NULL, %L)$$, bad), 'CW004', bad || ' hours cannot be', bad || ' hours')
	FROM unnest(ARRAY['0', '-1', '744.01', '1000000', 'NaN', 'Infinity']) bad;
SELECT pg_temp.refused($$record_obligation('served', 'support', '2024-03-01', 'x', NULL, 0.001)$$, 'CW004', '0.001 hours are too exact', 'hours to the second');
SELECT pg_temp.refused(format($$record_obligation('served', %L, '2024-03-01', 'x', 'y', 8)$$, kind), 'CW004', format('a record of %s has no hours', kind),
	'hours where none belong: ' || kind) FROM unnest(ARRAY['incident_service', 'report', 'activity', 'breach']) kind;
SELECT pg_temp.refused($$record_obligation('served', 'activity', '2024-03-01', 'x', NULL, NULL, '2024H1')$$, 'CW004',
	'a record of activity has no half year of its own', 'a half year where none belongs');
SELECT pg_temp.refused($$record_obligation('served', 'report', '2024-08-01', 'x')$$, 'CW004', 'a report is about a half year', 'a report without a half year');
SELECT pg_temp.refused($$record_obligation('served', 'report', '2024-07-01', 'x', NULL, NULL, 'H1')$$, 'CW004', '''H1'' is not a half year', 'an odd half year');
SELECT pg_temp.refused($$record_obligation('served', 'report', '2024-06-01', 'x', NULL, NULL, '2999H2')$$, 'CW002', '2999H2 has not begun yet', 'a half year to come');
SELECT pg_temp.refused($$record_obligation('served', 'report', '2024-06-30', 'x', NULL, NULL, '2024H2')$$, 'CW004',
	'a report of 2024-06-30 cannot be about 2024H2', 'a report before its half year began');
SELECT id AS report FROM certwire.obligation WHERE kind = 'report' \gset
SELECT pg_temp.refused($$record_obligation('served', 'report', '2024-07-04', 'x', NULL, NULL, '2024H1')$$, 'CW005',
	format('the report of unit served on 2024H1 came in on 2024-07-03 (record %s)', :report), 'a second report');
SELECT pg_temp.refused($$record_obligation('served', 'support', '2024-03-05', 'CNCERT 广东分中心', '溯源分析', 16.50)$$, 'CW005',
	format('this is recorded already, as %s', (SELECT min(id) FROM certwire.obligation)), 'the very same record');
SELECT is((SELECT count(*) FROM certwire.obligation), :before::bigint, 'nothing of all that was recorded');

-- What was wrong is withdrawn and stays to be seen.
SELECT results_eq(format('SELECT id, withdrawn_by, withdrawn_reason::text, withdrawn_at IS NOT NULL FROM certwire.withdraw_obligation(%s, '' 重复提交 '')', :report),
	format('VALUES (%s::bigint, ''adm''::text, ''重复提交''::text, true)', :report), 'a record is withdrawn, with who and why');
SELECT is((certwire.record_obligation('served', 'report', '2024-07-04', 'x', period => '2024H1')).happened_on, '2024-07-04'::date,
	'then another report takes its place');
SELECT is((SELECT count(*) FROM certwire.obligation WHERE kind = 'report'), 2::bigint, 'and both are there');
SELECT is((SELECT detail FROM certwire.audit WHERE act = 'withdraw_obligation'),
	jsonb_build_object('id', :report, 'kind', 'report', 'reason', '重复提交'), 'a withdrawal is audited');
SELECT throws_ok(format('SELECT certwire.withdraw_obligation(%s, ''x'')', :report), 'CW002', NULL, 'it is not withdrawn twice');
SELECT pg_temp.refused('withdraw_obligation(999999, ''x'')', 'CW003', 'there is no record 999999', 'a record that is none');
SELECT pg_temp.refused('withdraw_obligation(NULL, ''x'')', 'CW003', 'there is no record without a number', 'no number');
SELECT pg_temp.refused('withdraw_obligation(1, '' '')', 'CW004', 'a reason is needed', 'no reason');

-- Constraints stand even for the owner.
SELECT t.as('postgres');
SELECT throws_ok(format('INSERT INTO certwire.obligation (unit, kind, happened_on, source, hours, period) VALUES (''served'', %L, ''2024-03-01'', ''x'', %s, %L)',
	kind, coalesce(hours, 'NULL'), period), '23514', NULL, format('%s with hours %s and half year %s cannot be', kind, hours, period))
	FROM (VALUES ('support', NULL, NULL), ('support', '0', NULL), ('support', '745', NULL), ('activity', '1', NULL), ('report', NULL, NULL),
		('activity', NULL, '2024H1'), ('breach', NULL, NULL), ('party', NULL, NULL), ('report', NULL, '2024H7')) v (kind, hours, period);
SELECT throws_ok('UPDATE certwire.obligation SET withdrawn_by = ''x'' WHERE withdrawn_at IS NULL', '23514', NULL, 'a withdrawal has all its parts');

-- Who may.
SELECT t.as('aud');
SELECT isnt_empty('SELECT FROM certwire.obligation', 'an auditor reads the records');
SELECT isnt_empty('SELECT FROM certwire.duty', 'and the duties');
SELECT throws_ok('SELECT certwire.record_obligation(''served'', ''activity'', ''2024-03-01'', ''x'')', '42501', NULL, 'an auditor records nothing');
SELECT throws_ok('SELECT certwire.withdraw_obligation(1, ''x'')', '42501', NULL, 'and withdraws nothing');
SELECT t.as('ed1');
SELECT throws_ok('SELECT certwire.record_obligation(''served'', ''activity'', ''2024-03-01'', ''x'')', '42501', NULL, 'neither does an editor');
SELECT throws_ok('SELECT FROM certwire.obligation', '42501', NULL, 'an editor does not read them');

-- A clerk records for the units of the own regions.
SELECT t.as('adm');
SELECT t.admit('southern', region => '440000'), t.admit('northern', region => '110000');
SELECT certwire.give_region('clk', '广东省');
SELECT certwire.record_obligation('northern', 'activity', :'today', '国家中心');
SELECT t.as('clk');
SELECT is((certwire.record_obligation('southern', 'support', :'today', 'CNCERT 广东分中心', hours => 8)).recorded_by, 'clk', 'a clerk records for a unit of the region');
SELECT throws_ok(format('SELECT certwire.record_obligation(''northern'', ''activity'', %L, ''x'')', :'today'), 'CW006', NULL, 'not for another');
SELECT results_eq('SELECT DISTINCT unit FROM certwire.obligation', 'VALUES (''southern''::text)', 'and sees the records of no other');
SELECT t.as('adm');
SELECT id AS theirs FROM certwire.obligation WHERE unit = 'northern' \gset
SELECT id AS ours FROM certwire.obligation WHERE unit = 'southern' \gset
SELECT t.as('clk');
SELECT throws_ok(format('SELECT certwire.withdraw_obligation(%s, ''x'')', :theirs), 'CW006', NULL, 'nor withdraws them');
SELECT is((certwire.withdraw_obligation(:ours, '录入有误')).withdrawn_by, 'clk', 'but the own');
SELECT throws_ok('SELECT certwire.evaluate(''2024H1'')', '42501', NULL, 'a clerk evaluates nobody');
SELECT * FROM finish(true);
