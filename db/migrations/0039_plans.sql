-- What the dispatcher asks at every step costs what the step takes, not what waits: rows are chosen in the order of an
-- index and looked at one by one until there are enough, instead of computing everybody's rights each time. And the way
-- is given: a session keeps its plans, and begins when the ledger is small and its statistics know nothing. It is kept:
-- planning these at every call takes longer than running them; the dispatcher discards its plans once a minute.

SET LOCAL ROLE certwire_owner;

-- What is not sealed cannot be offered: it becomes due when it is sealed (put_grants).
ALTER TABLE certwire.delivery ALTER COLUMN next_offer_at SET DEFAULT 'infinity';
COMMENT ON COLUMN certwire.delivery.next_offer_at IS 'Not offered again before; infinity: not sealed yet. 下次推送时间。';

CREATE OR REPLACE FUNCTION certwire.enter_units(about certwire.publication, units text[], keyset int, moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	entered int;
BEGIN
	WITH numbered AS (
		SELECT r.unit, l.epoch, 1 + coalesce((SELECT e.number FROM entry e
			WHERE e.unit = r.unit AND e.epoch = l.epoch ORDER BY e.number DESC LIMIT 1), 0) AS number
		FROM unnest(units) r (unit) CROSS JOIN ledger l
		WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.unit = r.unit AND d.publication = about.id)
	), made AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT n.unit, n.epoch, n.number, about.kind, about.id, moment, keyset FROM numbered n
	)
	INSERT INTO delivery (publication, unit, epoch, number)
		SELECT about.id, n.unit, n.epoch, n.number FROM numbered n;
	GET DIAGNOSTICS entered = ROW_COUNT;
	RETURN entered;
END
$$;

CREATE OR REPLACE FUNCTION certwire.enter_late(unit text, publications text[])
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	last int;
	entered int;
BEGIN
	SELECT e.number INTO last FROM entry e JOIN ledger l ON l.epoch = e.epoch WHERE e.unit = unit ORDER BY e.number DESC LIMIT 1;
	WITH numbered AS (
		SELECT p.id, p.kind, p.keyset, l.epoch, (coalesce(last, 0) + row_number() OVER (ORDER BY p.issued_at, p.id))::int AS number
		FROM publication p CROSS JOIN ledger l
		WHERE p.id = ANY (publications)
			AND NOT EXISTS (SELECT FROM delivery d WHERE d.unit = unit AND d.publication = p.id)
	), made AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT unit, n.epoch, n.number, n.kind, n.id, moment, n.keyset FROM numbered n
	)
	INSERT INTO delivery (publication, unit, epoch, number)
		SELECT n.id, unit, n.epoch, n.number FROM numbered n;
	GET DIAGNOSTICS entered = ROW_COUNT;
	IF entered > 0 THEN
		PERFORM pg_notify('certwire_issue', '');
	END IF;
	RETURN entered;
END
$$;

-- As before; whether there is a grant is looked up for the unit in question, never by gathering everybody's first.
CREATE OR REPLACE FUNCTION certwire.rights_at(at timestamptz)
	RETURNS TABLE (unit text, channel text) LANGUAGE sql STABLE AS $$
	SELECT s.unit, p.channel
	FROM certwire.standing s
	JOIN certwire.channel_policy p ON p.since <= at AND (p.until IS NULL OR p.until > at)
	-- One at most, since terms do not overlap.
	LEFT JOIN (certwire.membership m JOIN certwire.term t ON t.number = m.term AND t.begins <= at AND (t.ends IS NULL OR t.ends > at))
		ON m.unit = s.unit AND m.since <= at AND (m.until IS NULL OR m.until > at)
	WHERE s.standing = 'good' AND s.since <= at AND (s.until IS NULL OR s.until > at)
		AND ((m.level = ANY (p.levels) AND (p.regions IS NULL OR m.region = ANY (p.regions)))
			OR (SELECT true FROM certwire.entitlement e
				WHERE e.unit = s.unit AND e.channel = p.channel AND e.effect = 'grant'
					AND e.since <= at AND (e.until IS NULL OR e.until > at) LIMIT 1)
			OR (SELECT true FROM certwire.group_member g JOIN certwire.entitlement e ON e.group_id = g.group_id
				WHERE g.unit = s.unit AND e.channel = p.channel AND e.effect = 'grant'
					AND e.since <= at AND (e.until IS NULL OR e.until > at)
					AND g.since <= at AND (g.until IS NULL OR g.until > at) LIMIT 1))
		AND NOT EXISTS (SELECT FROM certwire.entitlement e
			WHERE e.unit = s.unit AND e.channel = p.channel AND e.effect = 'deny'
				AND e.since <= at AND (e.until IS NULL OR e.until > at))
		AND NOT EXISTS (SELECT FROM certwire.group_member g JOIN certwire.entitlement e ON e.group_id = g.group_id
			WHERE g.unit = s.unit AND e.channel = p.channel AND e.effect = 'deny'
				AND e.since <= at AND (e.until IS NULL OR e.until > at)
				AND g.since <= at AND (g.until IS NULL OR g.until > at))
$$;

-- One row or none, and written so that it becomes part of the query that asks.
CREATE FUNCTION certwire.claim(unit text, channel text, kind text, at timestamptz)
	RETURNS TABLE (holds boolean) LANGUAGE sql STABLE AS $$
	SELECT true FROM certwire.claims_at(claim.at) c
	WHERE c.unit = claim.unit AND c.channel = claim.channel AND c.recalls = (claim.kind = 'recall') LIMIT 1
$$;
COMMENT ON FUNCTION certwire.claim IS 'Whether that unit may be sent that at that time: a row, or none. 某单位此时可否收到该类发布件。';

-- Called by migrations alone, as the owner: what CREATE OR REPLACE puts in a function's place begins without.
-- No bitmaps: they gather all rows to be sorted, where an index has them in order and ten are asked for.
CREATE PROCEDURE certwire.keep_plans(functions regprocedure[])
	LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	kept regprocedure;
	setting text;
BEGIN
	FOREACH kept IN ARRAY functions LOOP
		FOREACH setting IN ARRAY ARRAY['plan_cache_mode = force_generic_plan', 'join_collapse_limit = 1',
				'enable_seqscan = off', 'enable_bitmapscan = off', 'enable_hashjoin = off', 'enable_mergejoin = off'] LOOP
			EXECUTE format('ALTER FUNCTION %s SET %s', kept, setting);
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE certwire.keep_plans IS 'Has these functions keep their plans, which go the way their queries are written. 固定各函数的查询计划。';
REVOKE EXECUTE ON PROCEDURE certwire.keep_plans FROM PUBLIC;

CREATE OR REPLACE FUNCTION certwire.entries_to_sign(fence bigint, max_rows int)
	RETURNS TABLE (unit text, epoch int, number int, kind text, publication text, target int, issued_at timestamptz,
		keyset int, manifest_digest bytea, body_digest bytea, stream bytea, parts int, signatures text[], previous bytea,
		entered_at timestamptz)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT e.unit, e.epoch, e.number, e.kind, e.publication, e.target, coalesce(p.issued_at, e.issued_at), e.keyset,
			p.manifest_digest::bytea, p.body_digest::bytea, p.stream, p.parts,
			(SELECT array_agg(s.jws ORDER BY s.signed_at, s.kid) FROM signature s WHERE s.publication = p.id),
			CASE WHEN e.number = 1 THEN decode(repeat('00', 32), 'hex') ELSE
				(SELECT b.digest::bytea FROM entry b
					WHERE b.unit = e.unit AND b.epoch = e.epoch AND b.number = e.number - 1) END,
			-- In whole seconds, as units read it.
			CASE WHEN date_trunc('second', e.issued_at) > date_trunc('second', p.issued_at) THEN e.issued_at END
		FROM (
			SELECT n.* FROM (SELECT u.* FROM entry u WHERE u.digest IS NULL ORDER BY u.unit, u.epoch, u.number OFFSET 0) n
			CROSS JOIN LATERAL (SELECT FROM standing_at(right_now()) s WHERE s.unit = n.unit AND s.standing = 'good' LIMIT 1) good
			ORDER BY n.unit, n.epoch, n.number
			LIMIT max_rows
		) e
		LEFT JOIN publication p ON p.id = e.publication
		ORDER BY e.unit, e.epoch, e.number;
END
$$;

DROP FUNCTION certwire.deliveries_to_seal(bigint, text, int);
CREATE FUNCTION certwire.deliveries_to_seal(fence bigint, kid text, max_rows int, skip text[] DEFAULT '{}')
	RETURNS TABLE (publication text, unit text, content_key bytea, device text, device_kid text, certificate text)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
BEGIN
	PERFORM check_fence(fence);
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	RETURN QUERY
		SELECT d.publication, d.unit, c.sealed, v.device::text, v.kid::text, v.certificate
		-- The order of the index of what is to be sealed: a step ends when it has enough.
		FROM (SELECT n.publication, n.unit FROM delivery n WHERE n.to_seal AND n.state IN ('owed', 'settled')
			ORDER BY n.publication, n.unit OFFSET 0) d
		CROSS JOIN LATERAL (SELECT k.sealed FROM content_key k WHERE k.publication = d.publication AND k.kid = kid LIMIT 1) c
		CROSS JOIN LATERAL (SELECT q.kind, q.channel FROM publication q WHERE q.id = d.publication
			AND (q.expires_at IS NULL OR q.expires_at > moment) AND q.recalled_at IS NULL LIMIT 1) p
		CROSS JOIN LATERAL (
			SELECT y.device, y.kid, y.certificate FROM device y
			WHERE y.unit = d.unit AND y.certificate IS NOT NULL AND y.revoked_at IS NULL
				AND y.not_before <= moment AND y.not_after > moment AND y.unit || '.' || y.device <> ALL (skip)
				AND NOT EXISTS (SELECT FROM delivery_grant g
					WHERE g.publication = d.publication AND g.unit = y.unit AND g.device = y.device)
			OFFSET 0
		) v
		CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
		ORDER BY d.publication, d.unit
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.deliveries_to_seal IS 'Devices that lack a grant and may have it now, those left out (unit.device) excepted; holds the entitlement lock. 待封装项。';
GRANT EXECUTE ON FUNCTION certwire.deliveries_to_seal TO certwire_dispatcher;

CREATE OR REPLACE FUNCTION certwire.put_grants(fence bigint, publications text[], units text[], devices text[], kids text[], sealeds bytea[])
	RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
	put int;
BEGIN
	PERFORM check_fence(fence);
	-- Held already when the deliveries were read in this transaction; else rights are read anew under it.
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	INSERT INTO delivery_grant (publication, unit, device, kid, sealed)
		SELECT g.publication, g.unit, g.device, g.kid, g.sealed
		FROM unnest(publications, units, devices, kids, sealeds) g (publication, unit, device, kid, sealed)
		JOIN delivery d ON d.publication = g.publication AND d.unit = g.unit AND d.state IN ('owed', 'settled')
		JOIN publication p ON p.id = d.publication AND p.recalled_at IS NULL
		JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.kid = g.kid AND v.revoked_at IS NULL
			AND v.not_before <= moment AND v.not_after > moment
		CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	-- Offered at once; and not looked at again until another device comes.
	UPDATE delivery d SET next_offer_at = least(d.next_offer_at, moment),
			to_seal = EXISTS (SELECT FROM device v
				WHERE v.unit = d.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL AND v.not_after > moment
					AND NOT EXISTS (SELECT FROM delivery_grant g
						WHERE g.publication = d.publication AND g.unit = d.unit AND g.device = v.device))
		FROM (SELECT DISTINCT g.publication, g.unit FROM unnest(publications, units) g (publication, unit)) n
		WHERE d.publication = n.publication AND d.unit = n.unit;
	RETURN put;
END
$$;

CREATE OR REPLACE FUNCTION certwire.offers_due(fence bigint, retry interval, max_rows int)
	RETURNS TABLE (unit text, publication text, epoch int, number int, kind text, channel text, parts int,
		to_channel boolean, offers int, entry text, devices text[], kids text[], sealed bytea[])
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		-- Units take turns: the first of each, then the second of each. One with a year of backlog does not
		-- stand before another's fresh one. What that takes is asked of all that is due, the rest of those taken, which
		-- are found again by their place. One that changes meanwhile is offered at the next step.
		-- (CASE: by its unit, not through the index of those present at a broker.)
		WITH turns AS MATERIALIZED (
			SELECT d.ctid AS place, d.publication, d.unit, d.epoch, d.number, d.next_offer_at,
				row_number() OVER (PARTITION BY d.unit ORDER BY d.number) AS turn
			FROM delivery d
			CROSS JOIN LATERAL (SELECT FROM presence n WHERE n.unit = d.unit AND CASE WHEN n.present THEN true END LIMIT 1) there
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
		), ready AS (
			SELECT t.place
			FROM (SELECT s.* FROM turns s ORDER BY s.turn, s.next_offer_at, s.unit OFFSET 0) t
			CROSS JOIN LATERAL (SELECT q.kind, q.channel FROM publication q
				WHERE q.id = t.publication AND (q.expires_at IS NULL OR q.expires_at > moment) LIMIT 1) p
			CROSS JOIN LATERAL (SELECT FROM entry e
				WHERE e.unit = t.unit AND e.epoch = t.epoch AND e.number = t.number AND e.digest IS NOT NULL LIMIT 1) entered
			CROSS JOIN LATERAL (SELECT FROM delivery_grant g
				WHERE g.publication = t.publication AND g.unit = t.unit LIMIT 1) granted
			CROSS JOIN LATERAL claim(t.unit, p.channel, p.kind, moment)
			ORDER BY t.turn, t.next_offer_at, t.unit
			LIMIT max_rows
		), due AS (
			SELECT d.ctid AS place
			FROM ready n
			JOIN delivery d ON d.ctid = n.place
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
			FOR UPDATE OF d SKIP LOCKED
		), offered AS (
			UPDATE delivery d SET offers = d.offers + 1,
				first_offered_at = coalesce(d.first_offered_at, moment), last_offered_at = moment,
				next_offer_at = moment
					+ least(retry * power(2, least(d.offers, 20)), interval '1 hour') * (0.5 + random())
			FROM due WHERE d.ctid = due.place
			RETURNING d.publication, d.unit, d.epoch, d.number, d.offers
		)
		SELECT o.unit, o.publication, o.epoch, o.number, p.kind, p.channel, p.parts,
			audience_rule(p.audience) -> 'units' IS NULL, o.offers,
			(SELECT s.jws FROM entry_signature s WHERE s.unit = o.unit AND s.epoch = o.epoch AND s.number = o.number
				ORDER BY s.signed_at DESC, s.kid LIMIT 1),
			g.devices, g.kids, g.sealed
		FROM offered o
		JOIN publication p ON p.id = o.publication
		CROSS JOIN LATERAL (
			SELECT array_agg(y.device ORDER BY y.device) AS devices, array_agg(y.kid::text ORDER BY y.device) AS kids,
				array_agg(y.sealed ORDER BY y.device) AS sealed
			FROM delivery_grant y
			JOIN device v ON v.unit = y.unit AND v.device = y.device AND v.revoked_at IS NULL AND v.not_after > moment
			WHERE y.publication = o.publication AND y.unit = o.unit
		) g
		WHERE g.devices IS NOT NULL
		ORDER BY o.unit, o.number;
END
$$;

CREATE OR REPLACE FUNCTION certwire.owed_to(fence bigint, unit text, device text, epoch int, last int, have int4multirange,
	grants bigint[], max_rows int)
	RETURNS TABLE (number int, kind text, publication text, entry text, kid text, sealed bytea)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	ledger_epoch int;
BEGIN
	PERFORM check_fence(fence);
	SELECT l.epoch INTO STRICT ledger_epoch FROM ledger l;
	IF NOT EXISTS (SELECT FROM standing_at(moment) s WHERE s.unit = unit AND s.standing = 'good') THEN
		RETURN;
	END IF;
	IF epoch IS DISTINCT FROM ledger_epoch THEN
		last := 0;
		have := '{}';
		grants := '{}';
	END IF;
	-- A device that came late asks for what another device of its unit has stored: to be sealed to it.
	IF cardinality(grants) > 0 THEN
		UPDATE delivery d SET to_seal = true
			WHERE d.unit = unit AND d.epoch = ledger_epoch AND d.number = ANY (grants) AND NOT d.to_seal
				AND d.state IN ('owed', 'settled')
				AND NOT EXISTS (SELECT FROM delivery_grant g
					WHERE g.publication = d.publication AND g.unit = unit AND g.device = device);
	END IF;
	RETURN QUERY
		SELECT e.number, e.kind, e.publication,
			(SELECT s.jws FROM entry_signature s WHERE s.unit = e.unit AND s.epoch = e.epoch AND s.number = e.number
				ORDER BY s.signed_at DESC, s.kid LIMIT 1),
			w.kid::text, w.sealed
		FROM entry e
		LEFT JOIN LATERAL (
			SELECT g.kid, g.sealed
			FROM delivery d
			JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND p.recalled_at IS NULL
			JOIN delivery_grant g ON g.publication = d.publication AND g.unit = d.unit AND g.device = device
			JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.revoked_at IS NULL AND v.not_after > moment
			CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
			WHERE d.publication = e.publication AND d.unit = e.unit AND d.state IN ('owed', 'settled')
			LIMIT 1
		) w ON true
		WHERE e.unit = unit AND e.epoch = ledger_epoch AND e.digest IS NOT NULL
			AND ((e.number > coalesce(last, 0) AND NOT e.number <@ coalesce(have, '{}'::int4multirange))
				OR (e.number = ANY (grants) AND w.sealed IS NOT NULL))
		ORDER BY e.number
		LIMIT max_rows;
END
$$;

CREATE OR REPLACE FUNCTION certwire.parts_for(fence bigint, unit text, publication text, from_index int, to_index int)
	RETURNS TABLE (index int, data bytea, count int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT q.index, q.data, p.parts
		FROM delivery d
		JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
		CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
		JOIN publication_part q ON q.publication = d.publication AND q.index BETWEEN from_index AND to_index
		WHERE d.publication = publication AND d.unit = unit AND d.state IN ('owed', 'settled')
		ORDER BY q.index;
END
$$;

CALL certwire.keep_plans(ARRAY['certwire.entries_to_sign(bigint, int)', 'certwire.deliveries_to_seal(bigint, text, int, text[])',
	'certwire.put_grants(bigint, text[], text[], text[], text[], bytea[])', 'certwire.offers_due(bigint, interval, int)',
	'certwire.owed_to(bigint, text, text, int, int, int4multirange, bigint[], int)',
	'certwire.parts_for(bigint, text, text, int, int)',
	'certwire.put_entry_signatures(bigint, text, text[], bigint[], bigint[], bytea[], bytea[], text[])']::regprocedure[]);
