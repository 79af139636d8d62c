-- What administrators do with channels: grants and denials, groups, policies.
-- Where a unit could stand, '@' and a group's id may.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.check_group(group_id text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF group_id IS NULL OR NOT EXISTS (SELECT FROM unit_group g WHERE g.id = group_id) THEN
		PERFORM fail('CW003', format('there is no group %L', group_id),
			'see certwire.unit_group, or make it: SELECT certwire.make_group(''<id>'', ''<name>'')');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_group IS 'Refuses an unknown group. 检查分组是否存在。';

CREATE FUNCTION certwire.check_subject(subject text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF starts_with(subject, '@') THEN
		PERFORM check_group(substr(subject, 2));
	ELSE
		PERFORM check_unit(subject);
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_subject IS 'Refuses what is neither a unit nor @ and a group. 检查对象。';

-- Members now or later; none of a group that is empty.
CREATE FUNCTION certwire.units_of(subject text)
	RETURNS text[] LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT CASE WHEN starts_with(subject, '@')
		THEN (SELECT coalesce(array_agg(DISTINCT g.unit), '{}') FROM group_member g
			WHERE g.group_id = substr(subject, 2) AND (g.until IS NULL OR g.until > clock_timestamp()))
		ELSE ARRAY[subject] END
$$;
COMMENT ON FUNCTION certwire.units_of IS 'The units that a subject stands for. 对象包含的单位。';

CREATE FUNCTION certwire.put_entitlement(act text, effect text, subject text, channel text, reason text,
	since timestamptz, until timestamptz)
	RETURNS certwire.entitlement LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	unit text := CASE WHEN NOT starts_with(subject, '@') THEN subject END;
	group_id text := CASE WHEN starts_with(subject, '@') THEN substr(subject, 2) END;
	moment timestamptz;
	held entitlement;
	made entitlement;
	version bigint;
	filled int;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_subject(subject);
	PERFORM check_channel(channel);
	SELECT greatest(clock_timestamp(), max(e.since) FILTER (WHERE e.since <= clock_timestamp()) + interval '1 microsecond')
		INTO moment FROM entitlement e
		WHERE (e.unit = unit OR e.group_id = group_id) AND e.channel = channel AND e.effect = effect;
	IF since < moment OR NOT coalesce(isfinite(since), true) THEN
		PERFORM fail('CW004', format('the begin %s is past', coalesce(time_text(since), '')),
			'nothing is granted or denied for the past: give a time to come, or none for now');
	ELSIF until <= coalesce(since, moment) OR NOT coalesce(isfinite(until), true) THEN
		PERFORM fail('CW004', format('the end %s is past or before the begin', time_text(until)),
			'give a time that is still to come, or none');
	END IF;
	IF since IS NULL THEN
		SELECT e.* INTO held FROM entitlement e
			WHERE (e.unit = unit OR e.group_id = group_id) AND e.channel = channel AND e.effect = effect
				AND e.since <= moment AND (e.until IS NULL OR e.until > moment);
		IF held.id IS NOT NULL AND held.until IS NOT DISTINCT FROM until THEN
			PERFORM fail('CW005', format('%s has this %s of %s already, %s', subject,
				CASE effect WHEN 'grant' THEN 'grant' ELSE 'denial' END, channel,
				coalesce('until ' || time_text(until), 'without an end')), 'nothing is to be done');
		END IF;
		UPDATE entitlement e SET until = moment WHERE e.id = held.id;
	END IF;
	SELECT e.* INTO held FROM entitlement e
		WHERE (e.unit = unit OR e.group_id = group_id) AND e.channel = channel AND e.effect = effect
			AND tstzrange(e.since, e.until) && tstzrange(coalesce(since, moment), until)
		ORDER BY e.since LIMIT 1;
	IF held.id IS NOT NULL THEN
		PERFORM fail('CW005', format('that overlaps %s %s of %s for %s, from %s to %s',
			CASE effect WHEN 'grant' THEN 'grant' ELSE 'denial' END, held.id, channel, subject, time_text(held.since),
			coalesce(time_text(held.until), 'no end')),
			format('withdraw it first: SELECT certwire.withdraw_%s(...)', CASE effect WHEN 'grant' THEN 'grant' ELSE 'denial' END));
	END IF;
	INSERT INTO entitlement AS e (effect, unit, group_id, channel, since, until, reason)
		VALUES (effect, unit, group_id, channel, coalesce(since, moment), until, reason) RETURNING e.* INTO made;
	version := entitlement_changed(units_of(subject));
	IF effect = 'grant' AND since IS NULL THEN
		SELECT sum(fill_in(u, channel)) INTO filled FROM unnest(units_of(subject)) u;
	END IF;
	PERFORM record_act(act, subject, jsonb_strip_nulls(jsonb_build_object('entitlement', made.id, 'channel', channel,
		'since', since, 'until', until, 'reason', reason, 'version', version, 'entries', nullif(filled, 0))));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.put_entitlement IS 'What granting and denying have in common. 授予与禁止的共同步骤。';

CREATE FUNCTION certwire.grant_channel(subject text, channel text, until timestamptz DEFAULT NULL, reason text DEFAULT NULL,
	since timestamptz DEFAULT NULL)
	RETURNS certwire.entitlement LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT put_entitlement('grant_channel', 'grant', subject, channel,
		CASE WHEN reason IS NOT NULL THEN check_reason(reason) END, since, until)
$$;
COMMENT ON FUNCTION certwire.grant_channel IS 'Grants a channel to a unit or @group, from now or a time on; again: changes until when. 授予频道接收权。';
CREATE FUNCTION certwire.deny_channel(subject text, channel text, reason text, until timestamptz DEFAULT NULL,
	since timestamptz DEFAULT NULL)
	RETURNS certwire.entitlement LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT put_entitlement('deny_channel', 'deny', subject, channel, check_reason(reason), since, until)
$$;
COMMENT ON FUNCTION certwire.deny_channel IS 'Denies a channel to a unit or @group, whatever else is granted. 禁止接收频道，优先于授予。';

CREATE FUNCTION certwire.end_entitlement(act text, effect text, subject text, channel text, reason text)
	RETURNS certwire.entitlement LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	moment timestamptz;
	ended entitlement;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_subject(subject);
	PERFORM check_channel(channel);
	SELECT greatest(clock_timestamp(), max(e.since) FILTER (WHERE e.since <= clock_timestamp()) + interval '1 microsecond')
		INTO moment FROM entitlement e WHERE e.channel = channel AND e.effect = effect
			AND (e.unit = subject OR '@' || e.group_id = subject);
	-- What lies ahead is withdrawn as well: it never comes into force.
	UPDATE entitlement e SET until = greatest(moment, e.since), withdrawn_at = moment, withdrawn_by = session_user,
			withdrawn_reason = told
		WHERE e.channel = channel AND e.effect = effect AND (e.unit = subject OR '@' || e.group_id = subject)
			AND (e.until IS NULL OR e.until > moment);
	IF NOT FOUND THEN
		PERFORM fail('CW002', format('there is no %s of %s to %s', CASE effect WHEN 'grant' THEN 'grant' ELSE 'denial' END, channel, subject),
			CASE effect WHEN 'grant' THEN 'what it may receive by the channel''s policy is ended with certwire.deny_channel; see certwire.why'
				ELSE 'see certwire.why' END);
	END IF;
	SELECT e.* INTO ended FROM entitlement e WHERE e.channel = channel AND e.effect = effect AND e.withdrawn_at = moment
		AND (e.unit = subject OR '@' || e.group_id = subject) ORDER BY e.since LIMIT 1;
	version := entitlement_changed(units_of(subject));
	PERFORM record_act(act, subject, jsonb_build_object('entitlement', ended.id, 'channel', channel, 'reason', told, 'version', version));
	RETURN ended;
END
$$;
COMMENT ON FUNCTION certwire.end_entitlement IS 'What the two withdrawals have in common. 撤销的共同步骤。';

CREATE FUNCTION certwire.withdraw_grant(subject text, channel text, reason text)
	RETURNS certwire.entitlement LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT end_entitlement('withdraw_grant', 'grant', subject, channel, reason)
$$;
COMMENT ON FUNCTION certwire.withdraw_grant IS 'Ends a grant, at once, with those to come. 立即撤销授予。';
CREATE FUNCTION certwire.withdraw_denial(subject text, channel text, reason text)
	RETURNS certwire.entitlement LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT end_entitlement('withdraw_denial', 'deny', subject, channel, reason)
$$;
COMMENT ON FUNCTION certwire.withdraw_denial IS 'Ends a denial, at once, with those to come. 立即解除禁止。';
GRANT EXECUTE ON FUNCTION certwire.grant_channel, certwire.deny_channel, certwire.withdraw_grant,
	certwire.withdraw_denial TO certwire_admin;

-- Groups.

CREATE FUNCTION certwire.make_group(id text, name text, purpose text DEFAULT NULL)
	RETURNS certwire.unit_group LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	made unit_group;
BEGIN
	IF id IS NULL OR length(id) NOT BETWEEN 2 AND 32 OR id !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' THEN
		PERFORM fail('CW004', format('%L is not a group''s id', id),
			'2 to 32 lower-case letters, digits and single hyphens, a letter first; without the @');
	ELSIF coalesce(btrim(name), '') = '' OR octet_length(name) > 256 OR name ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a group needs a name of at most 256 bytes in one line', 'say what the units have in common');
	ELSIF EXISTS (SELECT FROM unit_group g WHERE g.id = id) THEN
		PERFORM fail('CW005', format('group %s exists already', id), 'see certwire.unit_group');
	END IF;
	INSERT INTO unit_group AS g (id, name, purpose)
		VALUES (id, btrim(name), CASE WHEN purpose IS NOT NULL THEN check_reason(purpose) END) RETURNING g.* INTO made;
	PERFORM record_act('make_group', '@' || id, jsonb_build_object('name', btrim(name)));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.make_group IS 'Makes an empty group. 创建分组。';

CREATE FUNCTION certwire.put_in_group(group_id text, unit text, reason text, until timestamptz DEFAULT NULL)
	RETURNS certwire.group_member LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	moment timestamptz;
	made group_member;
	filled int;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_group(group_id);
	PERFORM check_unit(unit);
	SELECT greatest(clock_timestamp(), max(m.since) + interval '1 microsecond') INTO moment
		FROM group_member m WHERE m.group_id = group_id AND m.unit = unit;
	IF until <= moment OR NOT coalesce(isfinite(until), true) THEN
		PERFORM fail('CW004', format('the end %s is past', time_text(until)), 'give a time that is still to come, or none');
	ELSIF EXISTS (SELECT FROM group_member m WHERE m.group_id = group_id AND m.unit = unit
		AND (m.until IS NULL OR m.until > moment) AND m.until IS NOT DISTINCT FROM until) THEN
		PERFORM fail('CW005', format('unit %s is in group %s already', unit, group_id), 'nothing is to be done');
	END IF;
	UPDATE group_member m SET until = moment WHERE m.group_id = group_id AND m.unit = unit AND (m.until IS NULL OR m.until > moment);
	INSERT INTO group_member AS m (group_id, unit, since, until, reason)
		VALUES (group_id, unit, moment, until, told) RETURNING m.* INTO made;
	PERFORM entitlement_changed(ARRAY[unit]);
	SELECT sum(fill_in(unit, e.channel)) INTO filled FROM entitlement e
		WHERE e.group_id = group_id AND e.effect = 'grant' AND e.since <= moment AND (e.until IS NULL OR e.until > moment);
	PERFORM record_act('put_in_group', '@' || group_id, jsonb_strip_nulls(jsonb_build_object('unit', unit, 'until', until,
		'reason', told, 'entries', nullif(filled, 0))));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.put_in_group IS 'Puts a unit into a group; again: changes until when. 将单位加入分组。';

CREATE FUNCTION certwire.take_from_group(group_id text, unit text, reason text)
	RETURNS certwire.group_member LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	ended group_member;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_group(group_id);
	PERFORM check_unit(unit);
	UPDATE group_member m SET until = greatest(clock_timestamp(), m.since + interval '1 microsecond')
		WHERE m.group_id = group_id AND m.unit = unit AND (m.until IS NULL OR m.until > clock_timestamp())
		RETURNING m.* INTO ended;
	IF ended.unit IS NULL THEN
		PERFORM fail('CW002', format('unit %s is not in group %s', unit, group_id), 'see certwire.group_member');
	END IF;
	PERFORM entitlement_changed(ARRAY[unit]);
	PERFORM record_act('take_from_group', '@' || group_id, jsonb_build_object('unit', unit, 'reason', told));
	RETURN ended;
END
$$;
COMMENT ON FUNCTION certwire.take_from_group IS 'Takes a unit out of a group, at once. 将单位移出分组。';
GRANT EXECUTE ON FUNCTION certwire.make_group, certwire.put_in_group, certwire.take_from_group TO certwire_admin;

-- Policies.

CREATE FUNCTION certwire.set_policy(channel text, reason text, levels text[] DEFAULT NULL, regions text[] DEFAULT NULL,
	approvals int DEFAULT NULL, backlog text DEFAULT NULL, backlog_days int DEFAULT NULL, gap text DEFAULT NULL,
	gap_since timestamptz DEFAULT NULL, expires_after interval DEFAULT NULL, preferred text DEFAULT NULL,
	head_start interval DEFAULT NULL)
	RETURNS certwire.channel_policy LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	was channel_policy;
	made channel_policy;
	odd text;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_channel(channel);
	SELECT p.* INTO STRICT was FROM channel_policy p WHERE p.channel = channel AND p.until IS NULL;
	made := was;
	made.levels := coalesce(levels, was.levels);
	-- An empty list of regions: of all again. No preferred group: ''. No expiry or head start: zero.
	made.regions := CASE WHEN regions IS NULL THEN was.regions WHEN cardinality(regions) > 0
		THEN (SELECT array_agg(check_region(r) ORDER BY check_region(r)) FROM unnest(regions) r) END;
	made.approvals := coalesce(approvals, was.approvals);
	made.backlog := coalesce(backlog, was.backlog);
	made.backlog_days := CASE WHEN made.backlog = 'days' THEN coalesce(backlog_days, was.backlog_days) END;
	made.gap := coalesce(gap, was.gap);
	made.gap_since := CASE WHEN made.gap = 'since' THEN coalesce(gap_since, was.gap_since) END;
	made.expires_after := nullif(coalesce(expires_after, was.expires_after), interval '0');
	made.preferred := nullif(ltrim(coalesce(preferred, was.preferred), '@'), '');
	made.head_start := CASE WHEN made.preferred IS NOT NULL THEN coalesce(head_start, was.head_start) END;
	SELECT l INTO odd FROM unnest(made.levels) l WHERE l IS NULL OR l NOT IN ('national', 'provincial') LIMIT 1;
	IF FOUND THEN
		PERFORM fail('CW004', format('%L is no level', odd), 'national or provincial');
	ELSIF array_position(regions, NULL) IS NOT NULL THEN
		PERFORM fail('CW004', 'a region is missing', 'give codes or names: SELECT * FROM certwire.region');
	ELSIF made.approvals NOT BETWEEN 1 AND 8 THEN
		PERFORM fail('CW004', format('%s signatures cannot be demanded', made.approvals), '1 to 8');
	ELSIF made.backlog NOT IN ('none', 'days', 'latest') THEN
		PERFORM fail('CW004', format('%L is no backlog', made.backlog), 'none, days or latest');
	ELSIF made.backlog = 'days' AND coalesce(made.backlog_days NOT BETWEEN 1 AND 3660, true)
		OR made.backlog <> 'days' AND backlog_days IS NOT NULL THEN
		PERFORM fail('CW004', 'backlog days goes with backlog_days, 1 to 3660', 'backlog => ''days'', backlog_days => 30');
	ELSIF made.gap NOT IN ('nothing', 'all', 'since') THEN
		PERFORM fail('CW004', format('%L is nothing that a unit could get of its gap', made.gap), 'nothing, all or since');
	ELSIF made.gap = 'since' AND (made.gap_since IS NULL OR NOT isfinite(made.gap_since))
		OR made.gap <> 'since' AND gap_since IS NOT NULL THEN
		PERFORM fail('CW004', 'gap since goes with gap_since, a time', 'gap => ''since'', gap_since => ''2026-01-01''');
	ELSIF made.expires_after NOT BETWEEN interval '1 hour' AND interval '10 years' THEN
		PERFORM fail('CW004', format('%s is no time after which to expire', made.expires_after), 'an hour to ten years; 0 for none');
	ELSIF made.preferred IS NOT NULL AND coalesce(made.head_start NOT BETWEEN interval '1 second' AND interval '90 days', true)
		OR made.preferred IS NULL AND head_start IS NOT NULL THEN
		PERFORM fail('CW004', 'a preferred group goes with a head start, a second to 90 days',
			'preferred => ''<group>'', head_start => ''3 days''; preferred => '''' for none');
	END IF;
	IF made.preferred IS NOT NULL THEN
		PERFORM check_group(made.preferred);
	END IF;
	made.since := greatest(clock_timestamp(), was.since + interval '1 microsecond');
	made.set_by := session_user;
	made.reason := told;
	UPDATE channel_policy p SET until = made.since WHERE p.channel = channel AND p.until IS NULL;
	INSERT INTO channel_policy SELECT made.*;
	version := entitlement_changed(NULL);
	PERFORM record_act('set_policy', channel, jsonb_strip_nulls(to_jsonb(made) - 'since' - 'until' - 'channel'
		|| jsonb_build_object('version', version)));
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.set_policy IS 'Changes a channel''s policy from now on; what is not given stays. 设定频道策略。';
GRANT EXECUTE ON FUNCTION certwire.set_policy TO certwire_admin;

CREATE FUNCTION certwire.policies()
	RETURNS TABLE (channel text, name_zh text, name_en text, approvals int, expires_after interval, preferred text, head_start interval)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT p.channel, c.name_zh::text, c.name_en::text, p.approvals, p.expires_after, p.preferred, p.head_start
	FROM channel_policy p JOIN channel c ON c.id = p.channel WHERE p.until IS NULL ORDER BY p.channel
$$;
COMMENT ON FUNCTION certwire.policies IS 'What an editor must know of each channel''s policy. 频道策略（供编辑）。';
GRANT EXECUTE ON FUNCTION certwire.policies TO certwire_editor, certwire_admin, certwire_auditor;
