-- Units from a spreadsheet's CSV: every way it is saved, everything that can be wrong with it.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.utf8(content text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT convert_to(content, 'UTF8') $$;
-- Each line of a dry run as "line unit: what is wrong, or ok".
CREATE FUNCTION t.tried(csv bytea) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s: %s', line, unit, CASE WHEN wrong THEN outcome ELSE 'ok' END), E'\n' ORDER BY line) FROM certwire.import_units(csv)
$$;
CREATE FUNCTION t.known() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM certwire.unit $$;
-- What was made of a unit: level, region, papers, contact.
CREATE FUNCTION t.made(unit text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = certwire AS $$
	SELECT concat_ws('|', u.name, s.standing, m.term, m.level, m.region,
		(SELECT string_agg(concat_ws(' ', p.kind, p.reference, p.signed_on, p.expires_on), '|' ORDER BY p.kind) FROM paper p WHERE p.unit = u.id),
		(SELECT concat_ws(' ', c.role, c.name, c.phone, c.mail) FROM contact c WHERE c.unit = u.id))
	FROM unit u JOIN standing s ON s.unit = u.id AND s.since <= clock_timestamp() AND (s.until IS NULL OR s.until > clock_timestamp())
		JOIN membership m ON m.unit = u.id WHERE u.id = made.unit
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;
SELECT count(*) AS before FROM certwire.unit \gset
SELECT certwire.local_date(clock_timestamp()) + 1 AS tomorrow \gset

-- The way it is used.
\set header '单位标识,单位名称,届次,级别,地区,协议编号,协议签订日期,协议到期日期,保密承诺书编号,保密承诺书签订日期,保密承诺书到期日期,联系人,联系电话,联系邮箱'
SELECT :'header' || E'\r\nnanhai-sec,南海安全公司,第四届,省级,广东,XY-2024-01,2024-02-03,2099-12-31,BM-2024-01,2024/2/3,,张三,010-12345678,z@example.cn\r\n'
	|| E'guo-an,"国安""应急"", 公司",4,国家级,,XY-2024-02,2024年2月3日,2099年12月31日,,,,,,\r\n' AS good \gset
SELECT t.as('adm');
SELECT results_eq(format('SELECT * FROM certwire.import_units(t.utf8(%L))', :'good'), $$VALUES
	(2, 'nanhai-sec'::text, '南海安全公司'::text, false, '新候选单位：第四届，省级，广东省；协议 XY-2024-01；保密承诺书 BM-2024-01；联系人 张三'::text),
	(3, 'guo-an', '国安"应急", 公司', false, '新候选单位：第四届，国家级；协议 XY-2024-02')$$, 'a dry run says what would be done');
SELECT is(t.known(), :before::bigint, 'and changes nothing');
SELECT is((SELECT count(*) FROM certwire.audit WHERE act IN ('propose_unit', 'import_units') AND subject IN ('nanhai-sec', 'guo-an')), 0::bigint, 'nor does it leave a trace in the audit');
SELECT is((SELECT count(*) FROM certwire.import_units(t.utf8(:'good'), NULL)), 2::bigint, 'neither yes nor no is a dry run');
SELECT is(t.known(), :before::bigint, 'that changes nothing either');
SELECT is((SELECT string_agg(unit || CASE WHEN wrong THEN ' wrong' ELSE '' END, ' ' ORDER BY line) FROM certwire.import_units(t.utf8(:'good'), false)), 'nanhai-sec guo-an', 'then it is done');
SELECT is(t.made('nanhai-sec'), '南海安全公司|candidate|4|provincial|440000|agreement XY-2024-01 2024-02-03 2099-12-31|confidentiality BM-2024-01 2024-02-03|fixed 张三 010-12345678 z@example.cn',
	'a unit comes with papers and contact, as a candidate');
SELECT is(t.made('guo-an'), '国安"应急", 公司|candidate|4|national|agreement XY-2024-02 2024-02-03 2099-12-31', 'or without what the line leaves out');
SELECT results_eq('SELECT subject, detail->>''units'' FROM certwire.audit WHERE act = ''import_units''',
	format('VALUES (%L::text, ''2''::text)', encode(sha256(t.utf8(:'good')), 'hex')), 'the audit names the very file');
SELECT is((SELECT count(*) FROM certwire.audit WHERE act = 'propose_unit' AND subject IN ('nanhai-sec', 'guo-an')), 2::bigint, 'and each unit');
SELECT results_eq('SELECT c.unit FROM certwire.entitlement_change c JOIN certwire.entitlement_state s USING (version) ORDER BY 1', 'VALUES (''guo-an''::text), (''nanhai-sec'')',
	'all of them are one change');
SELECT is((SELECT array_agg(DISTINCT (a.detail->>'version')::bigint) FROM certwire.audit a WHERE a.act IN ('propose_unit', 'import_units') AND a.subject <> ALL ('{alpha,beta,gamma,delta}')),
	(SELECT array_agg(version) FROM certwire.entitlement_state), 'of one version');
SELECT is(t.tried(t.utf8(:'good')), E'2 nanhai-sec: unit nanhai-sec exists already\n3 guo-an: unit guo-an exists already', 'the same file again is refused');

-- Every way a spreadsheet saves it.
\set lines '单位标识,单位名称,届次,级别,地区\nu-a,甲公司,4,省级,广东省\nu-b,乙公司,4,国家级,\n'
SELECT replace(:'lines', '\n', E'\n') AS plain \gset
SELECT is(t.tried(csv), E'2 u-a: ok\n3 u-b: ok', what) FROM (VALUES
	(t.utf8(:'plain'), 'UTF-8'),
	('\xefbbbf'::bytea || t.utf8(:'plain'), 'UTF-8 with BOM'),
	(convert_to(:'plain', 'GB18030'), 'GB18030'),
	(convert_to(:'plain', 'GBK'), 'GBK'),
	('\x84319533'::bytea || convert_to(:'plain', 'GB18030'), 'GB18030 with BOM'),
	(t.utf8(replace(:'plain', E'\n', E'\r\n')), 'CRLF'),
	(t.utf8(replace(:'plain', E'\n', E'\r')), 'CR'),
	(t.utf8(rtrim(:'plain', E'\n')), 'no end of line at the end'),
	(t.utf8(replace(:'plain', ',', ';')), 'semicolons'),
	(t.utf8(replace(:'plain', ',', E'\t')), 'tabs'),
	(t.utf8(:'plain' || E',,,,\n\n  \n,,,,\n'), 'empty lines at the end'),
	(t.utf8('"' || replace(replace(rtrim(:'plain', E'\n'), ',', '","'), E'\n', E'"\n"') || E'"\n'), 'all in quotes'),
	(t.utf8(replace(:'plain', E'\n', E',,\n')), 'empty columns at the end'),
	(t.utf8(replace(replace(:'plain', '单位标识', ' 单位 标识 '), '甲公司', E' 甲公司　')), 'blanks around'),
	(t.utf8(replace(:'plain', '乙公司,4,国家级,', '乙公司,4,国家级')), 'fewer fields than columns')) v (csv, what);
SELECT is(t.tried(convert_to(replace(:'plain', '甲公司', '㐀𠮷公司'), 'GB18030')), E'2 u-a: ok\n3 u-b: ok', 'rare characters of GB18030');
SELECT is((SELECT name FROM certwire.import_units(convert_to(replace(:'plain', '甲公司', '㐀𠮷公司'), 'GB18030')) LIMIT 1), '㐀𠮷公司', 'are those that were written');
SELECT results_eq(format('SELECT line, unit, name, wrong FROM certwire.import_units(t.utf8(%L))',
	E'Region;"LEVEL";Unit name;term;"unit\nid"\nguangdong;Provincial;"丙;""丙""\n公司\n";第十一届;u-c\n110000;national;丁公司; 4 ;u-d\n'),
	$$VALUES (3, 'u-c'::text, '丙;"丙" 公司'::text, true), (6, 'u-d', '丁公司', false)$$,
	'columns in any order, English headers, quotes, separators and new lines within quotes; lines are those of the file');
SELECT is((SELECT name FROM certwire.import_units(t.utf8(E'unit,name,term,level\nu-a,"",4,national\nu-b,"""",4,national\nu-c,"a"""",""b",4,national\n')) WHERE NOT wrong ORDER BY line OFFSET 1),
	'a"","b', 'quotes alone');

-- Dates, terms, levels and regions as people write them.
SELECT t.as('postgres');
SELECT is(certwire.import_date(written), expected, written) FROM (VALUES
	('2026-11-22', '2026-11-22'::date), ('2026/11/22', '2026-11-22'), ('2026/1/2', '2026-01-02'), ('2026年11月22日', '2026-11-22'), ('2026 年 1 月 2 日', '2026-01-02'),
	('2026.11.22', '2026-11-22'), ('2026/11/22 0:00', '2026-11-22'), ('2026-11-22 00:00:00', '2026-11-22'), ('2024-02-29', '2024-02-29'), ('2026-02-29', NULL),
	('2026-13-01', NULL), ('2026-00-10', NULL), ('2026-12-00', NULL), ('2026-12-32', NULL), ('2026-11/22', NULL), ('22/11/2026', NULL), ('46348', NULL),
	('2026-11-22 08:00', NULL), ('2026年11月', NULL), ('', NULL), ('today', NULL), ('9999-12-31', NULL), ('0000-01-01', NULL)) v (written, expected);
SELECT is(certwire.import_term(written), expected, written) FROM (VALUES ('4', 4), ('04', 4), ('第四届', 4), ('第 4 届', 4), ('四', 4), ('十', 10), ('第十二届', 12),
	('二十', NULL), ('', NULL), ('第届', NULL), ('4.0', NULL), ('-1', NULL), ('100', NULL), ('2004', NULL)) v (written, expected);
SELECT is(certwire.import_region(written), expected, written) FROM (VALUES ('440000', '440000'), ('广东省', '440000'), ('广东', '440000'), ('guangdong', '440000'), ('北京', '110000'),
	('内蒙古', '150000'), ('广西', '450000'), ('新疆', '650000'), ('宁夏回族自治区', '640000'), ('香港', '810000'), ('inner mongolia', '150000'),
	('', NULL), ('广', NULL), ('44', NULL), ('440100', NULL), ('岭南', NULL)) v (written, expected);
SELECT is((SELECT count(DISTINCT certwire.import_region(r.name_zh)) + count(DISTINCT certwire.import_region(r.name_en)) FROM certwire.region r), 68::bigint, 'every region is known by both names');
SELECT is(certwire.import_level(written), expected, written) FROM (VALUES ('national', 'national'), ('National', 'national'), ('国家级', 'national'), ('省级', 'provincial'),
	('市级', NULL), ('', NULL)) v (written, expected);

-- What is wrong with a line, all at once.
SELECT t.as('adm');
SELECT is(t.tried(t.utf8(:'header' || E'\nX!,,五十,市级,岭南,A,明天,昨天,,2024-01-01,,李四,1.38E+10,nobody\n')),
	'2 X!: name is missing; ''X!'' is not a unit''s id: 2 to 32 lower-case letters, digits and single hyphens, a letter first; there is no term ''五十''; '
	'''市级'' is no level: national 国家级 or provincial 省级; there is no region ''岭南'': give the code of GB/T 2260 or the province''s name; '
	'agreement_signed is no date: ''明天''; write it like 2026-11-22; agreement_expires is no date: ''昨天''; write it like 2026-11-22; '
	'the confidentiality needs both its reference and the day it was signed; '
	'the spreadsheet made 1.38E+10 of the telephone: format that column as text; ''nobody'' is no mail address', 'all that is wrong with a line is said at once');
SELECT is(t.tried(t.utf8(:'header' || format(E'\n%s\n', line))), '2 ' || said, said) FROM (VALUES
	(',甲公司,4,国家级', ': unit is missing'),
	('alpha,甲公司,4,国家级', 'alpha: unit alpha exists already'),
	('dispatcher,甲公司,4,国家级', 'dispatcher: ''dispatcher'' is not a unit''s id: 2 to 32 lower-case letters, digits and single hyphens, a letter first'),
	('u-a,甲公司,,', 'u-a: term is missing; level is missing'),
	('u-a,甲公司,77,国家级', 'u-a: there is no term ''77'''),
	('u-a,甲公司,4,省级', 'u-a: a provincial unit needs a region'),
	('u-a,' || repeat('长', 86) || ',4,国家级', 'u-a: the name is longer than 256 bytes'),
	('u-a,甲公司,4,国家级,,' || repeat('长', 86) || ',2024-01-01', 'u-a: the agreement has a reference of more than 256 bytes'),
	('u-a,甲公司,4,国家级,,A', 'u-a: the agreement needs both its reference and the day it was signed'),
	('u-a,甲公司,4,国家级,,,,2099-01-01', 'u-a: the agreement needs both its reference and the day it was signed'),
	('u-a,甲公司,4,国家级,,A,' || :'tomorrow', 'u-a: agreement_signed is yet to come: ' || :'tomorrow'),
	('u-a,甲公司,4,国家级,,A,2024-01-02,2024-01-03', 'u-a: the agreement expired on 2024-01-03'),
	('u-a,甲公司,4,国家级,,,,,,,,张三', 'u-a: the contact needs both a name and a telephone'),
	('u-a,甲公司,4,国家级,,,,,,,,,,z@example.cn', 'u-a: the contact needs both a name and a telephone'),
	('u-a,甲公司,4,国家级,,,,,,,,张三,打给我', 'u-a: ''打给我'' is no telephone: digits, spaces and hyphens, + first if international'),
	('u-a,甲公司,4,国家级,,,,,,,,' || repeat('长', 43) || ',010-12345678', 'u-a: the contact has a name of more than 128 bytes'),
	('u-a,甲公司,4,国家级,,,,,,,,,,,备注', 'u-a: it has 15 fields, the header 14')) v (line, said);
SELECT is(t.tried(t.utf8(E'unit,name,term,level\nu-a,甲,4,national\nu-b,乙,4,national\nu-a,丙,4,national\n')),
	E'2 u-a: ok\n3 u-b: ok\n4 u-a: unit u-a is on line 2 already', 'a unit comes once');
SELECT t.as('postgres');
INSERT INTO certwire.term (number, name, begins, ends) VALUES (98, '往届', '1990-01-01 00:00:00+08', '1991-01-01 00:00:00+08');
SELECT t.as('adm');
SELECT is(t.tried(t.utf8(E'unit,name,term,level\nu-a,甲,98,national\nu-b,乙,4,national\n')),
	E'2 u-a: term 98 ended at 1991-01-01 00:00:00 +08\n3 u-b: ok', 'what only the act itself finds out is told of its line');

-- All or nothing.
SELECT t.known() AS before \gset
SELECT throws_ok(format('SELECT FROM certwire.import_units(t.utf8(%L), false)', E'unit,name,term,level\nu-a,甲,4,national\nu-b,乙,9,national\n'), 'CW004',
	'1 of 2 lines are wrong: line 3: there is no term ''9''', 'one wrong line is one error, with its number');
SELECT throws_ok(format('SELECT FROM certwire.import_units(t.utf8(%L), false)',
	E'unit,name,term,level\n' || (SELECT string_agg(format(E'u%s,,4,national\n', i), '' ORDER BY i) FROM generate_series(1, 30) i)), 'CW004',
	'30 of 30 lines are wrong: line 2: name is missing; line 3: name is missing; line 4: name is missing; line 5: name is missing; line 6: name is missing; and 25 more',
	'many wrong lines are one error that names the first');
SELECT is(t.known(), :before::bigint, 'and nothing was changed');

-- Files that are none.
SELECT throws_ok(format('SELECT FROM certwire.import_units(%L::bytea)', csv), 'CW004', said, said) FROM (VALUES
	(NULL::bytea, 'the file is empty'),
	('', 'the file is empty'),
	('\xefbbbf', 'the file holds no unit'),
	(t.utf8(E'\n\n'), 'the file holds no unit'),
	(t.utf8(E'unit,name,term,level\n,,,\n'), 'the file holds no unit'),
	('\xfffe75006e00', 'the file is UTF-16'),
	('\x504b0304', 'the file is a workbook, not CSV'),
	('\xd0cf11e0a1b11ae1', 'the file is a workbook, not CSV'),
	('\x75ff6e', 'the file is neither UTF-8 nor GB18030'),
	('\x7500', 'the file is neither UTF-8 nor GB18030'),
	(t.utf8(E'unit,name\nu-a,\x01\n'), 'line 2 holds a control character'),
	(t.utf8(E'unit,name,term,level\nu-a,"甲,4,national\n'), 'line 2: a quote is in the wrong place or has no end'),
	(t.utf8(E'unit,name,term,level\nu-a,甲"乙"丙,4,national\n'), 'line 2: a quote is in the wrong place or has no end'),
	(t.utf8(E'unit,name,term,level\nu-a,"甲"乙,4,national\n'), 'line 2: a quote is in the wrong place or has no end'),
	(t.utf8(E'unit,name,term,level\nu-a,"a\nb",4,national\nu-b,"甲"",4,national\n'), 'line 4: a quote is in the wrong place or has no end'),
	(t.utf8(E'unit,name,level,备注,,Term\nu-a,甲,national,x,,4\n'), 'unknown columns: column 4 is called ''备注'', column 5 has no name'),
	(t.utf8(E'unit,name,term,level,单位标识\nu-a,甲,4,national,u-b\n'), 'columns that come twice: unit'),
	(t.utf8(E'unit,name\nu-a,甲\n'), 'columns that are missing: term, level'),
	(t.utf8(E'u-a,甲,4,national\n'), 'unknown columns: column 1 is called ''u-a'', column 2 is called ''甲'', column 3 is called ''4'', column 4 is called ''national''')) v (csv, said);
SELECT throws_ok('SELECT FROM certwire.import_units(convert_to(repeat(''x'', 8 * 1024 * 1024 + 1), ''UTF8''))', 'CW004',
	'the file has 8388609 bytes, at most 8388608 are allowed', 'a large file is refused');
SELECT throws_ok('SELECT FROM certwire.import_units(t.utf8(E''unit,name,term,level\n'' || repeat(E''u-a,x,4,national\n'', 10001)))', 'CW004',
	'the file holds 10001 units, at most 10000 are allowed', 'so is a long one');
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok(format('SELECT FROM certwire.import_units(t.utf8(%L), false)', :'plain'), 'CW002', NULL, 'units are imported under READ COMMITTED');
ROLLBACK;
-- Bytes at random never come out as anything but an error of ours.
CREATE FUNCTION pg_temp.odd(seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	csv bytea := t.utf8(E'unit,name,term,level,region,contact_name,contact_phone\nu-a,"甲 ""公司""",4,省级,广东,张三,010-12345678\nu-b,乙,第四届,国家级,,,\n');
BEGIN
	FOR i IN 1..1 + seed % 4 LOOP
		csv := set_byte(csv, (hashint4extended(seed, i) & 4095)::int % octet_length(csv), (hashint4extended(seed, -i) & 255)::int);
	END LOOP;
	PERFORM FROM certwire.import_units(csv);
	RETURN 'CW';
EXCEPTION WHEN OTHERS THEN
	RETURN left(SQLSTATE, 2);
END
$$;
SELECT is((SELECT string_agg(DISTINCT pg_temp.odd(i), ' ') FROM generate_series(1, 400) i), 'CW', 'damaged files are refused in our own words, or taken');

-- Who may.
SELECT t.as('aud');
SELECT throws_ok(format('SELECT FROM certwire.import_units(t.utf8(%L))', :'plain'), '42501', NULL, 'an auditor imports nothing');
SELECT t.as('ed1');
SELECT throws_ok(format('SELECT FROM certwire.import_units(t.utf8(%L))', :'plain'), '42501', NULL, 'neither does an editor');
SELECT * FROM finish(true);
