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

-- Groups.

CREATE TABLE certwire.unit_group (
	id certwire.channel_id PRIMARY KEY,
	name certwire.prose NOT NULL CHECK (octet_length(name) <= 256),
	purpose certwire.prose,
	made_by text NOT NULL DEFAULT session_user,
	made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE certwire.unit_group IS 'A named set of units: by capability, region or project. 单位分组。';
COMMENT ON COLUMN certwire.unit_group.id IS 'Id; written @id where a unit could stand. 标识，引用时写作 @标识。';
COMMENT ON COLUMN certwire.unit_group.name IS 'Name. 名称。';
COMMENT ON COLUMN certwire.unit_group.purpose IS 'What it is for. 用途。';
COMMENT ON COLUMN certwire.unit_group.made_by IS 'Login of who made it. 创建人。';
COMMENT ON COLUMN certwire.unit_group.made_at IS 'When. 创建时间。';

CREATE TABLE certwire.group_member (
	group_id text NOT NULL REFERENCES certwire.unit_group,
	unit text NOT NULL REFERENCES certwire.unit,
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	until timestamptz CHECK (until > since),
	put_by text NOT NULL DEFAULT session_user,
	reason certwire.prose NOT NULL,
	PRIMARY KEY (group_id, unit, since),
	CONSTRAINT group_member_no_overlap EXCLUDE USING gist (group_id WITH =, unit WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.group_member IS 'Which units are in a group, and when. 分组成员。';
COMMENT ON COLUMN certwire.group_member.group_id IS 'The group. 分组。';
COMMENT ON COLUMN certwire.group_member.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.group_member.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.group_member.until IS 'Until when, not including it; null: until it is taken out. 终止时间。';
COMMENT ON COLUMN certwire.group_member.put_by IS 'Login of who put it in. 录入人。';
COMMENT ON COLUMN certwire.group_member.reason IS 'Why. 理由。';
CREATE INDEX group_member_unit ON certwire.group_member (unit);

CREATE FUNCTION certwire.in_group(group_id text, unit text, at timestamptz)
	RETURNS boolean LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT EXISTS (SELECT FROM group_member m WHERE m.group_id = in_group.group_id AND m.unit = in_group.unit
		AND m.since <= at AND (m.until IS NULL OR m.until > at))
$$;
COMMENT ON FUNCTION certwire.in_group IS 'Whether the unit is in the group at that time. 某时刻单位是否在分组中。';

-- Policies.

CREATE TABLE certwire.channel_policy (
	channel text NOT NULL REFERENCES certwire.channel,
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	until timestamptz CHECK (until > since),
	levels text[] NOT NULL DEFAULT '{national,provincial}' CHECK (levels <@ '{national,provincial}' AND array_position(levels, NULL) IS NULL),
	regions text[] CHECK (array_position(regions, NULL) IS NULL),
	approvals int NOT NULL DEFAULT 1 CHECK (approvals BETWEEN 1 AND 8),
	backlog text NOT NULL DEFAULT 'none' CHECK (backlog IN ('none', 'days', 'latest')),
	backlog_days int CHECK (backlog_days BETWEEN 1 AND 3660),
	gap text NOT NULL DEFAULT 'nothing' CHECK (gap IN ('nothing', 'all', 'since')),
	gap_since timestamptz CHECK (isfinite(gap_since)),
	expires_after interval CHECK (expires_after BETWEEN interval '1 hour' AND interval '10 years'),
	preferred text REFERENCES certwire.unit_group,
	head_start interval CHECK (head_start BETWEEN interval '1 second' AND interval '90 days'),
	set_by text NOT NULL DEFAULT session_user,
	reason certwire.prose NOT NULL,
	PRIMARY KEY (channel, since),
	CONSTRAINT channel_policy_backlog CHECK ((backlog = 'days') = (backlog_days IS NOT NULL)),
	CONSTRAINT channel_policy_gap CHECK ((gap = 'since') = (gap_since IS NOT NULL)),
	CONSTRAINT channel_policy_head_start CHECK ((preferred IS NULL) = (head_start IS NULL)),
	CONSTRAINT channel_policy_no_overlap EXCLUDE USING gist (channel WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.channel_policy IS 'What holds for a channel unless said otherwise for a unit; history. 频道策略（历史）。';
COMMENT ON COLUMN certwire.channel_policy.channel IS 'The channel. 频道。';
COMMENT ON COLUMN certwire.channel_policy.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.channel_policy.until IS 'Until when; null: in force. 终止时间，空为现行。';
COMMENT ON COLUMN certwire.channel_policy.levels IS 'Units of these levels receive it by default. 默认可接收的级别。';
COMMENT ON COLUMN certwire.channel_policy.regions IS 'Only those of these regions; null: of all. 默认可接收的地区，空为全部。';
COMMENT ON COLUMN certwire.channel_policy.approvals IS 'Editors that must sign at least; the keyset may demand more. 至少签署人数。';
COMMENT ON COLUMN certwire.channel_policy.backlog IS 'What a newcomer gets of earlier issues: none, days, latest. 新单位补发：不补、按天数、最新一期。';
COMMENT ON COLUMN certwire.channel_policy.backlog_days IS 'For backlog days: how many. 补发天数。';
COMMENT ON COLUMN certwire.channel_policy.gap IS 'What a unit that comes back gets of what it missed: nothing, all, since. 恢复资格后的补发：不补、全部、自某日起。';
COMMENT ON COLUMN certwire.channel_policy.gap_since IS 'For gap since: what was issued from then on. 补发起始时间。';
COMMENT ON COLUMN certwire.channel_policy.expires_after IS 'Expiry that a draft is given unless it names one; null: none. 默认有效期。';
COMMENT ON COLUMN certwire.channel_policy.preferred IS 'Group that receives first. 优先获得的分组。';
COMMENT ON COLUMN certwire.channel_policy.head_start IS 'How much earlier. 优先时长。';
COMMENT ON COLUMN certwire.channel_policy.set_by IS 'Login of who set it. 设定人。';
COMMENT ON COLUMN certwire.channel_policy.reason IS 'Why. 理由。';
CREATE UNIQUE INDEX channel_policy_current ON certwire.channel_policy (channel) WHERE until IS NULL;
-- The plan gives every unit all four (section 四, rights 1, 2, 4 and 5).
INSERT INTO certwire.channel_policy (channel, since, set_by, reason)
	SELECT c.id, '2004-01-01 00:00+08', 'certwire', '合作计划纲要：应急服务支撑单位享有的权利' FROM certwire.channel c;

-- Grants and denials.

CREATE TABLE certwire.entitlement (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	effect text NOT NULL CHECK (effect IN ('grant', 'deny')),
	unit text REFERENCES certwire.unit,
	group_id text REFERENCES certwire.unit_group,
	channel text NOT NULL REFERENCES certwire.channel,
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	until timestamptz CHECK (until >= since),
	granted_by text NOT NULL DEFAULT session_user,
	reason certwire.prose,
	withdrawn_at timestamptz,
	withdrawn_by text,
	withdrawn_reason certwire.prose,
	CONSTRAINT entitlement_one_subject CHECK (num_nonnulls(unit, group_id) = 1),
	CONSTRAINT entitlement_withdrawn_wholly CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3)),
	CONSTRAINT entitlement_unit_no_overlap
		EXCLUDE USING gist (effect WITH =, unit WITH =, channel WITH =, tstzrange(since, until) WITH &&) WHERE (unit IS NOT NULL),
	CONSTRAINT entitlement_group_no_overlap
		EXCLUDE USING gist (effect WITH =, group_id WITH =, channel WITH =, tstzrange(since, until) WITH &&) WHERE (group_id IS NOT NULL)
);
COMMENT ON TABLE certwire.entitlement IS 'Explicit grants and denials of a channel, to a unit or a group; a denial wins. 频道的授予与禁止，禁止优先。';
COMMENT ON COLUMN certwire.entitlement.id IS 'Number. 编号。';
COMMENT ON COLUMN certwire.entitlement.effect IS 'grant or deny. 授予或禁止。';
COMMENT ON COLUMN certwire.entitlement.unit IS 'The unit, or null. 单位。';
COMMENT ON COLUMN certwire.entitlement.group_id IS 'The group, or null. 分组。';
COMMENT ON COLUMN certwire.entitlement.channel IS 'The channel. 频道。';
COMMENT ON COLUMN certwire.entitlement.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.entitlement.until IS 'Until when, not including it; null: until it is withdrawn; since itself: it never was in force. 终止时间。';
COMMENT ON COLUMN certwire.entitlement.granted_by IS 'Login of who granted or denied it. 授予人。';
COMMENT ON COLUMN certwire.entitlement.reason IS 'Why. 理由。';
COMMENT ON COLUMN certwire.entitlement.withdrawn_at IS 'When it was withdrawn. 撤销时间。';
COMMENT ON COLUMN certwire.entitlement.withdrawn_by IS 'Login of who ended it early. 撤销人。';
COMMENT ON COLUMN certwire.entitlement.withdrawn_reason IS 'Why it was ended early. 撤销理由。';
CREATE INDEX entitlement_unit ON certwire.entitlement (unit, channel) WHERE unit IS NOT NULL;
CREATE INDEX entitlement_group ON certwire.entitlement (channel, group_id) WHERE group_id IS NOT NULL;

-- The lock, and the version that copies are compared by.

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
	unit text REFERENCES certwire.unit,
	UNIQUE NULLS NOT DISTINCT (version, unit)
);
COMMENT ON TABLE certwire.entitlement_change IS 'Which units the newest 65,536 versions touched. 近期各版本涉及的单位。';
COMMENT ON COLUMN certwire.entitlement_change.version IS 'Version of the entitlement. 权限版本。';
COMMENT ON COLUMN certwire.entitlement_change.unit IS 'The unit; null: any. 单位，空为全部。';

-- Which transaction has a row lock PostgreSQL does not tell; so who has this one holds an advisory
-- lock as well, which is only a sign (number 1 of class 'CERT') and keeps nobody out.
CREATE FUNCTION certwire.entitlement_holder()
	RETURNS text LANGUAGE sql VOLATILE SET search_path = certwire, pg_temp AS $$
	SELECT format('%s (process %s, %s)', a.usename, a.pid, coalesce(nullif(a.application_name, ''), 'no name'))
	FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND l.classid = 1128616532 AND l.objid = 1 AND l.objsubid = 2 AND l.granted
		AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
	LIMIT 1
$$;
COMMENT ON FUNCTION certwire.entitlement_holder IS 'Who holds the entitlement lock; null when nobody. 权限锁的持有者。';

-- The lock is a statement of its own, in a volatile function: under READ COMMITTED every statement
-- after it sees all that was committed before the lock was granted. Under any other level it would
-- not, so that is refused. It is exclusive for issuing and sealing too: a share lock could be handed
-- on from one sealer to the next past a suspension that waits.
--
-- Nobody waits for it longer than 5 s, and nobody who idles with it keeps it longer than a minute.
CREATE FUNCTION certwire.entitlement_lock()
	RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
DECLARE
	locked bigint;
	idle interval := current_setting('idle_in_transaction_session_timeout')::interval;
	patience interval := current_setting('lock_timeout')::interval;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM fail('CW002', format('rights cannot be read or changed under %s',
			upper(current_setting('transaction_isolation'))), 'use READ COMMITTED, the default');
	END IF;
	IF patience = interval '0' OR patience > interval '5 seconds' THEN
		PERFORM set_config('lock_timeout', '5s', true);
	END IF;
	BEGIN
		SELECT s.version INTO STRICT locked FROM entitlement_state s FOR UPDATE;
	EXCEPTION WHEN lock_not_available THEN
		PERFORM fail('CW002', format('the entitlements are locked by %s', coalesce(entitlement_holder(), 'somebody who has just ended')),
			'try again when that transaction has ended; the operator may end it: SELECT pg_terminate_backend(<process>)');
	END;
	PERFORM pg_try_advisory_xact_lock(1128616532, 1);
	IF idle = interval '0' OR idle > interval '1 minute' THEN
		PERFORM set_config('idle_in_transaction_session_timeout', '60s', true);
	END IF;
	RETURN locked;
END
$$;
COMMENT ON FUNCTION certwire.entitlement_lock IS 'Takes the entitlement lock until the transaction ends; returns the version. 获取权限锁。';

CREATE FUNCTION certwire.entitlement_changed(units text[])
	RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	risen bigint;
BEGIN
	UPDATE entitlement_state s SET version = s.version + 1 RETURNING s.version INTO STRICT risen;
	INSERT INTO entitlement_change (version, unit)
		SELECT risen, g.unit FROM (SELECT DISTINCT unnest(coalesce(units, ARRAY[NULL])) AS unit) g;
	-- Whoever is further behind loads everything.
	DELETE FROM entitlement_change c WHERE c.version <= risen - 65536;
	PERFORM pg_notify('certwire_entitlement', risen::text);
	RETURN risen;
END
$$;
COMMENT ON FUNCTION certwire.entitlement_changed IS 'Raises the version for a change of these units (null: all), the lock being held. 记录权限变更。';

-- Rights. Written to be inlined into the query that uses it, hence no SET and no DEFINER: a few index
-- lookups for one unit.
CREATE FUNCTION certwire.rights_at(at timestamptz)
	RETURNS TABLE (unit text, channel text) LANGUAGE sql STABLE AS $$
	SELECT s.unit, p.channel
	FROM certwire.standing s
	JOIN certwire.channel_policy p ON p.since <= at AND (p.until IS NULL OR p.until > at)
	-- One at most, since terms do not overlap.
	LEFT JOIN (certwire.membership m JOIN certwire.term t ON t.number = m.term AND t.begins <= at AND (t.ends IS NULL OR t.ends > at))
		ON m.unit = s.unit AND m.since <= at AND (m.until IS NULL OR m.until > at)
	WHERE s.standing = 'good' AND s.since <= at AND (s.until IS NULL OR s.until > at)
		AND ((m.level = ANY (p.levels) AND (p.regions IS NULL OR m.region = ANY (p.regions)))
			OR EXISTS (SELECT FROM certwire.entitlement e
				WHERE e.unit = s.unit AND e.channel = p.channel AND e.effect = 'grant'
					AND e.since <= at AND (e.until IS NULL OR e.until > at))
			OR EXISTS (SELECT FROM certwire.group_member g JOIN certwire.entitlement e ON e.group_id = g.group_id
				WHERE g.unit = s.unit AND e.channel = p.channel AND e.effect = 'grant'
					AND e.since <= at AND (e.until IS NULL OR e.until > at)
					AND g.since <= at AND (g.until IS NULL OR g.until > at)))
		AND NOT EXISTS (SELECT FROM certwire.entitlement e
			WHERE e.unit = s.unit AND e.channel = p.channel AND e.effect = 'deny'
				AND e.since <= at AND (e.until IS NULL OR e.until > at))
		AND NOT EXISTS (SELECT FROM certwire.group_member g JOIN certwire.entitlement e ON e.group_id = g.group_id
			WHERE g.unit = s.unit AND e.channel = p.channel AND e.effect = 'deny'
				AND e.since <= at AND (e.until IS NULL OR e.until > at)
				AND g.since <= at AND (g.until IS NULL OR g.until > at))
$$;
COMMENT ON FUNCTION certwire.rights_at IS 'Which unit may receive which channel at that time: good standing, default or grant, no denial. 某时刻的接收权。';

-- The same for all the time to come, as far as it is decided: for who holds a copy.
CREATE FUNCTION certwire.rights_ahead(at timestamptz, units text[] DEFAULT NULL)
	RETURNS TABLE (unit text, channel text, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
	WITH spans AS (
		SELECT m.unit, p.channel, 'grant' AS effect, greatest(m.since, t.begins) AS since, least(m.until, t.ends) AS until
		FROM certwire.membership m
		JOIN certwire.term t ON t.number = m.term AND t.begins IS NOT NULL
		JOIN certwire.channel_policy p ON p.until IS NULL
			AND m.level = ANY (p.levels) AND (p.regions IS NULL OR m.region = ANY (p.regions))
		WHERE rights_ahead.units IS NULL OR m.unit = ANY (rights_ahead.units)
		UNION ALL
		SELECT e.unit, e.channel, e.effect, e.since, e.until
		FROM certwire.entitlement e
		WHERE e.unit IS NOT NULL AND (rights_ahead.units IS NULL OR e.unit = ANY (rights_ahead.units))
		UNION ALL
		SELECT g.unit, e.channel, e.effect, greatest(e.since, g.since), least(e.until, g.until)
		FROM certwire.entitlement e JOIN certwire.group_member g ON g.group_id = e.group_id
		WHERE rights_ahead.units IS NULL OR g.unit = ANY (rights_ahead.units)
	), sums AS (
		SELECT p.unit, p.channel,
			range_agg(tstzrange(p.since, p.until)) FILTER (WHERE p.effect = 'grant') AS granted,
			coalesce(range_agg(tstzrange(p.since, p.until)) FILTER (WHERE p.effect = 'deny'), '{}') AS denied
		FROM spans p
		WHERE coalesce(p.until, 'infinity') > greatest(p.since, rights_ahead.at)
		GROUP BY p.unit, p.channel
	), good AS (
		SELECT s.unit, range_agg(tstzrange(s.since, s.until)) AS span
		FROM certwire.standing s
		WHERE s.standing = 'good' AND (s.until IS NULL OR s.until > rights_ahead.at)
			AND (rights_ahead.units IS NULL OR s.unit = ANY (rights_ahead.units))
		GROUP BY s.unit
	)
	SELECT n.unit, n.channel, CASE WHEN lower(r) > rights_ahead.at THEN lower(r) END, upper(r)
	FROM sums n JOIN good o ON o.unit = n.unit
	CROSS JOIN LATERAL unnest((n.granted * o.span - n.denied) * tstzmultirange(tstzrange(rights_ahead.at, NULL))) r
$$;
COMMENT ON FUNCTION certwire.rights_ahead IS 'When the units (null: all) may receive which channel from that time on; since null: already; until null: open. 未来接收权时段。';

CREATE FUNCTION certwire.standing_zh(standing text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE standing WHEN 'good' THEN '资格正常' WHEN 'candidate' THEN '候选' WHEN 'suspended' THEN '已暂停资格'
		WHEN 'revoked' THEN '已取消资格' WHEN 'lapsed' THEN '资格已到期' END
$$;
COMMENT ON FUNCTION certwire.standing_zh IS 'A standing in Chinese. 资格状态的中文。';

CREATE FUNCTION certwire.channels_of(unit text)
	RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT string_agg(r.channel || coalesce(' from ' || time_text(r.since), '')
		|| coalesce(' (until ' || time_text(r.until) || ')', ''), ', ' ORDER BY r.channel, r.since NULLS FIRST)
	FROM rights_ahead(right_now(), ARRAY[channels_of.unit]) r
	WHERE in_my_regions(channels_of.unit)
$$;
COMMENT ON FUNCTION certwire.channels_of IS 'What a unit may receive, with begins and ends to come; null: nothing. 单位可接收的频道及起止。';
GRANT EXECUTE ON FUNCTION certwire.channels_of TO certwire_admin, certwire_registrar, certwire_clerk, certwire_auditor;

-- What people read of a unit, and what every function about one answers with.

CREATE VIEW certwire.unit_overview AS
SELECT u.id::text AS unit, u.name::text, s.standing, s.since, s.reason::text,
	certwire.channels_of(u.id) AS channels,
	(SELECT count(*)::int FROM certwire.device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
		AND d.revoked_at IS NULL AND d.not_after > certwire.right_now()) AS devices,
	(SELECT count(*)::int FROM certwire.device d WHERE d.unit = u.id AND d.certificate IS NULL
		AND d.revoked_at IS NULL) AS pending,
	(SELECT max(d.last_seen_at) FROM certwire.device d WHERE d.unit = u.id) AS last_seen_at,
	m.term, m.level, (SELECT r.name_zh::text FROM certwire.region r WHERE r.code = m.region) AS region,
	s.until AS standing_until,
	(SELECT c.name || ' ' || c.phone FROM certwire.contact c WHERE c.unit = u.id AND c.role = 'fixed'
		AND c.since <= certwire.right_now() AND (c.until IS NULL OR c.until > certwire.right_now())) AS contact
FROM certwire.unit u
JOIN certwire.standing s ON s.unit = u.id AND s.since <= certwire.right_now()
	AND (s.until IS NULL OR s.until > certwire.right_now())
LEFT JOIN LATERAL (SELECT n.term, n.level, n.region FROM certwire.membership n
	WHERE n.unit = u.id AND n.until IS NULL ORDER BY n.term DESC LIMIT 1) m ON true
WHERE certwire.in_my_regions(u.id);
COMMENT ON VIEW certwire.unit_overview IS 'Each unit as it stands now; a clerk sees those of its regions. 各单位现状一览。';
COMMENT ON COLUMN certwire.unit_overview.unit IS 'Id. 单位标识。';
COMMENT ON COLUMN certwire.unit_overview.name IS 'Name. 名称。';
COMMENT ON COLUMN certwire.unit_overview.standing IS 'Standing now. 当前资格。';
COMMENT ON COLUMN certwire.unit_overview.since IS 'Since when. 起始时间。';
COMMENT ON COLUMN certwire.unit_overview.reason IS 'Why. 理由。';
COMMENT ON COLUMN certwire.unit_overview.channels IS 'Channels it may receive, with begins and ends to come. 可接收的频道及起止。';
COMMENT ON COLUMN certwire.unit_overview.devices IS 'Live certified devices. 有效设备数。';
COMMENT ON COLUMN certwire.unit_overview.pending IS 'Requests that wait for a registrar. 待认证申请数。';
COMMENT ON COLUMN certwire.unit_overview.last_seen_at IS 'Last valid sync of any device. 最近同步时间。';
COMMENT ON COLUMN certwire.unit_overview.term IS 'Last term it was selected for. 最近入选届次。';
COMMENT ON COLUMN certwire.unit_overview.level IS 'Level in that term. 级别。';
COMMENT ON COLUMN certwire.unit_overview.region IS 'Region in that term. 地区。';
COMMENT ON COLUMN certwire.unit_overview.standing_until IS 'When the standing ends by the clock; null: no end is known. 资格截止时间。';
COMMENT ON COLUMN certwire.unit_overview.contact IS 'Fixed 7x24 contact. 固定联系人。';
GRANT SELECT ON certwire.unit_overview TO certwire_admin, certwire_registrar, certwire_clerk, certwire_auditor;

CREATE FUNCTION certwire.unit_now(unit text)
	RETURNS certwire.unit_overview LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT o.* FROM unit_overview o WHERE o.unit = unit_now.unit
$$;
COMMENT ON FUNCTION certwire.unit_now IS 'The overview row of one unit. 单个单位现状。';

CREATE FUNCTION certwire.check_unit(unit text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF unit IS NULL OR NOT EXISTS (SELECT FROM unit u WHERE u.id = unit) THEN
		PERFORM fail('CW003', format('there is no unit %L', unit),
			'see certwire.unit_overview, or enter it: SELECT * FROM certwire.propose_unit(...)');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_unit IS 'Refuses an unknown unit. 检查单位是否存在。';

CREATE FUNCTION certwire.check_channel(channel text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF channel IS NULL OR NOT EXISTS (SELECT FROM channel c WHERE c.id = channel) THEN
		PERFORM fail('CW003', format('there is no channel %L', channel),
			'use one of: ' || (SELECT string_agg(c.id, ', ' ORDER BY c.id) FROM channel c));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_channel IS 'Refuses an unknown channel. 检查频道是否存在。';
