-- What brokers ask for, made cheap: names a page at a time, for when everything is read anew a change waits for each
-- step; and rights by a plan that is made once. To plan them took longer than to look one unit up, and the plan of a
-- list of units grew with the list.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.copy_names_after(after text, most int)
	RETURNS TABLE (unit text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT u.id::text FROM unit u WHERE u.id > after ORDER BY u.id LIMIT most
$$;
COMMENT ON FUNCTION certwire.copy_names_after IS 'The next units'' ids, at most so many, after one of them ('''': the first ones). 其后的单位标识（分页）。';
GRANT EXECUTE ON FUNCTION certwire.copy_names_after TO certwire_broker;

-- Joined to the list, so that the plan is one whatever the list is: from each of its units to what there is of it.
CREATE OR REPLACE FUNCTION certwire.rights_ahead(at timestamptz, units text[] DEFAULT NULL)
	RETURNS TABLE (unit text, channel text, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
	WITH asked AS (
		SELECT DISTINCT unnest(coalesce(rights_ahead.units, ARRAY(SELECT u.id::text FROM certwire.unit u))) AS unit
	), spans AS (
		SELECT m.unit, p.channel, 'grant' AS effect, greatest(m.since, t.begins) AS since, least(m.until, t.ends) AS until
		FROM asked a
		JOIN certwire.membership m ON m.unit = a.unit
		JOIN certwire.term t ON t.number = m.term AND t.begins IS NOT NULL
		JOIN certwire.channel_policy p ON p.until IS NULL
			AND m.level = ANY (p.levels) AND (p.regions IS NULL OR m.region = ANY (p.regions))
		UNION ALL
		SELECT e.unit, e.channel, e.effect, e.since, e.until
		FROM asked a JOIN certwire.entitlement e ON e.unit = a.unit
		UNION ALL
		SELECT g.unit, e.channel, e.effect, greatest(e.since, g.since), least(e.until, g.until)
		FROM asked a
		JOIN certwire.group_member g ON g.unit = a.unit
		JOIN certwire.entitlement e ON e.group_id = g.group_id
	), sums AS (
		SELECT p.unit, p.channel,
			range_agg(tstzrange(p.since, p.until)) FILTER (WHERE p.effect = 'grant') AS granted,
			coalesce(range_agg(tstzrange(p.since, p.until)) FILTER (WHERE p.effect = 'deny'), '{}') AS denied
		FROM spans p
		WHERE coalesce(p.until, 'infinity') > greatest(p.since, rights_ahead.at)
		GROUP BY p.unit, p.channel
	), good AS (
		SELECT s.unit, range_agg(tstzrange(s.since, s.until)) AS span
		FROM asked a JOIN certwire.standing s ON s.unit = a.unit
		WHERE s.standing = 'good' AND (s.until IS NULL OR s.until > rights_ahead.at)
		GROUP BY s.unit
	)
	SELECT n.unit, n.channel, CASE WHEN lower(r) > rights_ahead.at THEN lower(r) END, upper(r)
	FROM sums n JOIN good o ON o.unit = n.unit
	CROSS JOIN LATERAL unnest((n.granted * o.span - n.denied) * tstzmultirange(tstzrange(rights_ahead.at, NULL))) r
$$;

CREATE OR REPLACE FUNCTION certwire.copy_units(units text[] DEFAULT NULL)
	RETURNS TABLE (unit text, standing text, standing_until timestamptz, channel text, since timestamptz, until timestamptz)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp
	SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	RETURN QUERY
		SELECT s.unit, s.standing, s.until, r.channel, r.since, r.until
		FROM (SELECT DISTINCT unnest(coalesce(units, ARRAY(SELECT u.id::text FROM unit u))) AS unit) a
		JOIN standing_at(moment) s ON s.unit = a.unit
		LEFT JOIN rights_ahead(moment, units) r ON r.unit = s.unit
		ORDER BY s.unit, r.channel, r.since NULLS FIRST;
END
$$;
