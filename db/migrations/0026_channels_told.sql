-- What a head tells a unit of each channel: whether it may receive it, and where not since when and why.
-- And a change that touches every unit is told to every unit that is there.

SET LOCAL ROLE certwire_owner;

ALTER TABLE certwire.audit_anchor DROP CONSTRAINT audit_anchor_jws_check,
	ADD CONSTRAINT audit_anchor_jws_check CHECK (octet_length(jws) <= 20480);

CREATE FUNCTION certwire.cut_short(told text, max_bytes int)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN octet_length(told) <= max_bytes THEN told ELSE (
		SELECT left(told, n) || '…' FROM generate_series(length(told), 0, -1) n
		WHERE octet_length(left(told, n)) <= max_bytes - 3 LIMIT 1) END
$$;
COMMENT ON FUNCTION certwire.cut_short IS 'The beginning of a text, in whole characters and at most that many bytes. 按字节数截短文本。';

-- For a unit in good standing, without a denial: what it had its right by until lost_at, or what it would need.
CREATE FUNCTION certwire.ungranted_why(unit text, channel text, at timestamptz, lost_at timestamptz)
	RETURNS text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT coalesce((
		SELECT CASE WHEN e.withdrawn_at IS NOT NULL THEN '授予已撤回：' || e.withdrawn_reason || '（grant withdrawn）'
			ELSE '授予已到期（grant ended）' END
		FROM entitlement e
		WHERE e.effect = 'grant' AND e.channel = ungranted_why.channel AND e.until = lost_at AND e.since < e.until
			AND (e.unit = ungranted_why.unit
				OR in_group(e.group_id, ungranted_why.unit, lost_at - interval '1 microsecond'))
		ORDER BY e.unit IS NULL, e.id LIMIT 1
	), (
		SELECT '已不在分组“' || n.name || '”中（no longer in group ' || n.id || '）'
		FROM group_member g
		JOIN unit_group n ON n.id = g.group_id
		JOIN entitlement e ON e.group_id = g.group_id AND e.effect = 'grant' AND e.channel = ungranted_why.channel
			AND e.since < lost_at AND (e.until IS NULL OR e.until > lost_at)
		WHERE g.unit = ungranted_why.unit AND g.until = lost_at
		ORDER BY n.id LIMIT 1
	), (
		SELECT CASE WHEN m.unit IS NULL THEN '不属于任何有效届次，也没有授予（in no term in force, no grant）'
			WHEN m.level = ANY (p.levels) THEN '频道策略不含本单位所在地区，也没有授予（not for its region by policy, no grant）'
			ELSE '频道策略不含本单位级别，也没有授予（not for its level by policy, no grant）' END
			|| coalesce((SELECT '：' || q.reason FROM channel_policy q WHERE q.channel = p.channel AND q.since = lost_at), '')
		FROM channel_policy p LEFT JOIN membership_at(at) m ON m.unit = ungranted_why.unit
		WHERE p.channel = ungranted_why.channel AND p.until IS NULL
	))
$$;
COMMENT ON FUNCTION certwire.ungranted_why IS 'Why neither policy nor grant gives a unit a channel, for its people. 单位为何未获授予某频道。';

-- The verdict of why(), for every channel at once; its reason in one line that the unit's people read.
CREATE FUNCTION certwire.channels_told(unit text, at timestamptz)
	RETURNS TABLE (channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT c.id::text, r.unit IS NOT NULL, l.at, CASE WHEN r.unit IS NULL THEN cut_short(coalesce(
		CASE WHEN s.standing = 'good' THEN denied_why(s.unit, c.id, channels_told.at) END,
		why_not(s.standing, s.reason, true),
		ungranted_why(s.unit, c.id, channels_told.at, l.at)), 256) END
	FROM channel c
	JOIN standing_at(channels_told.at) s ON s.unit = channels_told.unit
	LEFT JOIN rights_at(channels_told.at) r ON r.unit = s.unit AND r.channel = c.id
	LEFT JOIN LATERAL (SELECT max(upper(h)) AS at FROM unnest(rights_history(s.unit, c.id)) h
		WHERE upper(h) <= channels_told.at) l ON r.unit IS NULL
$$;
COMMENT ON FUNCTION certwire.channels_told IS 'For each channel whether the unit may receive it; where not, since when (null: it never could) and why. 单位各频道接收权及不能接收的原因。';

CREATE FUNCTION certwire.head_channels(fence bigint, unit text)
	RETURNS TABLE (channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY SELECT c.* FROM channels_told(unit, right_now()) c ORDER BY c.channel LIMIT 16;
END
$$;
COMMENT ON FUNCTION certwire.head_channels IS 'What a head says of the channels. 首部中的频道接收权。';
GRANT EXECUTE ON FUNCTION certwire.head_channels TO certwire_dispatcher;

CREATE OR REPLACE FUNCTION certwire.units_changed(fence bigint, since bigint)
	RETURNS TABLE (version bigint, unit text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	newest bigint;
BEGIN
	PERFORM check_fence(fence);
	SELECT s.version INTO STRICT newest FROM entitlement_state s;
	RETURN QUERY
		SELECT c.version, c.unit FROM entitlement_change c
		WHERE since >= 0 AND c.version > since AND c.version <= newest AND c.unit IS NOT NULL ORDER BY c.version, c.unit;
	-- Of a change that may touch anybody those are told who are there; the others ask when they come.
	IF since >= 0 AND EXISTS (SELECT FROM entitlement_change c
		WHERE c.version > since AND c.version <= newest AND c.unit IS NULL) THEN
		RETURN QUERY SELECT DISTINCT newest, n.unit FROM presence n WHERE n.present ORDER BY n.unit;
	END IF;
	RETURN QUERY SELECT newest, NULL::text;
END
$$;
