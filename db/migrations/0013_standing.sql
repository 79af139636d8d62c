-- What administrators do with units: propose, select, admit, suspend, reinstate, revoke, lapse; terms, papers, contacts.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.check_scope(unit text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_unit(unit);
	IF NOT in_my_regions(unit) THEN
		PERFORM fail('CW006', format('unit %s is not of a region that %s works on', unit, quote_ident(session_user)),
			'an administrator may give it: SELECT certwire.give_region(''<login>'', ''<region>'')');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_scope IS 'Refuses an unknown unit, and a clerk whose region it is not. 检查单位与地区权限。';

CREATE FUNCTION certwire.check_region(region text)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	found text;
BEGIN
	SELECT r.code INTO found FROM region r WHERE btrim(region) IN (r.code, r.name_zh, r.name_en);
	IF found IS NULL AND region IS NOT NULL THEN
		PERFORM fail('CW003', format('there is no region %L', region),
			'give a province''s code of GB/T 2260 or its full name: SELECT * FROM certwire.region');
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION certwire.check_region IS 'The code of a region given by code or name; refuses an unknown one. 检查地区。';

CREATE FUNCTION certwire.give_region(login text, region text)
	RETURNS SETOF certwire.clerk_region LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	code text := check_region(region);
BEGIN
	IF code IS NULL THEN
		PERFORM fail('CW004', 'a region is needed', 'SELECT * FROM certwire.region');
	ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login AND pg_has_role(r.oid, 'certwire_clerk', 'MEMBER')) THEN
		PERFORM fail('CW003', format('%L is no login of a clerk', login), format('GRANT certwire_clerk TO %I', coalesce(login, '<login>')));
	END IF;
	INSERT INTO clerk_region (login, region) VALUES (login, code) ON CONFLICT DO NOTHING;
	PERFORM record_act('give_region', login, jsonb_build_object('region', code));
	RETURN QUERY SELECT c.* FROM clerk_region c WHERE c.login = login ORDER BY c.region;
END
$$;
COMMENT ON FUNCTION certwire.give_region IS 'Lets a clerk work on the units of a region; returns all of the clerk''s. 授予经办地区。';
CREATE FUNCTION certwire.take_region(login text, region text)
	RETURNS SETOF certwire.clerk_region LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	code text := check_region(region);
BEGIN
	DELETE FROM clerk_region c WHERE c.login = login AND c.region = code;
	IF NOT FOUND THEN
		PERFORM fail('CW002', format('%L does not work on region %L', login, region), 'SELECT * FROM certwire.clerk_region');
	END IF;
	PERFORM record_act('take_region', login, jsonb_build_object('region', code));
	RETURN QUERY SELECT c.* FROM clerk_region c WHERE c.login = login ORDER BY c.region;
END
$$;
COMMENT ON FUNCTION certwire.take_region IS 'Ends what give_region began. 收回经办地区。';
GRANT EXECUTE ON FUNCTION certwire.give_region, certwire.take_region TO certwire_admin;

-- The machinery of standing. Everything here runs with the entitlement lock held.

CREATE FUNCTION certwire.cover_end(unit text, at timestamptz)
	RETURNS timestamptz LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	reach timestamptz;
	span record;
BEGIN
	FOR span IN
		SELECT greatest(t.begins, m.since) AS begins, coalesce(least(t.ends, m.until), 'infinity') AS ends
		FROM membership m JOIN term t ON t.number = m.term
		WHERE m.unit = unit AND t.begins IS NOT NULL AND coalesce(least(t.ends, m.until), 'infinity') > at
		ORDER BY 1
	LOOP
		EXIT WHEN reach IS NOT NULL AND span.begins > reach;
		reach := greatest(reach, span.ends);
	END LOOP;
	RETURN nullif(reach, 'infinity');
END
$$;
COMMENT ON FUNCTION certwire.cover_end IS 'When the unbroken run of terms that the unit was selected for ends; null: no end. 连续届次的终止时间。';

-- The lapse at the end of the term is written down ahead, so that it needs nobody to happen.
CREATE FUNCTION certwire.plan_lapse(unit text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	last standing;
	ends timestamptz;
BEGIN
	DELETE FROM standing s WHERE s.unit = unit AND s.since > clock_timestamp() AND s.decided_by = 'certwire';
	SELECT s.* INTO STRICT last FROM standing s WHERE s.unit = unit ORDER BY s.since DESC LIMIT 1;
	IF last.standing IN ('revoked', 'lapsed') THEN
		-- Nothing ends these but a decision.
		ends := NULL;
	ELSE
		ends := cover_end(unit, last.since);
	END IF;
	UPDATE standing s SET until = ends WHERE s.unit = unit AND s.since = last.since AND s.until IS DISTINCT FROM ends;
	IF ends IS NOT NULL THEN
		INSERT INTO standing (unit, since, standing, reason, basis, decided_by)
			VALUES (unit, ends, 'lapsed', '本届期满，未入选下一届', '届次期满', 'certwire');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.plan_lapse IS 'Writes down when the unit lapses by the end of its terms. 预定期满时间。';

CREATE FUNCTION certwire.set_standing(unit text, standing text, reason text, basis text DEFAULT NULL)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
BEGIN
	SELECT greatest(clock_timestamp(), max(s.since) FILTER (WHERE s.since <= clock_timestamp()) + interval '1 microsecond')
		INTO moment FROM standing s WHERE s.unit = unit;
	DELETE FROM standing s WHERE s.unit = unit AND s.since > moment;
	UPDATE standing s SET until = moment WHERE s.unit = unit AND (s.until IS NULL OR s.until > moment);
	INSERT INTO standing (unit, since, standing, reason, basis) VALUES (unit, moment, standing, reason, basis);
	PERFORM plan_lapse(unit);
END
$$;
COMMENT ON FUNCTION certwire.set_standing IS 'Ends the standing and begins the next, the lock being held. 变更资格状态。';

CREATE FUNCTION certwire.standing_of(unit text)
	RETURNS certwire.standing LANGUAGE sql VOLATILE SET search_path = certwire, pg_temp AS $$
	SELECT s.* FROM standing_at(greatest(clock_timestamp(), (SELECT max(n.since) FROM standing n
		WHERE n.unit = standing_of.unit AND n.decided_by <> 'certwire'))) s WHERE s.unit = standing_of.unit
$$;
COMMENT ON FUNCTION certwire.standing_of IS 'The standing of a unit now. 单位当前资格。';

CREATE FUNCTION certwire.papers_missing(unit text, at timestamptz)
	RETURNS text[] LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT array_remove(ARRAY[
		CASE WHEN NOT EXISTS (SELECT FROM membership_at(at) m WHERE m.unit = papers_missing.unit)
			THEN '本届入选记录（membership in a term in force: select_unit, set_term）' END,
		CASE WHEN NOT EXISTS (SELECT FROM paper p WHERE p.unit = papers_missing.unit AND p.kind = 'agreement'
				AND p.put_at <= at AND (p.replaced_at IS NULL OR p.replaced_at > at) AND coalesce(p.expires_on >= local_date(at), true))
			THEN '有效的合作协议（a valid agreement: set_paper）' END,
		CASE WHEN NOT EXISTS (SELECT FROM paper p WHERE p.unit = papers_missing.unit AND p.kind = 'confidentiality'
				AND p.put_at <= at AND (p.replaced_at IS NULL OR p.replaced_at > at) AND coalesce(p.expires_on >= local_date(at), true))
			THEN '有效的保密承诺书（a valid confidentiality undertaking: set_paper）' END,
		CASE WHEN NOT EXISTS (SELECT FROM contact c WHERE c.unit = papers_missing.unit AND c.role = 'fixed'
				AND c.since <= at AND (c.until IS NULL OR c.until > at))
			THEN '7×24 小时固定联系人（the fixed 7x24 contact: set_contact）' END], NULL)
$$;
COMMENT ON FUNCTION certwire.papers_missing IS 'What a unit lacks for good standing, in words; empty: nothing. 资格所缺材料。';

CREATE FUNCTION certwire.apply_standing(act text, unit text, allowed text[], standing text, reason text, basis text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	rests_on text := CASE WHEN basis IS NOT NULL THEN check_reason(basis) END;
	was standing;
	missing text[];
	version bigint;
	filled int;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	was := standing_of(unit);
	IF NOT was.standing = ANY (allowed) THEN
		PERFORM fail('CW002', format('the standing of unit %s is %s since %s', unit, was.standing, time_text(was.since)),
			format('%s needs a standing of %s', act, array_to_string(allowed, ' or ')));
	ELSIF octet_length(rests_on) > 256 THEN
		PERFORM fail('CW004', 'the basis is longer than 256 bytes', 'name the duty or clause; the rest belongs into the reason');
	END IF;
	IF standing = 'good' THEN
		missing := papers_missing(unit, clock_timestamp());
		IF cardinality(missing) > 0 THEN
			PERFORM fail('CW002', format('unit %s cannot be in good standing: it lacks %s', unit, array_to_string(missing, '; ')),
				'put on file what is missing, then repeat');
		END IF;
	END IF;
	PERFORM set_standing(unit, standing, told, rests_on);
	IF standing = 'revoked' THEN
		-- A place in a later term that was given before is gone as well.
		UPDATE membership m SET until = clock_timestamp()
			FROM term t
			WHERE t.number = m.term AND m.unit = unit AND m.until IS NULL AND (t.begins IS NULL OR t.begins > clock_timestamp())
				AND m.term > (SELECT min(n.term) FROM membership n WHERE n.unit = unit);
	END IF;
	version := entitlement_changed(ARRAY[unit]);
	IF standing = 'good' THEN
		filled := fill_in(unit);
	END IF;
	PERFORM record_act(act, unit, jsonb_strip_nulls(jsonb_build_object('reason', told, 'basis', rests_on,
		'before', was.standing, 'version', version, 'entries', nullif(filled, 0))));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.apply_standing IS 'What all decisions on standing have in common. 资格变更的共同步骤。';

-- The acts.

CREATE FUNCTION certwire.admit_unit(unit text, reason text)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT apply_standing('admit_unit', unit, '{candidate,lapsed}', 'good', reason)
$$;
COMMENT ON FUNCTION certwire.admit_unit IS 'A candidate or lapsed unit into good standing; needs term, agreement, undertaking and contact. 准入：候选或到期单位转为正常。';
CREATE FUNCTION certwire.suspend_unit(unit text, reason text, basis text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT apply_standing('suspend_unit', unit, '{good,candidate}', 'suspended', reason, basis)
$$;
COMMENT ON FUNCTION certwire.suspend_unit IS 'Ends the unit''s right to receive anything, at once. 立即暂停单位资格。';
CREATE FUNCTION certwire.reinstate_unit(unit text, reason text, basis text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT apply_standing('reinstate_unit', unit, '{suspended}', 'good', reason, basis)
$$;
COMMENT ON FUNCTION certwire.reinstate_unit IS 'Back to good standing; what is still owed is sent, and of the gap what the channel''s policy says. 恢复单位资格。';
CREATE FUNCTION certwire.revoke_unit(unit text, reason text, basis text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT apply_standing('revoke_unit', unit, '{candidate,good,suspended,lapsed}', 'revoked', reason, basis)
$$;
COMMENT ON FUNCTION certwire.revoke_unit IS 'Takes the rights away, at once, for this term and the next. 取消资格，并停止下一届申请资格。';
CREATE FUNCTION certwire.lapse_unit(unit text, reason text, basis text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT apply_standing('lapse_unit', unit, '{candidate,good,suspended}', 'lapsed', reason, basis)
$$;
COMMENT ON FUNCTION certwire.lapse_unit IS 'Ends the standing before the term does, such as at the unit''s own wish. 提前终止资格。';

CREATE FUNCTION certwire.put_membership(unit text, term int, level text, region text, reason text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	code text := check_region(region);
	wanted term;
	held membership;
	moment timestamptz;
BEGIN
	SELECT t.* INTO wanted FROM term t WHERE t.number = term;
	IF wanted.number IS NULL THEN
		PERFORM fail('CW003', format('there is no term %s', coalesce(term::text, 'null')),
			'see certwire.term, or make it: SELECT * FROM certwire.set_term(...)');
	ELSIF wanted.ends <= clock_timestamp() THEN
		PERFORM fail('CW002', format('term %s ended at %s', term, time_text(wanted.ends)), 'name a term that has not ended');
	ELSIF level IS NULL OR level NOT IN ('national', 'provincial') THEN
		PERFORM fail('CW004', format('%L is no level', level), 'national or provincial');
	ELSIF level = 'provincial' AND code IS NULL THEN
		PERFORM fail('CW004', 'a provincial unit needs a region', 'give the province''s code or name: SELECT * FROM certwire.region');
	END IF;
	SELECT m.* INTO held FROM membership m WHERE m.unit = unit AND m.term = term AND m.until IS NULL;
	IF held.unit IS NOT NULL AND (held.level, held.region) IS NOT DISTINCT FROM (level, code) THEN
		PERFORM fail('CW005', format('unit %s is selected for term %s already, %s%s', unit, term, level, coalesce(', ' || code, '')),
			'nothing is to be done');
	END IF;
	moment := greatest(clock_timestamp(), held.since + interval '1 microsecond');
	UPDATE membership m SET until = moment WHERE m.unit = unit AND m.term = term AND m.until IS NULL;
	INSERT INTO membership (unit, term, level, region, since, reason)
		VALUES (unit, term, level, code, moment, check_reason(reason));
END
$$;
COMMENT ON FUNCTION certwire.put_membership IS 'Records that a unit was selected for a term, or corrects how. 记录入选届次。';

CREATE FUNCTION certwire.check_unit_name(name text)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	IF coalesce(btrim(name), '') = '' OR octet_length(name) > 256 OR name ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a unit needs a name of at most 256 bytes in one line', 'give its full name');
	END IF;
	RETURN btrim(name);
END
$$;
COMMENT ON FUNCTION certwire.check_unit_name IS 'A unit''s name without blanks around it; refuses an empty, long or many-lined one. 检查单位名称。';

-- The caller holds the entitlement lock, and says which version that unit will be part of.
CREATE FUNCTION certwire.enter_unit(unit text, name text, term int, level text, region text, reason text, version bigint)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	called text;
BEGIN
	IF unit IS NULL OR length(unit) NOT BETWEEN 2 AND 32 OR unit !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' THEN
		PERFORM fail('CW004', format('%L is not a unit''s id', unit),
			'2 to 32 lower-case letters, digits and single hyphens, a letter first');
	ELSIF unit = 'dispatcher' THEN
		PERFORM fail('CW004', 'the id dispatcher is reserved', 'choose another id');
	ELSIF EXISTS (SELECT FROM unit u WHERE u.id = unit) THEN
		PERFORM fail('CW005', format('unit %s exists already', unit),
			'see certwire.unit_overview; for another term: SELECT * FROM certwire.select_unit(...); ids are never used again');
	END IF;
	called := check_unit_name(name);
	INSERT INTO unit (id, name) VALUES (unit, called);
	PERFORM put_membership(unit, term, level, region, told);
	PERFORM set_standing(unit, 'candidate', told);
	PERFORM record_act('propose_unit', unit, jsonb_build_object('name', called, 'term', term, 'level', level,
		'region', check_region(region), 'reason', told, 'version', version));
END
$$;
COMMENT ON FUNCTION certwire.enter_unit IS 'What proposing a unit and importing many have in common. 登记候选单位的共同步骤。';

CREATE FUNCTION certwire.propose_unit(unit text, name text, term int, level text, region text, reason text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	version bigint := entitlement_lock() + 1;
BEGIN
	PERFORM enter_unit(unit, name, term, level, region, reason, version);
	PERFORM entitlement_changed(ARRAY[unit]);
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.propose_unit IS 'Enters a unit selected for a term, as a candidate. 登记入选单位（候选）。';

CREATE FUNCTION certwire.rename_unit(unit text, name text, reason text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	wanted text := check_unit_name(name);
	was text;
BEGIN
	PERFORM check_unit(unit);
	SELECT u.name INTO was FROM unit u WHERE u.id = unit FOR NO KEY UPDATE;
	IF was = wanted THEN
		PERFORM fail('CW005', format('unit %s is called %s already', unit, wanted), 'nothing is to be done');
	END IF;
	UPDATE unit u SET name = wanted WHERE u.id = unit;
	PERFORM record_act('rename_unit', unit, jsonb_build_object('before', was, 'name', wanted, 'reason', told));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.rename_unit IS 'A unit has another name; its id stays. 单位更名，标识不变。';

CREATE FUNCTION certwire.select_unit(unit text, term int, level text, region text, reason text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	PERFORM put_membership(unit, term, level, region, told);
	IF (standing_of(unit)).standing = 'revoked' THEN
		PERFORM set_standing(unit, 'candidate', told);
	ELSE
		PERFORM plan_lapse(unit);
	END IF;
	version := entitlement_changed(ARRAY[unit]);
	PERFORM record_act('select_unit', unit, jsonb_build_object('term', term, 'level', level,
		'region', check_region(region), 'reason', told, 'version', version));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.select_unit IS 'A unit is selected for a further term, or its level or region is corrected. 入选新一届或更正级别、地区。';

CREATE FUNCTION certwire.term_name(number int)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT '第' || CASE WHEN number > 19 THEN substr('一二三四五六七八九', number / 10, 1) ELSE '' END
		|| CASE WHEN number > 9 THEN '十' ELSE '' END || substr('一二三四五六七八九', number % 10, (number % 10 > 0)::int) || '届'
$$;
COMMENT ON FUNCTION certwire.term_name IS 'What a term is called unless it is given a name: 第五届. 届次的默认名称。';

CREATE FUNCTION certwire.set_term(number int, name text DEFAULT NULL, selected_year int DEFAULT NULL,
	begins timestamptz DEFAULT NULL, ends timestamptz DEFAULT NULL)
	RETURNS certwire.term LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	was term;
	made term;
	moved text[];
	moment timestamptz := clock_timestamp();
	odd text;
BEGIN
	PERFORM entitlement_lock();
	SELECT t.* INTO was FROM term t WHERE t.number = number;
	made := was;
	made.number := number;
	made.selected_year := coalesce(selected_year, was.selected_year);
	made.begins := coalesce(begins, was.begins);
	made.ends := coalesce(ends, was.ends);
	IF number IS NULL OR number NOT BETWEEN 1 AND 99 THEN
		PERFORM fail('CW004', 'a term has a number from 1 to 99', 'SELECT * FROM certwire.term');
	ELSIF btrim(name) = '' OR octet_length(name) > 128 OR name ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a term needs a name of at most 128 bytes in one line', 'such as 第五届');
	ELSIF made.selected_year NOT BETWEEN 2000 AND 2999 THEN
		PERFORM fail('CW004', format('%s is no year of a selection', made.selected_year), 'give four digits');
	ELSIF NOT coalesce(isfinite(made.begins), true) OR NOT coalesce(isfinite(made.ends), true) THEN
		PERFORM fail('CW004', 'a term begins and ends at a time', 'leave out an end that is not known');
	ELSIF made.ends IS NOT NULL AND made.begins IS NULL THEN
		PERFORM fail('CW004', format('term %s has an end and no begin', number), 'give begins as well');
	ELSIF made.ends <= made.begins THEN
		PERFORM fail('CW004', format('term %s would end (%s) before it begins (%s)', number, time_text(made.ends),
			time_text(made.begins)), 'an end comes after the begin');
	ELSIF was.begins <= moment AND made.begins <> was.begins THEN
		PERFORM fail('CW002', format('term %s has begun at %s', number, time_text(was.begins)), 'what has begun stays as it was');
	ELSIF was.ends <= moment AND made.ends <> was.ends THEN
		PERFORM fail('CW002', format('term %s ended at %s', number, time_text(was.ends)), 'what has ended stays so: make the next term');
	ELSIF made.ends <= moment AND was.ends IS DISTINCT FROM made.ends
		AND EXISTS (SELECT FROM membership m WHERE m.term = number AND m.until IS NULL) THEN
		PERFORM fail('CW002', format('%s is past, and term %s has units', time_text(made.ends), number),
			'a right ends now or later: give a time to come');
	END IF;
	made.name := coalesce(btrim(name), was.name, term_name(number));
	SELECT format('term %s (%s to %s)', t.number, time_text(t.begins), coalesce(time_text(t.ends), 'no end')) INTO odd
		FROM term t WHERE t.number <> number AND t.begins IS NOT NULL AND made.begins IS NOT NULL
			AND (tstzrange(t.begins, t.ends) && tstzrange(made.begins, made.ends)
				OR (t.number < number) <> (t.begins < made.begins))
		ORDER BY t.number LIMIT 1;
	IF odd IS NOT NULL THEN
		PERFORM fail('CW005', format('term %s would overlap or precede %s', number, odd),
			'terms follow each other in their order: set the end of the earlier one first');
	END IF;
	INSERT INTO term AS t (number, name, selected_year, begins, ends)
		VALUES (made.number, made.name, made.selected_year, made.begins, made.ends)
		ON CONFLICT ON CONSTRAINT term_pkey DO UPDATE SET name = EXCLUDED.name, selected_year = EXCLUDED.selected_year,
			begins = EXCLUDED.begins, ends = EXCLUDED.ends;
	IF (made.begins, made.ends) IS DISTINCT FROM (was.begins, was.ends) THEN
		SELECT array_agg(DISTINCT m.unit) INTO moved FROM membership m WHERE m.term = number AND m.until IS NULL;
	END IF;
	IF moved IS NOT NULL THEN
		PERFORM plan_lapse(m) FROM unnest(moved) m
			WHERE (standing_of(m)).standing IN ('candidate', 'good', 'suspended');
		PERFORM entitlement_changed(moved);
	END IF;
	PERFORM record_act('set_term', number::text, to_jsonb(made) || jsonb_build_object('units', coalesce(cardinality(moved), 0)));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.set_term IS 'Makes a term or changes it (null: as it is); its units lapse at its end. 设定届次。';
GRANT EXECUTE ON FUNCTION certwire.admit_unit, certwire.suspend_unit, certwire.reinstate_unit, certwire.revoke_unit,
	certwire.lapse_unit, certwire.propose_unit, certwire.rename_unit, certwire.select_unit, certwire.set_term TO certwire_admin;

-- Papers and contacts.

CREATE FUNCTION certwire.set_paper(unit text, kind text, reference text, signed_on date, expires_on date DEFAULT NULL)
	RETURNS certwire.paper LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	made paper;
BEGIN
	PERFORM check_scope(unit);
	IF kind IS NULL OR kind NOT IN ('agreement', 'confidentiality') THEN
		PERFORM fail('CW004', format('%L is no kind of paper', kind), 'agreement or confidentiality');
	ELSIF coalesce(btrim(reference), '') = '' OR octet_length(reference) > 256 OR reference ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a paper needs a reference of at most 256 bytes in one line', 'give the number under which it is filed');
	ELSIF signed_on IS NULL OR NOT isfinite(signed_on) OR signed_on > local_date(clock_timestamp()) THEN
		PERFORM fail('CW004', format('%s is no day on which it can have been signed', coalesce(signed_on::text, 'null')),
			'give the day it was signed, today or earlier');
	ELSIF expires_on < signed_on OR NOT coalesce(isfinite(expires_on), true) THEN
		PERFORM fail('CW004', format('it would expire (%s) before it was signed (%s)', expires_on, signed_on), 'check both days');
	ELSIF expires_on < local_date(clock_timestamp()) THEN
		PERFORM fail('CW004', format('it expired on %s', expires_on), 'put the paper that is valid on file');
	END IF;
	-- One at a time for a unit, else two would be current.
	PERFORM FROM unit u WHERE u.id = unit FOR NO KEY UPDATE;
	UPDATE paper p SET replaced_at = clock_timestamp() WHERE p.unit = unit AND p.kind = kind AND p.replaced_at IS NULL;
	INSERT INTO paper AS p (unit, kind, reference, signed_on, expires_on)
		VALUES (unit, kind, btrim(reference), signed_on, expires_on) RETURNING p.* INTO made;
	PERFORM record_act('set_paper', unit, jsonb_build_object('kind', kind, 'reference', btrim(reference),
		'signed_on', signed_on, 'expires_on', expires_on));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.set_paper IS 'Puts an agreement or undertaking on file, in place of the one before. 登记协议或保密承诺书。';

CREATE FUNCTION certwire.set_contact(unit text, name text, phone text, mail text DEFAULT NULL, role text DEFAULT 'fixed',
	until timestamptz DEFAULT NULL)
	RETURNS certwire.contact LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	made contact;
	moment timestamptz;
BEGIN
	PERFORM check_scope(unit);
	IF role IS NULL OR role NOT IN ('fixed', 'deputy') THEN
		PERFORM fail('CW004', format('%L is no role of a contact', role), 'fixed or deputy');
	ELSIF coalesce(btrim(name), '') = '' OR octet_length(name) > 128 OR name ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a contact needs a name of at most 128 bytes in one line', 'give the person''s name');
	ELSIF phone IS NULL OR btrim(phone) !~ '^\+?[0-9][0-9 -]{4,30}$' THEN
		PERFORM fail('CW004', format('%L is no telephone number', phone), 'digits, spaces and hyphens, + first if international');
	ELSIF mail IS NOT NULL AND (octet_length(mail) > 254 OR btrim(mail) !~ '^[^@\s]+@[^@\s]+$') THEN
		PERFORM fail('CW004', format('%L is no mail address', mail), 'name@example.cn');
	ELSIF until <= clock_timestamp() OR NOT coalesce(isfinite(until), true) THEN
		PERFORM fail('CW004', format('the end %s is past', until), 'give a time to come, or none');
	END IF;
	PERFORM FROM unit u WHERE u.id = unit FOR NO KEY UPDATE;
	SELECT greatest(clock_timestamp(), max(c.since) + interval '1 microsecond') INTO moment FROM contact c WHERE c.unit = unit;
	UPDATE contact c SET until = moment, ended_by = session_user, ended_reason = '由新联系人接替（replaced）'
		WHERE c.unit = unit AND c.role = role AND (role = 'fixed' OR c.name = btrim(name)) AND (c.until IS NULL OR c.until > moment);
	INSERT INTO contact AS c (unit, role, name, phone, mail, since, until)
		VALUES (unit, role, btrim(name), btrim(phone), btrim(mail), moment, until) RETURNING c.* INTO made;
	PERFORM record_act('set_contact', unit, jsonb_build_object('contact', made.id, 'role', role, 'until', until));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.set_contact IS 'Puts a contact on file; a new fixed one takes the place of the old. 登记联系人。';

CREATE FUNCTION certwire.end_contact(unit text, name text, reason text)
	RETURNS certwire.contact LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	ended contact;
BEGIN
	PERFORM check_scope(unit);
	UPDATE contact c SET until = greatest(clock_timestamp(), c.since + interval '1 microsecond'), ended_by = session_user,
			ended_reason = told
		WHERE c.id = (SELECT n.id FROM contact n
			WHERE n.unit = unit AND n.name = btrim(name) AND (n.until IS NULL OR n.until > clock_timestamp())
			ORDER BY n.role, n.since LIMIT 1)
		RETURNING c.* INTO ended;
	IF ended.id IS NULL THEN
		PERFORM fail('CW003', format('unit %s has no contact %L', unit, name), 'SELECT * FROM certwire.contact WHERE unit = ...');
	END IF;
	PERFORM record_act('end_contact', unit, jsonb_build_object('contact', ended.id, 'reason', told));
	RETURN ended;
END
$$;
COMMENT ON FUNCTION certwire.end_contact IS 'A contact leaves. 联系人离任。';
GRANT EXECUTE ON FUNCTION certwire.set_paper, certwire.set_contact, certwire.end_contact TO certwire_admin, certwire_clerk;
