-- The half-yearly evaluation: what counts, what the rules propose, what a person decides.
\ir world.sql
SELECT no_plan();
SELECT certwire.period_of(certwire.local_date(clock_timestamp())) AS running \gset

-- Units with a history of their own: standings and contacts as they would have been made at the time.
CREATE FUNCTION t.past(unit text, history text[], contact tstzrange = NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO certwire.unit (id, name) VALUES (unit, '单位' || unit);
	INSERT INTO certwire.standing (unit, since, until, standing, reason)
		SELECT unit, (split_part(h, ' ', 1) || ' 00:00:00+08')::timestamptz,
			lead((split_part(h, ' ', 1) || ' 00:00:00+08')::timestamptz) OVER (ORDER BY i), split_part(h, ' ', 2), '历史'
		FROM unnest(history) WITH ORDINALITY x (h, i);
	INSERT INTO certwire.contact (unit, role, name, phone, since, until)
		VALUES (unit, 'fixed', '张三', '010-12345678', coalesce(lower(contact), '2020-01-01'), upper(contact));
$$;
-- So many services and hours, from a day on, one a day.
CREATE FUNCTION t.did(unit text, services int, hours numeric, since date = '2024-01-02') RETURNS void LANGUAGE sql AS $$
	INSERT INTO certwire.obligation (unit, kind, happened_on, source) SELECT unit, 'incident_service', since + i, '国家中心' FROM generate_series(1, services) i;
	INSERT INTO certwire.obligation (unit, kind, happened_on, source, hours) SELECT unit, 'support', since, '国家中心', hours WHERE hours > 0;
$$;
CREATE FUNCTION t.reported(unit text, on_day date, about text = '2024H1') RETURNS void LANGUAGE sql AS $$
	INSERT INTO certwire.obligation (unit, kind, happened_on, source, period) VALUES (unit, 'report', on_day, '国家中心', about);
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

SELECT t.past('e-best', '{2023-01-01 good}'), t.did('e-best', 12, 360), t.reported('e-best', '2024-07-01');
SELECT t.past('e-kept', '{2023-01-01 good}'), t.did('e-kept', 6, 240), t.reported('e-kept', '2024-07-31');
SELECT t.past('e-late', '{2023-01-01 good}'), t.did('e-late', 6, 240), t.reported('e-late', '2024-08-01');
SELECT t.past('e-short', '{2023-01-01 good}'), t.did('e-short', 5, 239.75), t.reported('e-short', '2024-07-01');
SELECT t.past('e-three', '{2023-01-01 good}'), t.did('e-three', 5, 239);
SELECT t.past('e-none', '{2023-01-01 good}'), t.reported('e-none', '2024-07-01');
SELECT t.past('e-leak', '{2023-01-01 good}'), t.did('e-leak', 12, 360), t.reported('e-leak', '2024-07-01');
INSERT INTO certwire.obligation (unit, kind, happened_on, source, detail) VALUES ('e-leak', 'breach', '2024-06-30', '用户', '泄露'), ('e-leak', 'activity', '2024-01-01', '国家中心', '年会');
-- Admitted in the middle of March: April to June are its months.
SELECT t.past('e-new', '{2024-01-01 candidate,2024-03-15 good}'), t.did('e-new', 3, 120, '2024-03-20'), t.reported('e-new', '2024-07-01');
-- Suspended counts, revoked does not: January to April.
SELECT t.past('e-gone', '{2023-01-01 good,2024-02-10 suspended,2024-05-20 revoked}'), t.did('e-gone', 4, 160), t.reported('e-gone', '2024-07-01');
SELECT t.past('e-brief', '{2024-01-01 candidate,2024-06-02 good}');
SELECT t.past('e-never', '{2023-01-01 candidate}');
-- Three days without a contact in May, and one that another contact filled at once.
SELECT t.past('e-alone', '{2023-01-01 good}', '[2020-01-01 00:00:00+08,2024-05-10 00:00:00+08)'), t.did('e-alone', 6, 240), t.reported('e-alone', '2024-07-01');
INSERT INTO certwire.contact (unit, role, name, phone, since, until) VALUES
	('e-alone', 'fixed', '李四', '010-12345678', '2024-05-13 00:00:00+08', '2024-06-01 00:00:00+08'),
	('e-alone', 'fixed', '王五', '010-12345678', '2024-06-01 00:00:00+08', NULL),
	('e-alone', 'deputy', '赵六', '010-12345678', '2020-01-01 00:00:00+08', NULL);
-- What is withdrawn, or of another half year, counts not.
INSERT INTO certwire.obligation (unit, kind, happened_on, source, hours, withdrawn_at, withdrawn_by, withdrawn_reason)
	VALUES ('e-short', 'support', '2024-02-01', '国家中心', 100, clock_timestamp(), 'x', 'x');
INSERT INTO certwire.obligation (unit, kind, happened_on, source) VALUES ('e-short', 'incident_service', '2023-12-31', 'x'), ('e-short', 'incident_service', '2024-07-01', 'x');

-- The rules by themselves: the table of docs/database.md.
SELECT results_eq(format('SELECT proposal FROM certwire.propose_decision(%s)', arguments), format('VALUES (%L::text)', proposal), what)
	FROM (VALUES
	('6, 6, 1, 240, 40, true, 0, 0, NULL', 'keep', 'a unit that did its duties keeps its standing'),
	('6, 12, 1, 360, 40, true, 0, 0, NULL', 'commend', 'twice and one and a half times as much is commended'),
	('6, 11, 1, 360, 40, true, 0, 0, NULL', 'keep', 'a little less is not'),
	('6, 12, 1, 359, 40, true, 0, 0, NULL', 'keep', 'on either count'),
	('6, 12, 1, 360, 40, NULL, 0, 0, NULL', 'keep', 'nor before its report came in'),
	('6, 6, 1, 240, 40, NULL, 0, 0, ''warn''', 'keep', 'a report that is not due yet is no shortfall'),
	('6, 5, 1, 240, 40, true, 0, 0, NULL', 'warn', 'short of services'),
	('6, 6, 1, 239.99, 40, true, 0, 0, NULL', 'warn', 'short of hours'),
	('6, 6, 1, 240, 40, false, 0, 0, NULL', 'warn', 'short of the report'),
	('6, 6, 1, 240, 40, true, 0.1, 0, NULL', 'warn', 'short of the contact'),
	('6, 12, 1, 360, 40, false, 0, 0, NULL', 'warn', 'much service does not make up for a report'),
	('6, 5, 1, 239, 40, false, 0, 0, NULL', 'suspend', 'three shortfalls'),
	('6, 0, 1, 0, 40, true, 0, 0, NULL', 'suspend', 'nothing at all'),
	('6, 5, 1, 240, 40, true, 0, 0, ''warn''', 'suspend', 'short after a warning'),
	('6, 5, 1, 240, 40, true, 0, 0, ''keep''', 'warn', 'short after a good half year'),
	('6, 5, 1, 240, 40, true, 0, 0, ''commend''', 'warn', 'or a very good one'),
	('6, 5, 1, 240, 40, true, 0, 0, ''suspend''', 'revoke', 'short after a suspension'),
	('6, 6, 1, 240, 40, true, 0, 0, ''suspend''', 'keep', 'mended after a suspension'),
	('6, 12, 1, 360, 40, true, 0, 1, NULL', 'suspend', 'a breach'),
	('6, 12, 1, 360, 40, true, 0, 2, NULL', 'revoke', 'several breaches'),
	('6, 12, 1, 360, 40, true, 0, 1, ''warn''', 'revoke', 'a breach after a warning'),
	('0, 0, 1, 0, 40, false, 0, 0, NULL', 'keep', 'no month to go by'),
	('0, 0, 1, 0, 40, false, 0, 1, NULL', 'suspend', 'but a breach is one')) v (arguments, proposal, what);
SELECT is((SELECT provolatile FROM pg_proc WHERE oid = 'certwire.propose_decision'::regproc), 'i'::"char", 'the rules depend on nothing else');

-- The sheets.
SELECT t.as('adm');
CREATE TEMPORARY VIEW sheet AS SELECT * FROM certwire.evaluation_sheet WHERE unit LIKE 'e-%';
GRANT SELECT ON sheet TO PUBLIC;
SELECT is_empty('SELECT FROM sheet', 'nothing is evaluated by itself');
SELECT results_eq('SELECT unit, months, services_a_month, hours_a_month, report_on_time, proposal FROM certwire.evaluate(''2024H1'') WHERE unit LIKE ''e-%''', $$VALUES
	('e-alone'::text, 6, 1.00, 40.00, true, 'warn'::text), ('e-best', 6, 2.00, 60.00, true, 'commend'),
	('e-brief', 0, NULL, NULL, false, 'keep'), ('e-gone', 4, 1.00, 40.00, true, 'keep'), ('e-kept', 6, 1.00, 40.00, true, 'keep'),
	('e-late', 6, 1.00, 40.00, false, 'warn'), ('e-leak', 6, 2.00, 60.00, true, 'suspend'), ('e-new', 3, 1.00, 40.00, true, 'keep'),
	('e-none', 6, 0.00, 0.00, true, 'suspend'), ('e-short', 6, 0.83, 39.96, true, 'warn'), ('e-three', 6, 0.83, 39.83, false, 'suspend')$$,
	'every unit that was good or suspended has a sheet, measured on its months');
SELECT results_eq('SELECT unit, contact_gap_days FROM sheet WHERE contact_gap_days > 0', 'VALUES (''e-alone''::text, 3.0)', 'days without a fixed contact are counted');
SELECT results_eq('SELECT unit, breaches, activities FROM sheet WHERE breaches + activities > 0', 'VALUES (''e-leak''::text, 1, 1)', 'breaches and activities too');
SELECT results_eq('SELECT name, report_on, report_due, decision FROM sheet WHERE unit = ''e-late''',
	'VALUES (''单位e-late''::text, ''2024-08-01''::date, ''2024-07-31''::date, NULL::text)', 'a sheet says when the report was due');
SELECT is((SELECT detail->>'period' FROM certwire.audit WHERE act = 'evaluate' ORDER BY id DESC LIMIT 1), '2024H1', 'an evaluation is audited');

SELECT results_eq('SELECT unit, name, duty, clause, demanded, done, short FROM certwire.compliance(''2024H1'') WHERE unit LIKE ''e-%''', $$VALUES
	('e-alone'::text, '单位e-alone'::text, 'fixed-contact'::text, '四.6'::text, 182.0, 179.0, 3.0),
	('e-late', '单位e-late', 'half-year-report', '四.8', 1, 0, 1),
	('e-leak', '单位e-leak', 'confidentiality', '四.2', 0, 1, 1),
	('e-none', '单位e-none', 'incident-service', '四.4', 6, 0, 6), ('e-none', '单位e-none', 'support-hours', '四.5', 240, 0, 240),
	('e-short', '单位e-short', 'incident-service', '四.4', 6, 5, 1), ('e-short', '单位e-short', 'support-hours', '四.5', 240, 239.75, 0.25),
	('e-three', '单位e-three', 'incident-service', '四.4', 6, 5, 1), ('e-three', '单位e-three', 'support-hours', '四.5', 240, 239, 1),
	('e-three', '单位e-three', 'half-year-report', '四.8', 1, 0, 1)$$, 'who falls short of which duty, and by how much');
SELECT is((SELECT detail FROM certwire.compliance('2024H1') WHERE unit = 'e-late'), '截止 due on 2024-07-31，提交于 came in on 2024-08-01', 'a late report says when it came');

-- Until it is decided, a sheet is computed anew; compliance is live.
SELECT certwire.record_obligation('e-short', 'incident_service', '2024-06-30', '国家中心'),
	certwire.record_obligation('e-short', 'support', '2024-06-30', '国家中心', hours => 0.25);
SELECT is_empty('SELECT FROM certwire.compliance(''2024H1'') WHERE unit = ''e-short''', 'what is recorded late is made up for at once');
SELECT is((SELECT proposal FROM sheet WHERE unit = 'e-short'), 'warn', 'a sheet stays until it is computed again');
SELECT results_eq('SELECT unit, proposal FROM certwire.evaluate('' 2024h1'', ''e-short'')', 'VALUES (''e-short''::text, ''keep''::text)', 'then it is the new one');

-- Decisions.
SELECT results_eq('SELECT decision, decided_by, proposal FROM certwire.decide(''2024H1'', ''e-kept'', ''warn'', ''口头约定未履行'')',
	'VALUES (''warn''::text, ''adm''::text, ''keep''::text)', 'a person may decide otherwise; both are kept');
SELECT is((SELECT standing FROM certwire.unit_overview WHERE unit = 'e-kept'), 'good', 'a warning changes no standing');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-kept'', ''keep'', ''x'')', 'CW005', NULL, 'what is decided is not decided again');
SELECT throws_ok('SELECT certwire.evaluate(''2024H1'', ''e-kept'')', 'CW002', NULL, 'nor computed again');
SELECT certwire.record_obligation('e-kept', 'incident_service', '2024-06-30', '国家中心');
SELECT is((SELECT services FROM certwire.evaluate('2024H1') WHERE unit = 'e-kept'), 6, 'when all are computed it stays as it was');
SELECT certwire.decide('2024H1', 'e-best', 'commend', '表现优秀');
SELECT results_eq('SELECT period::text, unit, citation::text, given_by FROM certwire.commendation',
	'VALUES (''2024H1''::text, ''e-best''::text, ''表现优秀''::text, ''adm''::text)', 'a commendation is a record');
SELECT certwire.decide('2024H1', 'e-none', 'suspend', '未履行义务'), certwire.decide('2024H1', 'e-leak', 'revoke', '泄密'), certwire.decide('2024H1', 'e-alone', 'suspend', '失联');
SELECT t.as('postgres');
SELECT results_eq('SELECT unit, standing, reason::text, basis::text, decided_by FROM certwire.standing_at(clock_timestamp()) WHERE unit IN (''e-none'', ''e-leak'', ''e-alone'') ORDER BY unit', $$VALUES
	('e-alone'::text, 'suspended'::text, '失联'::text, 'fixed-contact'::text, 'adm'::text), ('e-leak', 'revoked', '泄密', 'confidentiality', 'adm'),
	('e-none', 'suspended', '未履行义务', 'incident-service', 'adm')$$, 'suspending and revoking take effect, on the basis of a duty');
SELECT is((SELECT count(*) FROM certwire.duty d JOIN certwire.standing s ON s.basis = d.id WHERE s.unit LIKE 'e-%'), 3::bigint, 'which is a row of duty');
SELECT results_eq($$SELECT detail FROM certwire.audit WHERE act = 'decide' AND subject = 'e-none'$$,
	$$VALUES ('{"period":"2024H1","proposal":"suspend","decision":"suspend","reason":"未履行义务"}'::jsonb)$$, 'a decision is audited with what was proposed');

-- The half year after remembers.
SELECT t.did('e-kept', 3, 240, '2024-07-02'), t.reported('e-kept', '2025-01-31', '2024H2');
SELECT t.as('adm');
SELECT results_eq('SELECT unit, previous, proposal FROM certwire.evaluate(''2024H2'', ''e-kept'')', 'VALUES (''e-kept''::text, ''warn''::text, ''suspend''::text)',
	'short again after a warning is proposed for suspension');
SELECT is((SELECT previous FROM certwire.evaluate('2024H2', 'e-short')), NULL, 'a half year that was not decided leaves no mark');
-- Suspended since: it stays so without another row of history.
SELECT t.as('postgres');
SELECT t.past('e-again', '{2023-01-01 good,2024-02-01 suspended}');
SELECT t.as('adm');
SELECT certwire.evaluate('2024H1', 'e-again');
SELECT is((certwire.decide('2024H1', 'e-again', 'suspend', '仍未履行')).decision, 'suspend', 'a suspended unit can stay suspended');
SELECT is((SELECT count(*) FROM certwire.standing WHERE unit = 'e-again'), 2::bigint, 'which changes nothing');
SELECT is((SELECT proposal FROM certwire.evaluate('2024H2', 'e-again')), 'revoke', 'and is proposed to be revoked when it does not mend');

-- What is refused.
SELECT throws_ok('SELECT certwire.evaluate(''2024H1'', ''e-never'')', 'CW002', 'unit e-never was neither good nor suspended in 2024H1', 'a candidate has no duties');
SELECT throws_ok('SELECT certwire.evaluate(''2024H1'', ''nobody'')', 'CW003', NULL, 'an unknown unit');
SELECT throws_ok('SELECT certwire.evaluate(''last'')', 'CW004', NULL, 'an odd half year');
SELECT throws_ok('SELECT certwire.evaluate(NULL)', 'CW004', NULL, 'no half year');
SELECT throws_ok('SELECT certwire.evaluate(''2998H2'')', 'CW002', NULL, 'a half year to come');
SELECT throws_ok('SELECT FROM certwire.compliance(''2998H2'')', 'CW002', NULL, 'which has no shortfalls either');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''fire'', ''x'')', 'CW004', '''fire'' is no decision', 'an unknown decision');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', NULL, ''x'')', 'CW004', NULL, 'no decision');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''keep'', '''')', 'CW004', NULL, 'no reason');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-never'', ''keep'', ''x'')', 'CW002', 'unit e-never has no sheet for 2024H1', 'a decision without a sheet');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''nobody'', ''keep'', ''x'')', 'CW003', NULL, 'a decision on nobody');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-gone'', ''suspend'', ''x'')', 'CW002', NULL, 'a revoked unit is not suspended');
SELECT is((SELECT decision FROM sheet WHERE unit = 'e-gone' AND period = '2024H1'), NULL, 'and then nothing is decided');
SELECT certwire.evaluate(:'running', 'e-late');
SELECT is((SELECT report_on_time FROM sheet WHERE period = :'running' AND unit = 'e-late'), NULL, 'a running half year can be looked at; its report is not due');
SELECT cmp_ok((SELECT months FROM sheet WHERE period = :'running' AND unit = 'e-late'), '<', 6, 'only months that are over count');
SELECT throws_ok(format('SELECT certwire.decide(%L, ''e-late'', ''keep'', ''x'')', :'running'), 'CW002', NULL, 'but is not decided on');
SELECT t.as('postgres');
UPDATE certwire.evaluation SET computed_at = '2024-06-30 23:59:59+08' WHERE period = '2024H1' AND unit = 'e-late';
SELECT t.as('adm');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''keep'', ''x'')', 'CW002',
	'the sheet of unit e-late was computed before 2024H1 was over', 'a sheet from before the end is computed again first');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''suspend'', ''x'')', 'CW002', NULL, 'decisions need READ COMMITTED');
ROLLBACK;

-- Two who decide at once: the second waits, and is told.
SELECT t.as('postgres');
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT evaluate.unit FROM certwire.evaluate('2024H1', 'e-new');
SELECT dblink_connect(n, :'conninfo' || ' user=adm') FROM unnest(ARRAY['one', 'two']) n;
SELECT pid AS two_pid FROM dblink('two', 'SELECT pg_backend_pid()') p (pid int) \gset
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', 'SELECT decision FROM certwire.decide(''2024H1'', ''e-new'', ''keep'', ''一'')') r (a text);
SELECT dblink_send_query('two', 'SELECT decision FROM certwire.decide(''2024H1'', ''e-new'', ''revoke'', ''二'')');
CREATE FUNCTION pg_temp.blocked(pid int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	deadline timestamptz := clock_timestamp() + interval '10 s';
BEGIN
	WHILE cardinality(pg_blocking_pids(pid)) = 0 AND clock_timestamp() < deadline LOOP
		PERFORM pg_sleep(0.005);
	END LOOP;
	RETURN cardinality(pg_blocking_pids(pid)) > 0;
END
$$;
SELECT ok(pg_temp.blocked(:two_pid), 'of two decisions the second waits');
SELECT dblink_exec('one', 'COMMIT');
SELECT throws_ok('SELECT FROM dblink_get_result(''two'') r (a text)', 'CW005', NULL, 'and is refused');
SELECT results_eq('SELECT e.decision, o.standing FROM certwire.evaluation e JOIN certwire.unit_overview o USING (unit) WHERE e.unit = ''e-new'' AND e.period = ''2024H1''',
	'VALUES (''keep''::text, ''good''::text)', 'the first stands');
SELECT dblink_disconnect(n) FROM unnest(ARRAY['one', 'two']) n;

-- Constraints stand even for the owner.
SELECT throws_ok('UPDATE certwire.evaluation SET decision = ''keep'' WHERE unit = ''e-late''', '23514', NULL, 'a decision has all its parts');
SELECT throws_ok('INSERT INTO certwire.commendation (period, unit, citation) VALUES (''2024H1'', ''e-never'', ''x'')', '23503', NULL, 'a commendation rests on a sheet');

-- Who may.
SELECT t.as('aud');
SELECT isnt_empty('SELECT FROM certwire.evaluation_sheet', 'an auditor reads the sheets');
SELECT isnt_empty('SELECT FROM certwire.commendation', 'the commendations');
SELECT isnt_empty('SELECT FROM certwire.compliance(''2024H1'')', 'and the shortfalls');
SELECT throws_ok('SELECT certwire.evaluate(''2024H1'')', '42501', NULL, 'an auditor has nothing computed');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''keep'', ''x'')', '42501', NULL, 'and decides nothing');
SELECT t.as('ed1');
SELECT throws_ok('SELECT certwire.compliance(''2024H1'')', '42501', NULL, 'an editor sees no shortfalls');
SELECT throws_ok('SELECT certwire.decide(''2024H1'', ''e-late'', ''keep'', ''x'')', '42501', NULL, 'and decides nothing');
SELECT * FROM finish(true);
