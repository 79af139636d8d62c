-- Who will not receive, and since when: a preview that says 'suspended' leaves an editor to guess whether that is news.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.since_text(held certwire.standing)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN held.standing = 'good' THEN '' ELSE '，自 ' || certwire.local_date(held.since) || ' 起（since）' END
$$;
COMMENT ON FUNCTION certwire.since_text IS 'Since what day a standing holds that is not good, for people; else nothing. 资格不正常自何日起。';

CREATE OR REPLACE FUNCTION certwire.audience(channel text, rule bytea DEFAULT '{"v":1,"rule":"entitled"}')
	RETURNS TABLE (unit text, name text, receives boolean, reason text, devices int, waits boolean)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
	named jsonb;
	first_group text;
BEGIN
	PERFORM check_channel(channel);
	PERFORM check_audience(rule);
	named := audience_rule(rule) -> 'units';
	SELECT p.preferred INTO first_group FROM channel_policy p WHERE p.channel = channel AND p.until IS NULL;
	RETURN QUERY
		SELECT w.unit, w.name, w.reason IS NULL, w.reason, w.devices,
			w.reason IS NULL AND first_group IS NOT NULL AND NOT in_group(first_group, w.unit, moment)
		FROM (
			SELECT u.id::text AS unit, u.name::text AS name,
				CASE WHEN named IS NOT NULL AND NOT named ? u.id::text THEN '不在发布范围内（not in the audience）'
					ELSE coalesce(CASE WHEN s.standing = 'good' AND r.unit IS NULL THEN denied_why(u.id, channel, moment) END,
						why_not(s.standing, s.reason, r.unit IS NOT NULL) || since_text(s)) END AS reason,
				(SELECT count(*)::int FROM device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
					AND d.revoked_at IS NULL AND d.not_after > moment) AS devices
			FROM unit u
			JOIN standing_at(moment) s ON s.unit = u.id
			LEFT JOIN rights_at(moment) r ON r.unit = u.id AND r.channel = channel
		) w
		ORDER BY w.reason IS NOT NULL, w.unit;
END
$$;

CREATE OR REPLACE FUNCTION certwire.recall_audience(target text)
	RETURNS TABLE (unit text, name text, receives boolean, reason text, devices int, waits boolean)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	SELECT u.id::text, u.name::text, s.standing = 'good',
		why_not(s.standing, s.reason, true) || since_text(s) || '；恢复资格后收到召回（told once in good standing again）',
		(SELECT count(*)::int FROM device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
			AND d.revoked_at IS NULL AND d.not_after > right_now()),
		false
	FROM holders(ARRAY[recall_audience.target]) h
	JOIN unit u ON u.id = h.unit
	JOIN standing_at(right_now()) s ON s.unit = u.id
	ORDER BY s.standing <> 'good', u.id
$$;
