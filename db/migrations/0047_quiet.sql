-- A unit that is away costs nothing: what it is owed is put off until it comes back, instead of being looked at by every
-- step that offers something. And a step looks at so much of what is due, however much that is.

SET LOCAL ROLE certwire_owner;

COMMENT ON COLUMN certwire.delivery.next_offer_at IS 'Not offered again before; infinity: not signed or not sealed yet, or its unit is away. 下次推送时间。';
ALTER TABLE certwire.presence ADD COLUMN returned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN certwire.presence.returned IS 'It came, and what was put off for its unit is not due yet. 是否刚刚上线（待恢复推送）。';
CREATE INDEX presence_returned ON certwire.presence (unit) WHERE returned;

-- What was put off for a unit is found by it.
DROP INDEX certwire.delivery_owed;
CREATE INDEX delivery_owed ON certwire.delivery (unit, next_offer_at) WHERE state = 'owed';

UPDATE certwire.delivery d SET next_offer_at = 'infinity'
	WHERE d.state = 'owed' AND d.next_offer_at <= clock_timestamp()
		AND NOT EXISTS (SELECT FROM certwire.presence n WHERE n.unit = d.unit AND n.present);

-- As before, and who comes is marked. The mark is the dispatcher's to take away, who alone puts off: whatever
-- it put off for a unit that was coming just then is found by the mark.
CREATE OR REPLACE FUNCTION certwire.put_presence(broker text, units text[], devices text[], present boolean[], fresh boolean DEFAULT false)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	changed int;
BEGIN
	PERFORM check_arrays(cardinality(units), cardinality(devices), cardinality(present));
	IF fresh THEN
		UPDATE presence n SET present = false, since = clock_timestamp() WHERE n.broker = broker AND n.present;
	END IF;
	-- The last word in the batch counts; "absent" only by the broker that had it present.
	INSERT INTO presence AS n (unit, device, broker, present, returned)
		SELECT DISTINCT ON (g.unit, g.device) g.unit, g.device, broker, g.present, g.present
		FROM unnest(units, devices, present) WITH ORDINALITY g (unit, device, present, place)
		JOIN device v ON v.unit = g.unit AND v.device = g.device
		ORDER BY g.unit, g.device, g.place DESC
		ON CONFLICT ON CONSTRAINT presence_pkey DO UPDATE
			SET broker = EXCLUDED.broker, present = EXCLUDED.present, since = clock_timestamp(),
				returned = n.returned OR EXCLUDED.present
			WHERE (n.broker, n.present) IS DISTINCT FROM (EXCLUDED.broker, EXCLUDED.present)
				AND (EXCLUDED.present OR n.broker = EXCLUDED.broker);
	GET DIAGNOSTICS changed = ROW_COUNT;
	PERFORM pg_notify('certwire_presence', g.unit) FROM (SELECT DISTINCT n.unit FROM unnest(units, present) n (unit, present) WHERE n.present) g (unit)
		WHERE octet_length(g.unit) <= 64;
	RETURN changed;
END
$$;

-- As before, but for when it is due: at once if it is signed and the unit is there, else when it is signed or comes back.
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
	-- Not looked at again until another device comes.
	UPDATE delivery d SET
			next_offer_at = CASE WHEN (SELECT true FROM presence n WHERE n.unit = d.unit AND CASE WHEN n.present THEN true END LIMIT 1)
					AND (SELECT true FROM entry e WHERE e.unit = d.unit AND e.epoch = d.epoch AND e.number = d.number AND e.digest IS NOT NULL LIMIT 1)
				THEN least(d.next_offer_at, moment) ELSE 'infinity' END,
			to_seal = EXISTS (SELECT FROM device v
				WHERE v.unit = d.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL AND v.not_after > moment
					AND NOT EXISTS (SELECT FROM delivery_grant g
						WHERE g.publication = d.publication AND g.unit = d.unit AND g.device = v.device))
		FROM (SELECT DISTINCT g.publication, g.unit FROM unnest(publications, units) g (publication, unit)) n
		WHERE d.publication = n.publication AND d.unit = n.unit;
	RETURN put;
END
$$;

-- As before, and what was sealed before it was signed is due.
CREATE OR REPLACE FUNCTION certwire.put_entry_signatures(fence bigint, kid text, units text[], epochs bigint[], numbers bigint[],
	payloads bytea[], digests bytea[], jwss text[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	known int;
	put int;
	odd text;
BEGIN
	PERFORM check_fence(fence);
	WITH given AS (
		SELECT g.* FROM unnest(units, epochs, numbers, payloads, digests) g (unit, epoch, number, payload, digest)
	), set_now AS (
		UPDATE entry e SET payload = g.payload, digest = g.digest
		FROM given g CROSS JOIN LATERAL (SELECT x.ctid AS place FROM entry x
			WHERE x.unit = g.unit AND x.epoch = g.epoch AND x.number = g.number AND x.digest IS NULL LIMIT 1) p
		WHERE e.ctid = p.place
		RETURNING e.unit
	)
	SELECT count(*) INTO known FROM set_now;
	SELECT format('%s/%s/%s', g.unit, g.epoch, g.number) INTO odd
		FROM unnest(units, epochs, numbers, payloads, digests) g (unit, epoch, number, payload, digest)
		LEFT JOIN entry e ON e.unit = g.unit AND e.epoch = g.epoch AND e.number = g.number
		LEFT JOIN entry b ON b.unit = g.unit AND b.epoch = g.epoch AND b.number = g.number - 1
		WHERE e.unit IS NULL OR e.payload IS DISTINCT FROM g.payload OR e.digest IS DISTINCT FROM g.digest
			OR (g.number > 1 AND b.digest IS NULL)
		LIMIT 1;
	IF odd IS NOT NULL THEN
		PERFORM fail('CW005', format('entry %s is unknown, signed with another payload, or ahead of its predecessor', odd),
			'read entries_to_sign again');
	END IF;
	INSERT INTO entry_signature (unit, epoch, number, kid, jws)
		SELECT g.unit, g.epoch, g.number, kid, g.jws
		FROM unnest(units, epochs, numbers, jwss) g (unit, epoch, number, jws)
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	UPDATE delivery d SET next_offer_at = clock_timestamp()
		FROM unnest(units, epochs, numbers) g (unit, epoch, number)
		CROSS JOIN LATERAL (SELECT x.ctid AS place FROM delivery x
			WHERE x.unit = g.unit AND x.epoch = g.epoch AND x.number = g.number
				AND CASE WHEN x.state = 'owed' AND x.next_offer_at = 'infinity' THEN true END -- by its entry, through no other index
				AND (SELECT true FROM delivery_grant y WHERE y.publication = x.publication AND y.unit = x.unit LIMIT 1)
				AND (SELECT true FROM presence n WHERE n.unit = x.unit AND CASE WHEN n.present THEN true END LIMIT 1)
			LIMIT 1) p
		WHERE d.ctid = p.place;
	RETURN put;
END
$$;

-- What was put off for units that have come back is due now, a few units at a time until there is enough for a step.
-- A row that somebody holds is left, and the mark with it.
CREATE FUNCTION certwire.wake_returned(moment timestamptz, enough int)
	RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	woken int;
	unmarked int;
BEGIN
	LOOP
		WITH marked AS (
			SELECT n.unit, n.device FROM presence n WHERE n.returned LIMIT 32 FOR UPDATE SKIP LOCKED
		), waiting AS (
			SELECT m.unit, d.place
			FROM (SELECT DISTINCT m.unit FROM marked m) m
			CROSS JOIN LATERAL (SELECT x.ctid AS place FROM delivery x
				WHERE x.unit = m.unit AND x.state = 'owed' AND x.next_offer_at = 'infinity'
					AND (SELECT true FROM delivery_grant g WHERE g.publication = x.publication AND g.unit = x.unit LIMIT 1)
				OFFSET 0) d
		), free AS (
			SELECT d.ctid AS place FROM delivery d
			WHERE d.ctid = ANY (ARRAY(SELECT w.place FROM waiting w)) AND CASE WHEN d.state = 'owed' THEN true END
			FOR UPDATE OF d SKIP LOCKED
		), due AS (
			UPDATE delivery d SET next_offer_at = moment WHERE d.ctid = ANY (ARRAY(SELECT f.place FROM free f))
				RETURNING d.unit
		), seen AS (
			UPDATE presence n SET returned = false FROM marked m
				WHERE n.unit = m.unit AND n.device = m.device
					AND n.unit NOT IN (SELECT w.unit FROM waiting w WHERE w.place NOT IN (SELECT f.place FROM free f))
				RETURNING n.unit
		)
		SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM seen) INTO woken, unmarked;
		enough := enough - woken;
		EXIT WHEN unmarked = 0 OR enough <= 0;
	END LOOP;
END
$$;
COMMENT ON FUNCTION certwire.wake_returned IS 'Makes due what was put off for units that have come back. 恢复重新上线单位的推送。';

CREATE OR REPLACE FUNCTION certwire.offers_due(fence bigint, retry interval, max_rows int)
	RETURNS TABLE (unit text, publication text, epoch int, number int, kind text, channel text, parts int,
		to_channel boolean, offers int, entry text, devices text[], kids text[], sealed bytea[])
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	PERFORM wake_returned(moment, max_rows);
	-- Where nothing of what was looked at may be offered, that is put off, and there may be more.
	FOR i IN 1 .. 16 LOOP
		RETURN QUERY
			-- Of what has been due longest, units take turns: the first of each, then the second of each. One with a year of
			-- backlog does not stand before another's fresh one. What that takes is asked of all that is looked at, the rest of
			-- those taken, which are found again by their place. One that changes meanwhile is offered at the next step.
			-- (CASE: by its unit or its place, through no other index.)
			WITH looked_at AS MATERIALIZED (
				SELECT d.place, d.publication, d.unit, d.epoch, d.number, d.next_offer_at,
					(SELECT true FROM presence n WHERE n.unit = d.unit AND CASE WHEN n.present THEN true END LIMIT 1) IS TRUE AS there
				FROM (SELECT o.ctid AS place, o.publication, o.unit, o.epoch, o.number, o.next_offer_at
					FROM delivery o WHERE o.state = 'owed' AND o.next_offer_at <= moment
					ORDER BY o.next_offer_at LIMIT 8 * max_rows) d
			), turns AS MATERIALIZED (
				SELECT l.*, row_number() OVER (PARTITION BY l.unit ORDER BY l.number) AS turn FROM looked_at l WHERE l.there
			), ready AS MATERIALIZED (
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
			), idle AS (
				-- Its unit is away; or, where there was room for it, it is not signed, or may not be offered now, as when it is held.
				SELECT d.ctid AS place
				FROM delivery d
				WHERE d.ctid = ANY (ARRAY(SELECT l.place FROM looked_at l WHERE NOT l.there
						OR ((SELECT count(*) FROM ready) < max_rows AND l.place NOT IN (SELECT n.place FROM ready n))))
					AND CASE WHEN d.state = 'owed' AND d.next_offer_at <= moment THEN true END
				FOR UPDATE OF d SKIP LOCKED
			), put_off AS (
				UPDATE delivery d SET next_offer_at = CASE WHEN d.unit IN (SELECT t.unit FROM turns t)
						AND (SELECT true FROM entry e WHERE e.unit = d.unit AND e.epoch = d.epoch AND e.number = d.number AND e.digest IS NOT NULL LIMIT 1)
						THEN moment + retry * (0.5 + random()) ELSE 'infinity' END
				WHERE d.ctid = ANY (ARRAY(SELECT n.place FROM idle n))
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
		EXIT WHEN FOUND OR ((SELECT d.next_offer_at FROM delivery d WHERE d.state = 'owed' ORDER BY d.next_offer_at LIMIT 1)
			<= moment) IS NOT TRUE;
	END LOOP;
END
$$;

CALL certwire.keep_plans(ARRAY['certwire.put_grants(bigint, text[], text[], text[], text[], bytea[])',
	'certwire.put_entry_signatures(bigint, text, text[], bigint[], bigint[], bytea[], bytea[], text[])',
	'certwire.offers_due(bigint, interval, int)']::regprocedure[]);
