-- Terms, membership, standing as history, papers and contacts.
\ir world.sql
SELECT no_plan();
SELECT t.as('adm');

-- What a candidate lacks.
SELECT t.propose('epsilon', 'provincial', '广东省');
SELECT is((SELECT region FROM certwire.unit_overview WHERE unit = 'epsilon'), '广东省', 'a region may be given by its name');
SELECT throws_like($$SELECT certwire.admit_unit('epsilon', '准入')$$, '%协议%保密承诺书%固定联系人%', 'all that is missing is said at once');
SELECT is((SELECT standing FROM certwire.unit_overview WHERE unit = 'epsilon'), 'candidate', 'and nothing has changed');
SELECT certwire.set_paper('epsilon', 'agreement', '协1', '2026-01-05', certwire_day.d) FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS d) certwire_day;
SELECT certwire.set_paper('epsilon', 'confidentiality', '密1', '2026-01-05');
SELECT throws_like($$SELECT certwire.admit_unit('epsilon', '准入')$$, '%lacks 7×24%', 'a missing contact is said');
SELECT certwire.set_contact('epsilon', '张三', '+86 10 8299 0000', 'zhang@example.cn');
SELECT is((certwire.admit_unit('epsilon', '准入')).standing, 'good', 'a paper holds on its last day');
SELECT is((SELECT contact FROM certwire.unit_overview WHERE unit = 'epsilon'), '张三 +86 10 8299 0000', 'the overview names the contact');

-- Bad input changes nothing.
SELECT throws_ok(format('SELECT certwire.%s', call), code, NULL, call) FROM (VALUES
	($$set_paper('epsilon', 'licence', 'x', '2026-01-05')$$, 'CW004'), ($$set_paper('epsilon', 'agreement', ' ', '2026-01-05')$$, 'CW004'),
	($$set_paper('epsilon', 'agreement', 'x', '2999-01-05')$$, 'CW004'), ($$set_paper('epsilon', 'agreement', 'x', NULL)$$, 'CW004'),
	($$set_paper('epsilon', 'agreement', 'x', '2026-01-05', '2026-01-04')$$, 'CW004'), ($$set_paper('epsilon', 'agreement', 'x', '2020-01-05', '2021-01-04')$$, 'CW004'),
	($$set_paper('epsilon', 'agreement', 'x', 'infinity')$$, 'CW004'), ($$set_paper('nobody', 'agreement', 'x', '2026-01-05')$$, 'CW003'),
	($$set_contact('epsilon', '', '110000')$$, 'CW004'), ($$set_contact('epsilon', 'x', 'call me')$$, 'CW004'), ($$set_contact('epsilon', 'x', NULL)$$, 'CW004'),
	($$set_contact('epsilon', 'x', '110000', 'a b@c')$$, 'CW004'), ($$set_contact('epsilon', 'x', '110000', NULL, 'boss')$$, 'CW004'),
	($$set_contact('epsilon', 'x', '110000', NULL, 'fixed', '2001-01-01')$$, 'CW004'), ($$end_contact('epsilon', 'nobody', 'x')$$, 'CW003'),
	($$select_unit('epsilon', 99, 'national', NULL, 'x')$$, 'CW003'), ($$select_unit('epsilon', 4, 'local', NULL, 'x')$$, 'CW004'),
	($$select_unit('epsilon', 4, 'provincial', NULL, 'x')$$, 'CW004'), ($$select_unit('epsilon', 4, 'provincial', '999999', 'x')$$, 'CW003'),
	($$select_unit('epsilon', 4, 'provincial', '440000', 'x')$$, 'CW005'), ($$select_unit('epsilon', 4, 'national', NULL, '')$$, 'CW004'),
	($$set_term(0)$$, 'CW004'), ($$set_term(NULL)$$, 'CW004'), ($$set_term(5, begins => '2030-01-01', ends => '2029-01-01')$$, 'CW004'),
	($$set_term(5, ends => '2029-01-01')$$, 'CW004'), ($$set_term(5, begins => '2030-01-01')$$, 'CW005'), ($$set_term(4, begins => '2012-01-01')$$, 'CW002'),
	($$set_term(4, ends => '2020-01-01')$$, 'CW002'), ($$set_term(4, ends => 'infinity')$$, 'CW004'), ($$set_term(5, name => ' ')$$, 'CW004'),
	($$set_term(3, begins => '2009-01-01', ends => '2015-01-01')$$, 'CW005'), ($$set_term(5, selected_year => 12)$$, 'CW004'),
	($$suspend_unit('epsilon', 'x', repeat('据', 90))$$, 'CW004'), ($$admit_unit('epsilon', 'x')$$, 'CW002'), ($$lapse_unit('nobody', 'x')$$, 'CW003')) v (call, code);
SELECT is((SELECT count(*) FROM certwire.paper WHERE unit = 'epsilon') + (SELECT count(*) FROM certwire.contact WHERE unit = 'epsilon')
	+ (SELECT count(*) FROM certwire.membership WHERE unit = 'epsilon') + (SELECT count(*) FROM certwire.term), 8::bigint, 'none of it left a trace');

-- Names change, ids do not.
SELECT is((certwire.rename_unit('epsilon', ' 新名公司 ', '工商变更')).name, '新名公司', 'a unit may be renamed');
SELECT is((SELECT detail->>'before' FROM certwire.audit WHERE act = 'rename_unit'), '单位epsilon', 'the audit keeps what it was called');
SELECT throws_ok(format('SELECT certwire.rename_unit(%s)', arguments), code, NULL, 'refused: ' || arguments)
	FROM (VALUES ($$'epsilon', '新名公司', 'x'$$, 'CW005'), ($$'epsilon', ' ', 'x'$$, 'CW004'), ($$'epsilon', '名', ''$$, 'CW004'), ($$'nobody', '名', 'x'$$, 'CW003')) v (arguments, code);

-- Contacts: one fixed, deputies beside.
SELECT certwire.set_contact('epsilon', '李四', '13800000000', role => 'deputy');
SELECT certwire.set_contact('epsilon', '王五', '13900000000');
SELECT results_eq($$SELECT name::text, role, until IS NULL FROM certwire.contact WHERE unit = 'epsilon' ORDER BY id$$,
	$$VALUES ('张三'::text, 'fixed'::text, false), ('李四', 'deputy', true), ('王五', 'fixed', true)$$, 'a new fixed contact takes the place of the old');
SELECT certwire.end_contact('epsilon', '王五', '离职');
SELECT is((SELECT contact FROM certwire.unit_overview WHERE unit = 'epsilon'), NULL, 'a contact may leave');
SELECT is((SELECT standing FROM certwire.unit_overview WHERE unit = 'epsilon'), 'good', 'which by itself takes no right away');
SELECT is((SELECT count(*) FROM certwire.expiring WHERE unit = 'epsilon' AND what = 'contact'), 1::bigint, 'but shows');
SELECT is((SELECT is_over FROM certwire.expiring WHERE unit = 'epsilon' AND what = 'agreement'), false, 'so does a paper that runs out, before it does');
SELECT certwire.suspend_unit('epsilon', '联系不上', '四.6');
SELECT is((SELECT basis::text FROM certwire.standing WHERE unit = 'epsilon' AND until IS NULL), '四.6', 'a decision rests on a clause');
SELECT throws_like($$SELECT certwire.reinstate_unit('epsilon', '恢复')$$, '%固定联系人%', 'and without contact nobody is reinstated');
SELECT certwire.set_contact('epsilon', '赵六', '13700000000');
SELECT is((certwire.reinstate_unit('epsilon', '恢复')).standing, 'good', 'with one it is');

-- The end of a term is written down ahead.
SELECT certwire.set_term(4, ends => '2090-01-01 00:00+08');
SELECT results_eq($$SELECT standing, since, until, decided_by FROM certwire.standing WHERE unit = 'epsilon' AND (until IS NULL OR until > now()) ORDER BY since$$,
	$$SELECT 'good'::text, (SELECT max(since) FROM certwire.standing WHERE unit = 'epsilon' AND standing = 'good'), '2090-01-01 00:00+08'::timestamptz, 'adm'::text
		UNION ALL SELECT 'lapsed', '2090-01-01 00:00+08', NULL, 'certwire'$$, 'good until the term ends, lapsed from then on');
SELECT is((SELECT standing FROM certwire.standing WHERE unit = 'gamma' AND since > now()), 'lapsed', 'a suspended unit lapses as well');
SELECT certwire.set_term(4, ends => '2091-01-01 00:00+08');
SELECT is((SELECT array_agg(since) FROM certwire.standing WHERE unit = 'epsilon' AND since > now()), ARRAY['2091-01-01 00:00+08'::timestamptz], 'the plan moves with the term');
SELECT certwire.set_term(5, begins => '2091-01-01 00:00+08', ends => '2094-01-01 00:00+08');
SELECT certwire.select_unit('epsilon', 5, 'national', NULL, '第五届评选公告');
SELECT is((SELECT standing_until FROM certwire.unit_overview WHERE unit = 'epsilon'), '2094-01-01 00:00+08'::timestamptz, 'who is selected again goes on without a break');
SELECT certwire.set_term(6, begins => '2095-01-01 00:00+08');
SELECT certwire.select_unit('epsilon', 6, 'national', NULL, '第六届评选公告');
SELECT is((SELECT standing_until FROM certwire.unit_overview WHERE unit = 'epsilon'), '2094-01-01 00:00+08'::timestamptz, 'a break between terms is a break');

SELECT results_eq('SELECT name::text FROM certwire.term WHERE number > 4 ORDER BY number', ARRAY['第五届', '第六届'], 'a term is called by its number unless it is named');
SELECT t.as('postgres');
SELECT results_eq('SELECT certwire.term_name(n) FROM unnest(ARRAY[1, 10, 11, 20, 35, 99]) n',
	ARRAY['第一届', '第十届', '第十一届', '第二十届', '第三十五届', '第九十九届'], 'in Chinese numerals');

-- At the end of the term, seen from then: history told by a query, nothing had to run.
SELECT t.as('postgres');
SELECT results_eq($$SELECT standing FROM certwire.standing_at('2091-06-01') WHERE unit IN ('alpha', 'epsilon') ORDER BY unit$$, ARRAY['lapsed', 'good'], 'as of a moment to come');
SELECT is_empty($$SELECT FROM certwire.rights_at('2091-06-01') WHERE unit = 'alpha'$$, 'a lapsed unit has no right');

-- Devices to be called about are those of units that are still with us.
UPDATE certwire.device SET certified_at = now() - interval '31 days' WHERE unit IN ('beta', 'gamma');
SELECT t.as('adm');
SELECT results_eq('SELECT unit FROM certwire.devices_unseen ORDER BY unit', ARRAY['beta', 'gamma'], 'a device not seen for 30 days shows');

-- A term that ends while we look.
SELECT certwire.set_term(4, ends => clock_timestamp() + interval '2 days');
SELECT results_eq($$SELECT DISTINCT detail FROM certwire.expiring WHERE what = 'term'$$, ARRAY['第四届'], 'a term that ends is named before it does');
SELECT certwire.set_term(4, ends => clock_timestamp() + interval '400 milliseconds');
SELECT is((SELECT standing FROM certwire.unit_overview WHERE unit = 'beta'), 'good', 'good to the last');
SELECT pg_sleep_until(greatest(clock_timestamp(), (SELECT ends FROM certwire.term WHERE number = 4)));
SELECT is((SELECT standing FROM certwire.unit_overview WHERE unit = 'beta'), 'lapsed', 'and lapsed by the clock');
SELECT is_empty('SELECT FROM certwire.devices_unseen', 'a lapsed unit''s device is nobody to be called about');
SELECT throws_ok($$SELECT certwire.admit_unit('beta', 'x')$$, 'CW002', NULL, 'no unit is good without a term in force');
SELECT throws_ok($$SELECT certwire.set_term(4, ends => '2091-01-01')$$, 'CW002', NULL, 'a term that has ended stays so');

-- Revocation bars from the next term, whoever writes.
SELECT certwire.revoke_unit('alpha', '泄露内部刊物', '四.2');
SELECT throws_ok($$SELECT certwire.admit_unit('alpha', 'x')$$, 'CW002', NULL, 'a revoked unit is not admitted');
SELECT throws_ok($$SELECT certwire.select_unit('alpha', 5, 'national', NULL, 'x')$$, 'CW002', 'unit alpha was revoked and may not be selected before term 6', 'nor selected for the next term');
SELECT t.as('postgres');
SELECT throws_ok($$INSERT INTO certwire.membership (unit, term, level, reason) VALUES ('alpha', 5, 'national', 'x')$$, 'CW002', NULL, 'not even by the owner');
SELECT throws_ok($$UPDATE certwire.membership SET term = 5 WHERE unit = 'alpha'$$, 'CW002', NULL, 'or by another way');
SELECT t.as('adm');
SELECT is((certwire.select_unit('alpha', 6, 'national', NULL, '第六届评选公告')).standing, 'candidate', 'for the one after it may be selected, as a candidate');
SELECT certwire.revoke_unit('epsilon', '泄露', '四.2');
SELECT is_empty($$SELECT FROM certwire.membership WHERE unit = 'epsilon' AND term > 4 AND until IS NULL$$, 'places given before are gone with the revocation');

-- History is history, for everybody.
SELECT t.as('postgres');
SELECT throws_ok($$UPDATE certwire.standing SET reason = 'x' WHERE unit = 'alpha'$$, 'CW002', NULL, 'a standing that was is not rewritten');
SELECT throws_ok($$DELETE FROM certwire.standing WHERE unit = 'alpha'$$, 'CW002', NULL, 'nor taken out');
SELECT throws_ok($$UPDATE certwire.standing SET until = '2020-01-01' WHERE unit = 'alpha' AND until IS NULL$$, 'CW002', NULL, 'nor ended in the past');
SELECT throws_ok($$DELETE FROM certwire.unit WHERE id = 'delta'$$, 'CW002', NULL, 'a unit is never deleted');
SELECT throws_ok($$UPDATE certwire.unit SET id = 'other' WHERE id = 'delta'$$, 'CW002', NULL, 'and keeps its id');
SELECT is_empty($$
	SELECT FROM (SELECT until, lead(since) OVER (PARTITION BY unit ORDER BY since) AS next FROM certwire.standing) s
	WHERE until IS DISTINCT FROM next
$$, 'no history has a gap or an overlap');
SELECT is((SELECT count(*) FROM certwire.region), 34::bigint, 'the provinces are there');
SELECT results_eq('SELECT number, selected_year FROM certwire.term WHERE number <= 4 ORDER BY number',
	$$VALUES (1, 2004), (2, 2007), (3, 2009), (4, NULL)$$, 'the four selections, as far as the plan tells');
SELECT * FROM finish(true);
