-- Who may receive what, and the lock that orders every change of it against every issue.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.channel (
	id certwire.channel_id PRIMARY KEY,
	name_zh certwire.prose NOT NULL,
	name_en certwire.prose NOT NULL
);
COMMENT ON TABLE certwire.channel IS 'Kinds of publication that a unit may be entitled to. 频道。';
COMMENT ON COLUMN certwire.channel.id IS 'Id, also in topics. 标识。';
COMMENT ON COLUMN certwire.channel.name_zh IS 'Chinese name. 中文名称。';
COMMENT ON COLUMN certwire.channel.name_en IS 'English name. 英文名称。';
INSERT INTO certwire.channel (id, name_zh, name_en) VALUES
	('weekly', '网络安全信息与动态周报', 'Weekly report on network security'),
	('monthly', '网络安全月报', 'Monthly report on network security'),
	('opportunity', '项目机会（专项研究课题、推荐服务）', 'Project opportunities'),
	('seminar', '研讨会议与交流活动邀请', 'Seminar invitations');

CREATE TABLE certwire.entitlement (
	unit text NOT NULL REFERENCES certwire.unit,
	channel text NOT NULL REFERENCES certwire.channel,
	since timestamptz NOT NULL,
	until timestamptz CHECK (until > since),
	granted_by text NOT NULL DEFAULT session_user,
	reason certwire.prose,
	withdrawn_by text,
	withdrawn_reason certwire.prose,
	PRIMARY KEY (unit, channel, since),
	CONSTRAINT entitlement_no_overlap
		EXCLUDE USING gist (unit WITH =, channel WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.entitlement IS 'Which unit may receive which channel, and when. 单位对频道的接收权。';
COMMENT ON COLUMN certwire.entitlement.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.entitlement.channel IS 'The channel. 频道。';
COMMENT ON COLUMN certwire.entitlement.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.entitlement.until IS 'Until when, not including it; null: until it is withdrawn. 终止时间。';
COMMENT ON COLUMN certwire.entitlement.granted_by IS 'Login of who granted it. 授予人。';
COMMENT ON COLUMN certwire.entitlement.reason IS 'Why it was granted. 授予理由。';
COMMENT ON COLUMN certwire.entitlement.withdrawn_by IS 'Login of who ended it early. 撤销人。';
COMMENT ON COLUMN certwire.entitlement.withdrawn_reason IS 'Why it was ended early. 撤销理由。';

CREATE TABLE certwire.entitlement_state (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version bigint NOT NULL CHECK (version >= 0)
);
COMMENT ON TABLE certwire.entitlement_state IS 'One row; its row lock is the entitlement lock. 仅一行，其行锁即权限锁。';
COMMENT ON COLUMN certwire.entitlement_state.only_row IS 'Keeps it to one row. 保证仅一行。';
COMMENT ON COLUMN certwire.entitlement_state.version IS 'Rises with every change of right. 每次权限变更加一。';
INSERT INTO certwire.entitlement_state (version) VALUES (0);

CREATE TABLE certwire.entitlement_change (
	version bigint NOT NULL,
	unit text NOT NULL REFERENCES certwire.unit,
	PRIMARY KEY (version, unit)
);
COMMENT ON TABLE certwire.entitlement_change IS 'Which unit each version touched. 各版本涉及的单位。';
COMMENT ON COLUMN certwire.entitlement_change.version IS 'Version of the entitlement. 权限版本。';
COMMENT ON COLUMN certwire.entitlement_change.unit IS 'The unit. 单位。';

-- The lock is a statement of its own, in a volatile function: under READ COMMITTED every statement
-- after it sees all that was committed before the lock was granted. Under any other level it would
-- not, so that is refused. It is exclusive for issuing and sealing too: a share lock could be handed
-- on from one sealer to the next past a suspension that waits.
CREATE FUNCTION certwire.entitlement_lock()
	RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
DECLARE
	locked bigint;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM fail('CW002', format('rights cannot be read or changed under %s',
			upper(current_setting('transaction_isolation'))), 'use READ COMMITTED, the default');
	END IF;
	SELECT s.version INTO STRICT locked FROM entitlement_state s FOR UPDATE;
	RETURN locked;
END
$$;
COMMENT ON FUNCTION certwire.entitlement_lock IS 'Takes the entitlement lock until the transaction ends; returns the version. 获取权限锁。';

CREATE FUNCTION certwire.entitlement_changed(unit text)
	RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	risen bigint;
BEGIN
	UPDATE entitlement_state s SET version = s.version + 1 RETURNING s.version INTO STRICT risen;
	INSERT INTO entitlement_change (version, unit) VALUES (risen, unit);
	PERFORM pg_notify('certwire_entitlement', risen::text);
	RETURN risen;
END
$$;
COMMENT ON FUNCTION certwire.entitlement_changed IS 'Raises the version for a change of this unit, the lock being held. 记录权限变更。';

-- clock_timestamp() called stable, so that a view that uses it can still be filtered from outside; a
-- row that a function has just written is then already in force for what it returns.
CREATE FUNCTION certwire.right_now()
	RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() $$;
COMMENT ON FUNCTION certwire.right_now IS 'The time this instant. 此刻时间。';
GRANT EXECUTE ON FUNCTION certwire.right_now TO PUBLIC;

-- Both are written to be inlined into the query that uses them, hence no SET and no DEFINER.
CREATE FUNCTION certwire.rights_at(at timestamptz)
	RETURNS TABLE (unit text, channel text) LANGUAGE sql STABLE AS $$
	SELECT e.unit, e.channel
	FROM certwire.entitlement e
	JOIN certwire.standing s ON s.unit = e.unit AND s.until IS NULL AND s.standing = 'good'
	WHERE e.since <= at AND (e.until IS NULL OR e.until > at)
$$;
COMMENT ON FUNCTION certwire.rights_at IS 'Which unit may receive which channel: standing is good now, entitled at that time. 有效接收权。';

CREATE FUNCTION certwire.standing_zh(standing text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE standing WHEN 'good' THEN '资格正常' WHEN 'candidate' THEN '候选' WHEN 'suspended' THEN '已暂停资格'
		WHEN 'revoked' THEN '已取消资格' WHEN 'lapsed' THEN '资格已到期' END
$$;
COMMENT ON FUNCTION certwire.standing_zh IS 'A standing in Chinese. 资格状态的中文。';

CREATE VIEW certwire.unit_overview AS
SELECT u.id::text AS unit, u.name::text, s.standing, s.since, s.reason::text,
	(SELECT string_agg(e.channel || coalesce(' (until ' || to_char(e.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ')', ''),
		', ' ORDER BY e.channel)
		FROM certwire.entitlement e
		WHERE e.unit = u.id AND e.since <= certwire.right_now()
			AND (e.until IS NULL OR e.until > certwire.right_now())) AS channels,
	(SELECT count(*)::int FROM certwire.device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
		AND d.revoked_at IS NULL AND d.not_after > certwire.right_now()) AS devices,
	(SELECT count(*)::int FROM certwire.device d WHERE d.unit = u.id AND d.certificate IS NULL
		AND d.revoked_at IS NULL) AS pending,
	(SELECT max(d.last_seen_at) FROM certwire.device d WHERE d.unit = u.id) AS last_seen_at
FROM certwire.unit u
JOIN certwire.standing s ON s.unit = u.id AND s.until IS NULL;
COMMENT ON VIEW certwire.unit_overview IS 'Each unit as it stands now. 各单位现状一览。';
COMMENT ON COLUMN certwire.unit_overview.unit IS 'Id. 单位标识。';
COMMENT ON COLUMN certwire.unit_overview.name IS 'Name. 名称。';
COMMENT ON COLUMN certwire.unit_overview.standing IS 'Standing now. 当前资格。';
COMMENT ON COLUMN certwire.unit_overview.since IS 'Since when. 起始时间。';
COMMENT ON COLUMN certwire.unit_overview.reason IS 'Why. 理由。';
COMMENT ON COLUMN certwire.unit_overview.channels IS 'Channels it is entitled to, with ends. 有权接收的频道。';
COMMENT ON COLUMN certwire.unit_overview.devices IS 'Live certified devices. 有效设备数。';
COMMENT ON COLUMN certwire.unit_overview.pending IS 'Requests that wait for a registrar. 待认证申请数。';
COMMENT ON COLUMN certwire.unit_overview.last_seen_at IS 'Last valid sync of any device. 最近同步时间。';
GRANT SELECT ON certwire.unit_overview TO certwire_admin, certwire_registrar, certwire_auditor;

CREATE FUNCTION certwire.unit_now(unit text)
	RETURNS certwire.unit_overview LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT o.* FROM unit_overview o WHERE o.unit = unit_now.unit
$$;
COMMENT ON FUNCTION certwire.unit_now IS 'The overview row of one unit. 单个单位现状。';

CREATE FUNCTION certwire.check_unit(unit text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF NOT EXISTS (SELECT FROM unit u WHERE u.id = unit) THEN
		PERFORM fail('CW003', format('there is no unit %L', unit),
			'see certwire.unit_overview, or admit it: SELECT certwire.admit_unit(''<id>'', ''<name>'')');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_unit IS 'Refuses an unknown unit. 检查单位是否存在。';

CREATE FUNCTION certwire.check_channel(channel text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF NOT EXISTS (SELECT FROM channel c WHERE c.id = channel) THEN
		PERFORM fail('CW003', format('there is no channel %L', channel),
			'use one of: ' || (SELECT string_agg(c.id, ', ' ORDER BY c.id) FROM channel c));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_channel IS 'Refuses an unknown channel. 检查频道是否存在。';

CREATE FUNCTION certwire.set_standing(unit text, standing text, reason text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
BEGIN
	SELECT greatest(clock_timestamp(), max(s.since) + interval '1 microsecond') INTO moment
		FROM standing s WHERE s.unit = unit;
	UPDATE standing s SET until = moment WHERE s.unit = unit AND s.until IS NULL;
	INSERT INTO standing (unit, since, standing, reason) VALUES (unit, moment, standing, reason);
END
$$;
COMMENT ON FUNCTION certwire.set_standing IS 'Ends the standing and begins the next, the lock being held. 变更资格状态。';

CREATE FUNCTION certwire.admit_unit(unit text, name text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	version bigint;
BEGIN
	IF unit IS NULL OR length(unit) NOT BETWEEN 2 AND 32 OR unit !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' THEN
		PERFORM fail('CW004', format('%L is not a unit''s id', unit),
			'2 to 32 lower-case letters, digits and single hyphens, a letter first');
	ELSIF unit = 'dispatcher' THEN
		PERFORM fail('CW004', 'the id dispatcher is reserved', 'choose another id');
	ELSIF coalesce(btrim(name), '') = '' OR octet_length(name) > 256 OR name ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'a unit needs a name of at most 256 bytes in one line', 'give its full name');
	END IF;
	PERFORM entitlement_lock();
	IF EXISTS (SELECT FROM unit u WHERE u.id = unit) THEN
		PERFORM fail('CW005', format('unit %s exists already', unit), 'see certwire.unit_overview');
	END IF;
	INSERT INTO unit (id, name) VALUES (unit, btrim(name));
	PERFORM set_standing(unit, 'good', '准入');
	version := entitlement_changed(unit);
	PERFORM record_act('admit_unit', unit, jsonb_build_object('name', btrim(name), 'version', version));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.admit_unit IS 'Admits a unit; its standing is good from now on. 准入单位。';
GRANT EXECUTE ON FUNCTION certwire.admit_unit TO certwire_admin;

CREATE FUNCTION certwire.change_standing(act text, unit text, allowed text[], standing text, reason text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	was record;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	SELECT s.standing, s.since INTO STRICT was FROM standing s WHERE s.unit = unit AND s.until IS NULL;
	IF NOT was.standing = ANY (allowed) THEN
		PERFORM fail('CW002', format('the standing of unit %s is %s since %s', unit, was.standing,
			to_char(was.since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
			format('this needs a standing of %s', array_to_string(allowed, ' or ')));
	END IF;
	PERFORM set_standing(unit, standing, told);
	version := entitlement_changed(unit);
	PERFORM record_act(act, unit, jsonb_build_object('reason', told, 'before', was.standing, 'version', version));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.change_standing IS 'What suspending and reinstating have in common. 资格变更的共同步骤。';

CREATE FUNCTION certwire.suspend_unit(unit text, reason text)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT change_standing('suspend_unit', unit, '{good,candidate}', 'suspended', reason)
$$;
COMMENT ON FUNCTION certwire.suspend_unit IS 'Ends the unit''s right to receive anything, at once. 立即暂停单位资格。';
GRANT EXECUTE ON FUNCTION certwire.suspend_unit TO certwire_admin;

CREATE FUNCTION certwire.reinstate_unit(unit text, reason text)
	RETURNS certwire.unit_overview LANGUAGE sql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT change_standing('reinstate_unit', unit, '{suspended,lapsed}', 'good', reason)
$$;
COMMENT ON FUNCTION certwire.reinstate_unit IS 'Back to good standing; what is still owed is sent. 恢复单位资格。';
GRANT EXECUTE ON FUNCTION certwire.reinstate_unit TO certwire_admin;

CREATE FUNCTION certwire.grant_channel(unit text, channel text, until timestamptz DEFAULT NULL, reason text DEFAULT NULL)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := CASE WHEN reason IS NOT NULL THEN check_reason(reason) END;
	moment timestamptz;
	held entitlement;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	PERFORM check_channel(channel);
	SELECT greatest(clock_timestamp(), max(e.since) + interval '1 microsecond') INTO moment
		FROM entitlement e WHERE e.unit = unit AND e.channel = channel;
	IF until <= moment THEN
		PERFORM fail('CW004', format('the end %s is past', until), 'give a time that is still to come, or none');
	END IF;
	SELECT e.* INTO held FROM entitlement e
		WHERE e.unit = unit AND e.channel = channel AND (e.until IS NULL OR e.until > moment);
	IF held.unit IS NOT NULL AND held.until IS NOT DISTINCT FROM until THEN
		PERFORM fail('CW005', format('unit %s is entitled to %s already, %s', unit, channel,
			coalesce('until ' || until, 'without an end')), 'nothing is to be done');
	END IF;
	UPDATE entitlement e SET until = moment
		WHERE e.unit = unit AND e.channel = channel AND e.since = held.since;
	INSERT INTO entitlement (unit, channel, since, until, reason) VALUES (unit, channel, moment, until, told);
	version := entitlement_changed(unit);
	PERFORM record_act('grant_channel', unit, jsonb_build_object('channel', channel, 'until', until, 'reason', told,
		'version', version));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.grant_channel IS 'Entitles a unit to a channel from now on, or changes until when. 授予频道接收权。';
GRANT EXECUTE ON FUNCTION certwire.grant_channel TO certwire_admin;

CREATE FUNCTION certwire.withdraw_channel(unit text, channel text, reason text)
	RETURNS certwire.unit_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	moment timestamptz;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	PERFORM check_channel(channel);
	SELECT greatest(clock_timestamp(), max(e.since) + interval '1 microsecond') INTO moment
		FROM entitlement e WHERE e.unit = unit AND e.channel = channel;
	UPDATE entitlement e SET until = moment, withdrawn_by = session_user, withdrawn_reason = told
		WHERE e.unit = unit AND e.channel = channel AND (e.until IS NULL OR e.until > moment);
	IF NOT FOUND THEN
		PERFORM fail('CW002', format('unit %s is not entitled to %s', unit, channel), 'nothing is to be done');
	END IF;
	version := entitlement_changed(unit);
	PERFORM record_act('withdraw_channel', unit, jsonb_build_object('channel', channel, 'reason', told, 'version', version));
	RETURN unit_now(unit);
END
$$;
COMMENT ON FUNCTION certwire.withdraw_channel IS 'Ends a unit''s right to a channel, at once. 立即撤销频道接收权。';
GRANT EXECUTE ON FUNCTION certwire.withdraw_channel TO certwire_admin;
