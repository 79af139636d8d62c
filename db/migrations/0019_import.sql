-- Units from a table as a spreadsheet saves it: UTF-8 or GB18030, commas, semicolons or tabs, headers
-- in Chinese or English. Tried first, then all or nothing.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.csv_text(csv bytea)
	RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	content text;
	odd int;
BEGIN
	IF coalesce(octet_length(csv), 0) = 0 THEN
		PERFORM fail('CW004', 'the file is empty', 'in psql: \set csv `base64 -w0 units.csv`, then decode(:''csv'', ''base64'')');
	ELSIF octet_length(csv) > 8 * 1024 * 1024 THEN
		PERFORM fail('CW004', format('the file has %s bytes, at most %s are allowed', octet_length(csv), 8 * 1024 * 1024),
			'import it in several files');
	ELSIF substr(csv, 1, 2) IN ('\xfffe', '\xfeff') THEN
		PERFORM fail('CW004', 'the file is UTF-16', 'save it as "CSV UTF-8" instead of "Unicode text"');
	ELSIF substr(csv, 1, 2) = '\x504b' OR substr(csv, 1, 4) = '\xd0cf11e0' THEN
		PERFORM fail('CW004', 'the file is a workbook, not CSV', 'save it as CSV: one sheet, text only');
	END IF;
	BEGIN
		content := convert_from(csv, 'UTF8');
	EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
		BEGIN
			content := convert_from(csv, 'GB18030');
		EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
			PERFORM fail('CW004', 'the file is neither UTF-8 nor GB18030', 'save it as "CSV UTF-8"');
		END;
	END;
	content := replace(replace(ltrim(content, U&'\FEFF'), E'\r\n', E'\n'), E'\r', E'\n');
	IF content !~ '[^\s,;]' THEN
		PERFORM fail('CW004', 'the file holds no unit', 'the first line names the columns, each line after it is a unit');
	ELSIF length(content) - length(replace(content, E'\n', '')) > 100000 THEN
		PERFORM fail('CW004', 'the file has more than 100000 lines', 'import at most 10000 units at a time');
	END IF;
	odd := regexp_instr(content, '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]');
	IF odd > 0 THEN
		PERFORM fail('CW004', format('line %s holds a control character',
			1 + length(left(content, odd)) - length(replace(left(content, odd), E'\n', ''))), 'save the file as CSV anew');
	END IF;
	RETURN content;
END
$$;
COMMENT ON FUNCTION certwire.csv_text IS 'The text of a CSV file, lines ended by LF; refuses what is none. 读取 CSV 文本，识别编码。';

-- Cut at the quotes, every other piece was within them; one that is empty between two of those is a
-- quote that was doubled. Outside, separators become \x1f and ends of lines \x1e, neither of which
-- csv_text lets through.
CREATE FUNCTION certwire.csv_records(content text)
	RETURNS TABLE (line int, fields text[]) LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	pieces text[] := string_to_array(content, '"');
	total int := cardinality(pieces);
	separator text;
	wrong int;
	marked text;
BEGIN
	SELECT s INTO separator FROM unnest(ARRAY[',', ';', E'\t']) WITH ORDINALITY x (s, rank)
		ORDER BY cardinality(string_to_array(split_part((
			SELECT string_agg(p, '' ORDER BY i) FROM unnest(pieces[:200]) WITH ORDINALITY q (p, i) WHERE i % 2 = 1), E'\n', 1), s)) DESC, rank
		LIMIT 1;
	-- How many pieces lie before the quote that is wrong.
	SELECT least(min(i - 1) FILTER (WHERE i > 1 AND p <> '' AND left(p, 1) NOT IN (separator, E'\n')),
			min(i) FILTER (WHERE i < total AND p <> '' AND right(p, 1) NOT IN (separator, E'\n')),
			CASE WHEN total % 2 = 0 THEN total - 1 END)
		INTO wrong FROM unnest(pieces) WITH ORDINALITY x (p, i) WHERE i % 2 = 1;
	IF wrong IS NOT NULL THEN
		PERFORM fail('CW004', format('line %s: a quote is in the wrong place or has no end',
			(SELECT 1 + sum(length(p) - length(replace(p, E'\n', ''))) FROM unnest(pieces[:wrong]) p)),
			'a field with quotes is wholly within quotes, and each quote in it is doubled');
	END IF;
	SELECT string_agg(CASE WHEN i % 2 = 0 THEN p WHEN p = '' AND i > 1 AND i < total THEN '"'
			ELSE replace(replace(p, separator, E'\x1f'), E'\n', E'\x1e') END, '' ORDER BY i)
		INTO marked FROM unnest(pieces) WITH ORDINALITY x (p, i);
	RETURN QUERY
		SELECT (1 + coalesce(sum(1 + length(r) - length(replace(r, E'\n', ''))) OVER before, 0))::int,
			-- A cell of several lines becomes one; blanks around it go.
			(SELECT array_agg(btrim(CASE WHEN strpos(f, E'\n') > 0 THEN regexp_replace(f, '\s*\n\s*', ' ', 'g') ELSE f END,
				U&' \0009\00A0\3000') ORDER BY j)
				FROM unnest(string_to_array(r, E'\x1f')) WITH ORDINALITY y (f, j))
		FROM unnest(string_to_array(marked, E'\x1e')) WITH ORDINALITY x (r, i)
		WINDOW before AS (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
END
$$;
COMMENT ON FUNCTION certwire.csv_records IS 'The records of a CSV file, with the line each begins on. 拆分 CSV 记录。';

CREATE FUNCTION certwire.import_column(header text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT c.id FROM (VALUES
		('unit', 'unit_id', '单位标识', '标识'),
		('name', 'unit_name', '单位名称', '名称'),
		('term', NULL, '届次', '届'),
		('level', NULL, '级别', '单位级别'),
		('region', 'province', '地区', '省份'),
		('agreement_reference', 'agreement', '协议编号', '协议文号'),
		('agreement_signed', 'agreement_signed_on', '协议签订日期', '协议签署日期'),
		('agreement_expires', 'agreement_expires_on', '协议到期日期', '协议有效期至'),
		('confidentiality_reference', 'confidentiality', '保密承诺书编号', '保密承诺书文号'),
		('confidentiality_signed', 'confidentiality_signed_on', '保密承诺书签订日期', '保密承诺书签署日期'),
		('confidentiality_expires', 'confidentiality_expires_on', '保密承诺书到期日期', '保密承诺书有效期至'),
		('contact_name', 'contact', '联系人', '固定联系人'),
		('contact_phone', 'phone', '联系电话', '联系人电话'),
		('contact_mail', 'mail', '联系邮箱', '联系人邮箱')
	) c (id, en, zh, zh2)
	WHERE lower(regexp_replace(header, '[\s_-]+', '_', 'g')) IN (c.id, c.en) OR regexp_replace(header, '\s', '', 'g') IN (c.zh, c.zh2)
$$;
COMMENT ON FUNCTION certwire.import_column IS 'Which column a header means; null: none that is known. 识别表头。';

-- As spreadsheets write them, with or without leading zeros, midnight after it or not. These are in
-- plpgsql because it keeps their plans over ten thousand lines.
CREATE FUNCTION certwire.import_date(written text)
	RETURNS date LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	p text[] := coalesce(
		regexp_match(written, '^([12]\d{3})([-/.])(\d{1,2})\2(\d{1,2})(?: 0?0:00(?::00)?)?$'),
		regexp_match(written, '^([12]\d{3})\s*(年)\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日$'));
	year int := p[1];
	month int := p[3];
	day int := p[4];
BEGIN
	IF month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31 AND (make_date(year, month, 1) + day - 1) < make_date(year, month, 1) + interval '1 month' THEN
		RETURN make_date(year, month, day);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.import_date IS 'A day as a spreadsheet writes it; null: it is none. 解析日期。';

CREATE FUNCTION certwire.import_term(written text)
	RETURNS int LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	said text := (regexp_match(written, '^第?\s*(\d{1,2}|[一二三四五六七八九十]|十[一二三四五六七八九])\s*届?$'))[1];
BEGIN
	IF said ~ '^\d' THEN
		RETURN said::int;
	END IF;
	RETURN CASE WHEN left(said, 1) = '十' THEN 10 + strpos('一二三四五六七八九', right(said, -1)) * (said <> '十')::int ELSE strpos('一二三四五六七八九', said) END;
END
$$;
COMMENT ON FUNCTION certwire.import_term IS 'A number of a term such as 4 or 第四届; null: it is none. 解析届次。';

CREATE FUNCTION certwire.import_region(written text)
	RETURNS text LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	RETURN (SELECT r.code FROM region r
		WHERE written IN (r.code, r.name_zh) OR lower(written) = lower(r.name_en)
			OR (left(r.name_zh, length(written)) = written
				AND right(r.name_zh, -length(written)) IN ('市', '省', '自治区', '壮族自治区', '回族自治区', '维吾尔自治区', '特别行政区')));
END
$$;
COMMENT ON FUNCTION certwire.import_region IS 'The code of a region named by code, Chinese or English name; null: unknown. 识别地区。';

CREATE FUNCTION certwire.import_level(written text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN lower(written) IN ('national', '国家级', '国家') THEN 'national'
		WHEN lower(written) IN ('provincial', '省级', '省') THEN 'provincial' END
$$;
COMMENT ON FUNCTION certwire.import_level IS 'The level meant; null: unknown. 识别级别。';

-- What is wrong with the words of a line by themselves; the rest shows when it is tried. `v` holds what
-- the line says, by column, empty cells left out.
CREATE FUNCTION certwire.import_problems(v jsonb)
	RETURNS text[] LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	RETURN (SELECT coalesce(array_agg(p.problem ORDER BY p.number), '{}') FROM (
		SELECT 1 AS number, c || ' is missing' AS problem FROM unnest(ARRAY['unit', 'name', 'term', 'level']) c WHERE NOT v ? c
		UNION ALL SELECT 2, format('%L is not a unit''s id: 2 to 32 lower-case letters, digits and single hyphens, a letter first', v->>'unit')
			WHERE length(v->>'unit') NOT BETWEEN 2 AND 32 OR v->>'unit' !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' OR v->>'unit' = 'dispatcher'
		UNION ALL SELECT 3, format('unit %s exists already', v->>'unit') WHERE EXISTS (SELECT FROM unit u WHERE u.id = v->>'unit')
		UNION ALL SELECT 4, 'the name is longer than 256 bytes' WHERE octet_length(v->>'name') > 256
		UNION ALL SELECT 5, format('there is no term %L', v->>'term')
			WHERE v ? 'term' AND NOT EXISTS (SELECT FROM term t WHERE t.number = import_term(v->>'term'))
		UNION ALL SELECT 6, format('%L is no level: national 国家级 or provincial 省级', v->>'level')
			WHERE v ? 'level' AND import_level(v->>'level') IS NULL
		UNION ALL SELECT 7, format('there is no region %L: give the code of GB/T 2260 or the province''s name', v->>'region')
			WHERE v ? 'region' AND import_region(v->>'region') IS NULL
		UNION ALL SELECT 8, 'a provincial unit needs a region' WHERE import_level(v->>'level') = 'provincial' AND NOT v ? 'region'
		UNION ALL SELECT 9, format('%s is no date: %L; write it like 2026-11-22', c, v->>c)
			FROM unnest(ARRAY['agreement_signed', 'agreement_expires', 'confidentiality_signed', 'confidentiality_expires']) c
			WHERE v ? c AND import_date(v->>c) IS NULL
		UNION ALL SELECT 10, format('the %s needs both its reference and the day it was signed', k)
			FROM unnest(ARRAY['agreement', 'confidentiality']) k
			WHERE (v ? (k || '_reference')) <> (v ? (k || '_signed')) OR (v ? (k || '_expires') AND NOT v ? (k || '_reference') AND NOT v ? (k || '_signed'))
		UNION ALL SELECT 11, format('the %s has a reference of more than 256 bytes', k)
			FROM unnest(ARRAY['agreement', 'confidentiality']) k WHERE octet_length(v->>(k || '_reference')) > 256
		UNION ALL SELECT 12, format('%s is yet to come: %s', k || '_signed', import_date(v->>(k || '_signed')))
			FROM unnest(ARRAY['agreement', 'confidentiality']) k WHERE import_date(v->>(k || '_signed')) > local_date(right_now())
		UNION ALL SELECT 13, format('the %s expired on %s', k, import_date(v->>(k || '_expires')))
			FROM unnest(ARRAY['agreement', 'confidentiality']) k WHERE import_date(v->>(k || '_expires')) < local_date(right_now())
		UNION ALL SELECT 14, 'the contact needs both a name and a telephone'
			WHERE (v ? 'contact_name') <> (v ? 'contact_phone') OR (v ? 'contact_mail' AND NOT v ? 'contact_name' AND NOT v ? 'contact_phone')
		UNION ALL SELECT 15, 'the contact has a name of more than 128 bytes' WHERE octet_length(v->>'contact_name') > 128
		UNION ALL SELECT 16, CASE WHEN v->>'contact_phone' ~* '^\d([.,]\d+)?e\+\d+$'
				THEN format('the spreadsheet made %s of the telephone: format that column as text', v->>'contact_phone')
				ELSE format('%L is no telephone: digits, spaces and hyphens, + first if international', v->>'contact_phone') END
			WHERE v->>'contact_phone' !~ '^\+?[0-9][0-9 -]{4,30}$'
		UNION ALL SELECT 17, format('%L is no mail address', v->>'contact_mail')
			WHERE octet_length(v->>'contact_mail') > 254 OR v->>'contact_mail' !~ '^[^@\s]+@[^@\s]+$'
	) p);
END
$$;
COMMENT ON FUNCTION certwire.import_problems IS 'What is wrong with a line by itself. 单行自身的问题。';

CREATE FUNCTION certwire.import_unit(v jsonb, version bigint)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	unit text := v->>'unit';
	kind text;
BEGIN
	PERFORM enter_unit(unit, v->>'name', import_term(v->>'term'), import_level(v->>'level'), import_region(v->>'region'), '批量导入', version);
	FOREACH kind IN ARRAY ARRAY['agreement', 'confidentiality'] LOOP
		IF v ? (kind || '_reference') THEN
			PERFORM set_paper(unit, kind, v->>(kind || '_reference'), import_date(v->>(kind || '_signed')),
				import_date(v->>(kind || '_expires')));
		END IF;
	END LOOP;
	IF v ? 'contact_name' THEN
		PERFORM set_contact(unit, v->>'contact_name', v->>'contact_phone', v->>'contact_mail');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.import_unit IS 'Enters the unit of a line, with its papers and contact. 导入一个单位。';

-- The columns of the header, in order; the empty ones at its end, as spreadsheets leave them, count not.
CREATE FUNCTION certwire.import_header(fields text[])
	RETURNS text[] LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	columns text[];
	wrong text;
BEGIN
	WHILE fields[cardinality(fields)] = '' LOOP
		fields := fields[:cardinality(fields) - 1];
	END LOOP;
	IF cardinality(fields) > 64 THEN
		PERFORM fail('CW004', format('the first line has %s columns', cardinality(fields)), 'it names the columns, of which there are 14');
	END IF;
	SELECT array_agg(import_column(f) ORDER BY i),
			string_agg(format('column %s %s', i, CASE f WHEN '' THEN 'has no name' ELSE format('is called %L', f) END), ', ' ORDER BY i)
				FILTER (WHERE import_column(f) IS NULL)
		INTO columns, wrong FROM unnest(fields) WITH ORDINALITY x (f, i);
	IF wrong IS NOT NULL THEN
		PERFORM fail('CW004', format('unknown columns: %s', wrong), 'the first line names the columns: unit, name, term, level, region, '
			'agreement_reference, agreement_signed, agreement_expires, confidentiality_reference, confidentiality_signed, '
			'confidentiality_expires, contact_name, contact_phone, contact_mail, or the Chinese names in docs/database.md');
	END IF;
	SELECT string_agg(c, ', ') INTO wrong FROM (SELECT c FROM unnest(columns) c GROUP BY c HAVING count(*) > 1) d;
	IF wrong IS NOT NULL THEN
		PERFORM fail('CW004', format('columns that come twice: %s', wrong), 'keep one of each');
	END IF;
	SELECT string_agg(c, ', ') INTO wrong FROM unnest(ARRAY['unit', 'name', 'term', 'level']) c WHERE NOT c = ANY (columns);
	IF wrong IS NOT NULL THEN
		PERFORM fail('CW004', format('columns that are missing: %s', wrong), 'add them; region, papers and contact may be left out');
	END IF;
	RETURN columns;
END
$$;
COMMENT ON FUNCTION certwire.import_header IS 'What the columns of a file are; refuses unknown, doubled and missing ones. 检查表头。';

-- One row a line that holds anything: what it says by column, and what is wrong with it so far.
CREATE FUNCTION certwire.import_lines(csv bytea)
	RETURNS TABLE (line int, v jsonb, problems text[]) LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_column
DECLARE
	lines int[];
	records jsonb[];
	columns text[];
	width int;
	filled int;
BEGIN
	SELECT array_agg(r.line ORDER BY r.line), array_agg(to_jsonb(r.fields) ORDER BY r.line) INTO lines, records
		FROM csv_records(csv_text(csv)) r WHERE array_to_string(r.fields, '') <> '';
	filled := cardinality(records) - 1;
	columns := import_header(ARRAY(SELECT jsonb_array_elements_text(records[1])));
	width := cardinality(columns);
	IF coalesce(filled, 0) < 1 THEN
		PERFORM fail('CW004', 'the file holds no unit', 'the first line names the columns, each line after it is a unit');
	ELSIF filled > 10000 THEN
		PERFORM fail('CW004', format('the file holds %s units, at most 10000 are allowed', filled), 'import it in several files');
	END IF;
	RETURN QUERY
	WITH said AS (
		SELECT r.line, r.fields,
			-- No column allows as much as 300 characters; no message need hold more.
			(SELECT coalesce(jsonb_object_agg(c.id, left(r.fields->>(c.i - 1)::int, 300)), '{}')
				FROM unnest(columns) WITH ORDINALITY c (id, i) WHERE r.fields->>(c.i - 1)::int <> '') AS v
		FROM unnest(lines, records) WITH ORDINALITY r (line, fields, n) WHERE r.n > 1
	), first AS (
		SELECT s.v->>'unit' AS unit, min(s.line) AS line FROM said s GROUP BY 1
	)
	SELECT s.line, s.v,
		CASE WHEN EXISTS (SELECT FROM generate_series(width, jsonb_array_length(s.fields) - 1) i WHERE s.fields->>i <> '')
				THEN ARRAY[format('it has %s fields, the header %s', jsonb_array_length(s.fields), width)] ELSE '{}' END
			|| CASE WHEN f.line < s.line THEN ARRAY[format('unit %s is on line %s already', f.unit, f.line)] ELSE '{}' END
			|| import_problems(s.v)
	FROM said s LEFT JOIN first f ON f.unit = s.v->>'unit'
	ORDER BY s.line;
END
$$;
COMMENT ON FUNCTION certwire.import_lines IS 'The lines of a file, and what is wrong with each. 读取并检查各行。';

CREATE FUNCTION certwire.import_plan(v jsonb)
	RETURNS text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT format('新候选单位：%s，%s%s', (SELECT t.name FROM term t WHERE t.number = import_term(v->>'term')),
			CASE import_level(v->>'level') WHEN 'national' THEN '国家级' ELSE '省级' END,
			coalesce('，' || (SELECT r.name_zh FROM region r WHERE r.code = import_region(v->>'region')), ''))
		|| coalesce('；协议 ' || (v->>'agreement_reference'), '')
		|| coalesce('；保密承诺书 ' || (v->>'confidentiality_reference'), '')
		|| coalesce('；联系人 ' || (v->>'contact_name'), '')
$$;
COMMENT ON FUNCTION certwire.import_plan IS 'What a line comes to, for people. 导入内容说明。';

-- A dry run does everything and undoes it: what it says is what happens. Since nobody gets to see what
-- it does, it needs no lock.
CREATE FUNCTION certwire.import_units(csv bytea, dry_run boolean DEFAULT true)
	RETURNS TABLE (line int, unit text, name text, wrong boolean, outcome text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	lines int[];
	says jsonb[];
	problems text[];
	version bigint;
	bad int;
BEGIN
	-- Reading the file takes the longest, and no lock.
	SELECT array_agg(l.line ORDER BY l.line), array_agg(l.v ORDER BY l.line),
			array_agg(nullif(array_to_string(l.problems, '; '), '') ORDER BY l.line)
		INTO lines, says, problems FROM import_lines(csv) l;
	BEGIN
		IF dry_run IS FALSE THEN
			version := entitlement_lock() + 1;
		END IF;
		FOR i IN 1..cardinality(lines) LOOP
			CONTINUE WHEN problems[i] IS NOT NULL;
			BEGIN
				PERFORM import_unit(says[i], version);
			EXCEPTION WHEN OTHERS THEN
				-- What is no fault of the line, such as a lock that was not to be had, ends the import.
				IF SQLSTATE !~ '^(CW|22|23)' THEN
					RAISE;
				END IF;
				problems[i] := SQLERRM;
			END;
		END LOOP;
		bad := cardinality(array_remove(problems, NULL));
		IF bad > 0 AND dry_run IS FALSE THEN
			PERFORM fail('CW004', format('%s of %s lines are wrong: %s%s', bad, cardinality(lines),
				(SELECT string_agg(format('line %s: %s', lines[i], problems[i]), '; ' ORDER BY i)
					FROM (SELECT i FROM generate_subscripts(lines, 1) i WHERE problems[i] IS NOT NULL ORDER BY i LIMIT 5) f),
				CASE WHEN bad > 5 THEN format('; and %s more', bad - 5) ELSE '' END),
				'nothing was changed; certwire.import_units(csv) without false shows every line');
		ELSIF dry_run IS NOT FALSE THEN
			RAISE SQLSTATE 'CWTRY';
		END IF;
		PERFORM entitlement_changed((SELECT array_agg(v->>'unit') FROM unnest(says) v));
		PERFORM record_act('import_units', encode(sha256(csv), 'hex'),
			jsonb_build_object('units', cardinality(lines), 'bytes', octet_length(csv), 'version', version));
	EXCEPTION WHEN SQLSTATE 'CWTRY' THEN
		NULL;
	END;
	RETURN QUERY SELECT lines[i], says[i]->>'unit', says[i]->>'name', problems[i] IS NOT NULL,
			coalesce(problems[i], import_plan(says[i]))
		FROM generate_subscripts(lines, 1) i ORDER BY i;
END
$$;
COMMENT ON FUNCTION certwire.import_units IS 'Proposes the units of a CSV file; by default only tries and says what it would do. 从 CSV 批量导入候选单位，默认试运行。';
GRANT EXECUTE ON FUNCTION certwire.import_units TO certwire_admin;
