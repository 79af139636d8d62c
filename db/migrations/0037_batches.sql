-- Receipts are judged and settled, and heads are read, for many at a time: what each of them cost in a call of its own
-- was several times what its signature costs. What is settled, and by which rules, stays what it was.

SET LOCAL ROLE certwire_owner;

-- One notification for a batch: it says that something is there, and who listens reads all of it.
CREATE OR REPLACE FUNCTION certwire.put_receipts(broker text, units text[], devices text[], numbers bigint[], raws bytea[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_arrays(cardinality(units), cardinality(devices), cardinality(numbers), cardinality(raws));
	INSERT INTO receipt (unit, device, number, raw, broker)
		SELECT g.unit, g.device, g.number, g.raw, broker
		FROM unnest(units, devices, numbers, raws) WITH ORDINALITY g (unit, device, number, raw, place)
		ORDER BY g.place
		-- Refused only because its device was not known: judged again by what is known now.
		ON CONFLICT ON CONSTRAINT receipt_once DO UPDATE
			SET received_at = clock_timestamp(), judged_at = NULL, verdict = NULL, authentic = NULL
			WHERE receipt.verdict = 603 AND NOT receipt.authentic;
	GET DIAGNOSTICS put = ROW_COUNT;
	IF put > 0 THEN
		PERFORM pg_notify('certwire_receipt', '');
	END IF;
	RETURN put;
END
$$;

CREATE OR REPLACE FUNCTION certwire.put_replies(broker text, units text[], devices text[], numbers bigint[], raws bytea[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_arrays(cardinality(units), cardinality(devices), cardinality(numbers), cardinality(raws));
	INSERT INTO receipt (unit, device, number, raw, broker, is_reply)
		SELECT g.unit, g.device, g.number, g.raw, broker, true
		FROM (SELECT n.unit, n.device, n.number, n.raw, min(n.place) AS place
			FROM unnest(units, devices, numbers, raws) WITH ORDINALITY n (unit, device, number, raw, place)
			GROUP BY n.unit, n.device, n.number, n.raw) g
		ORDER BY g.place
		-- Refused only because its device was not known: judged again by what is known now.
		ON CONFLICT ON CONSTRAINT receipt_once DO UPDATE
			SET received_at = clock_timestamp(), judged_at = NULL, verdict = NULL, authentic = NULL
			WHERE receipt.verdict = 623 AND NOT receipt.authentic AND receipt.is_reply;
	GET DIAGNOSTICS put = ROW_COUNT;
	IF put > 0 THEN
		PERFORM pg_notify('certwire_receipt', '');
	END IF;
	RETURN put;
END
$$;

-- A session keeps a plan for as long as it lives, and the dispatcher's begins when the ledger is small: without
-- seq scans its plans are good for a large one as well.

-- Those that are read are chosen first, so that a long queue costs nothing.
CREATE FUNCTION certwire.to_judge(max_rows int, replies boolean)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE sql STABLE AS $$
	SELECT r.id, r.unit, r.device, r.number, r.raw, r.received_at, v.certificate, v.kid::text, v.revoked_at, l.epoch
	FROM (SELECT q.* FROM certwire.receipt q WHERE q.judged_at IS NULL AND q.is_reply = replies ORDER BY q.id LIMIT max_rows) r
	CROSS JOIN certwire.ledger l
	LEFT JOIN certwire.device v ON v.unit = r.unit AND v.device = r.device
	ORDER BY r.id
$$;
COMMENT ON FUNCTION certwire.to_judge IS 'Receipts, or replies, not judged yet, oldest first, with the device''s certificate. 待裁定回执或答复。';

CREATE OR REPLACE FUNCTION certwire.receipts_to_judge(fence bigint, max_rows int)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY SELECT r.* FROM to_judge(max_rows, false) r;
END
$$;

CREATE OR REPLACE FUNCTION certwire.replies_to_judge(fence bigint, max_rows int)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY SELECT r.* FROM to_judge(max_rows, true) r;
END
$$;

-- What the items of many receipts are compared with.
DROP FUNCTION certwire.delivery_of(bigint, text, text[]);
CREATE FUNCTION certwire.deliveries_of(fence bigint, units text[], publications text[])
	RETURNS TABLE (place int, epoch int, number int, manifest_digest bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	PERFORM check_arrays(cardinality(units), cardinality(publications));
	RETURN QUERY
		SELECT g.place::int, d.epoch, d.number, p.manifest_digest::bytea
		FROM unnest(units, publications) WITH ORDINALITY g (unit, publication, place)
		JOIN delivery d ON d.publication = g.publication AND d.unit = g.unit
		JOIN publication p ON p.id = d.publication;
END
$$;
COMMENT ON FUNCTION certwire.deliveries_of IS 'What the items of receipts are compared with, by their place among those asked for; no row: never owed. 回执条目的比对依据。';
GRANT EXECUTE ON FUNCTION certwire.deliveries_of TO certwire_dispatcher;

-- Of several receipts that say the same of a delivery the one that came first counts, and of several refusals the last.
-- The devices are locked.
DROP FUNCTION certwire.settle_items(certwire.receipt, text[], text[], bigint[], timestamptz[]);
CREATE FUNCTION certwire.settle_items(receipts bigint[], publications text[], states text[], codes bigint[], reached timestamptz[])
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
	INSERT INTO receipt_item (publication, unit, device, state, code, reached_at, receipt)
		SELECT g.publication, r.unit, r.device, g.state, nullif(g.code, 0), g.reached_at, r.id
		FROM unnest(receipts, publications, states, codes, reached) WITH ORDINALITY g (receipt, publication, state, code, reached_at, place)
		JOIN receipt r ON r.id = g.receipt
		ORDER BY g.receipt, g.place
		ON CONFLICT DO NOTHING;
	UPDATE delivery d SET
			state = CASE WHEN d.state = 'owed' AND n.stored_at IS NOT NULL THEN 'settled' ELSE d.state END,
			stored_at = coalesce(d.stored_at, n.stored_at),
			opened_at = coalesce(d.opened_at, n.opened_at),
			refused_code = coalesce(n.refused_code, d.refused_code),
			refused_at = coalesce(n.refused_at, d.refused_at)
		FROM (
			SELECT g.publication, r.unit,
				(array_agg(g.reached_at ORDER BY g.receipt, g.reached_at)
					FILTER (WHERE g.state = 'stored' OR (g.state = 'recalled' AND p.kind = 'recall')))[1] AS stored_at,
				(array_agg(g.reached_at ORDER BY g.receipt, g.reached_at) FILTER (WHERE g.state = 'opened'))[1] AS opened_at,
				(array_agg(g.code ORDER BY g.receipt DESC, g.reached_at DESC) FILTER (WHERE g.state = 'refused'))[1] AS refused_code,
				(array_agg(g.reached_at ORDER BY g.receipt DESC, g.reached_at DESC) FILTER (WHERE g.state = 'refused'))[1] AS refused_at
			FROM unnest(receipts, publications, states, codes, reached) g (receipt, publication, state, code, reached_at)
			JOIN receipt r ON r.id = g.receipt
			JOIN publication p ON p.id = g.publication
			GROUP BY g.publication, r.unit
		) n
		WHERE d.publication = n.publication AND d.unit = n.unit;
END
$$;
COMMENT ON FUNCTION certwire.settle_items IS 'Puts the items of believed receipts into the ledger. 登记已采信回执的各项。';

DROP FUNCTION certwire.settle(bigint, bigint, int, boolean, text[], text[], bigint[], timestamptz[]);
CREATE FUNCTION certwire.settle(fence bigint, receipts bigint[], verdicts bigint[], authentics boolean[],
	item_receipts bigint[], publications text[], states text[], codes bigint[], reached timestamptz[])
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
	judged int;
BEGIN
	PERFORM check_fence(fence);
	PERFORM check_arrays(cardinality(receipts), cardinality(verdicts), cardinality(authentics));
	PERFORM check_arrays(cardinality(item_receipts), cardinality(publications), cardinality(states), cardinality(codes), cardinality(reached));
	-- One batch of a device at a time: two that do not see each other would both leave the watermark.
	PERFORM FROM device v WHERE (v.unit, v.device) IN (SELECT r.unit, r.device FROM receipt r WHERE r.id = ANY (receipts))
		ORDER BY v.unit, v.device FOR UPDATE OF v;
	UPDATE receipt r SET judged_at = clock_timestamp(), verdict = g.verdict, authentic = g.authentic
		FROM unnest(receipts, verdicts, authentics) g (receipt, verdict, authentic)
		WHERE r.id = g.receipt AND r.judged_at IS NULL;
	GET DIAGNOSTICS judged = ROW_COUNT;
	IF judged <> cardinality(receipts) THEN
		PERFORM fail('CW002', format('%s of %s receipts are unknown or judged already', cardinality(receipts) - judged, cardinality(receipts)),
			'read receipts_to_judge again');
	END IF;
	IF (SELECT count(*) FROM unnest(item_receipts) i (receipt)
		JOIN unnest(receipts, verdicts) g (receipt, verdict) ON g.receipt = i.receipt AND g.verdict = 0) <> cardinality(item_receipts) THEN
		PERFORM fail('CW004', 'items of a receipt that is not believed here', 'give items with verdict 0 alone');
	END IF;
	PERFORM settle_items(item_receipts, publications, states, codes, reached);
	INSERT INTO incident (source, unit, device, code)
		SELECT 'dispatcher', r.unit, r.device, g.verdict
		FROM unnest(receipts, verdicts) g (receipt, verdict) JOIN receipt r ON r.id = g.receipt
		WHERE g.verdict <> 0 ORDER BY r.id;
	-- The run of numbers without a hole that the device itself is known to have signed: what anybody
	-- else put under its name must not make it forget a receipt of its own.
	UPDATE device v SET settled = n.reached
		FROM (
			SELECT w.unit, w.device, max(i.number) AS reached
			FROM (SELECT DISTINCT r.unit, r.device FROM receipt r WHERE r.id = ANY (receipts) AND r.authentic) told
			JOIN device w ON w.unit = told.unit AND w.device = told.device
			CROSS JOIN LATERAL (
				SELECT q.number, q.number - row_number() OVER (ORDER BY q.number) AS island
				FROM (SELECT DISTINCT r.number FROM receipt r WHERE r.unit = w.unit AND r.device = w.device
					AND r.number > w.settled AND r.authentic) q
			) i
			WHERE i.island = w.settled
			GROUP BY w.unit, w.device
		) n
		WHERE v.unit = n.unit AND v.device = n.device;
END
$$;
COMMENT ON FUNCTION certwire.settle IS 'Judges receipts; the items of those that are believed settle deliveries, and the watermarks of their devices move. 裁定并结算一批回执。';
GRANT EXECUTE ON FUNCTION certwire.settle TO certwire_dispatcher;

CREATE OR REPLACE FUNCTION certwire.place_parked(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	placed record;
BEGIN
	PERFORM check_fence(fence);
	WITH found AS (
		UPDATE receipt_parked k SET placed_at = clock_timestamp()
			FROM delivery d JOIN publication p ON p.id = d.publication
			WHERE k.placed_at IS NULL AND d.unit = k.unit AND d.publication = k.publication
				AND p.manifest_digest = k.manifest_digest
			RETURNING k.*
	)
	SELECT array_agg(f.receipt) AS receipts, array_agg(f.publication) AS publications, array_agg(f.state) AS states,
			array_agg(f.code::bigint) AS codes, array_agg(f.reached_at) AS reached INTO placed
		FROM found f;
	IF placed.receipts IS NULL THEN
		RETURN 0;
	END IF;
	PERFORM settle_items(placed.receipts, placed.publications, placed.states, placed.codes, placed.reached);
	RETURN cardinality(placed.receipts);
END
$$;

-- Deliveries that change together are counted together. What is the same before and after cancels out, as in an offer.
DROP TRIGGER delivery_changed ON certwire.delivery;
CREATE OR REPLACE FUNCTION certwire.count_changed()
	RETURNS trigger LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	INSERT INTO delivery_count_change (publication, what, day, took_s, many)
		SELECT x.publication, c.what, c.day, c.took_s, sum(x.many)
		FROM (
			SELECT b.publication, b.state, b.stored_at, b.opened_at, b.refused_at, sum(b.many) AS many
			FROM (
				SELECT n.publication, n.state, n.stored_at, n.opened_at, n.refused_at, 1 AS many FROM changed_to n
				UNION ALL
				SELECT o.publication, o.state, o.stored_at, o.opened_at, o.refused_at, -1 FROM changed_from o
			) b
			GROUP BY b.publication, b.state, b.stored_at, b.opened_at, b.refused_at
			HAVING sum(b.many) <> 0
		) x
		JOIN publication p ON p.id = x.publication
		CROSS JOIN LATERAL counts_as(x.state, x.stored_at, x.opened_at, x.refused_at, p.issued_at) c
		GROUP BY x.publication, c.what, c.day, c.took_s
		HAVING sum(x.many) <> 0;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.count_changed IS 'Counts what became of deliveries. 计入应交付项的状态变化。';
CREATE TRIGGER delivery_changed AFTER UPDATE ON certwire.delivery
	REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION certwire.count_changed();

-- Heads of many units.
DROP FUNCTION certwire.head_of(bigint, text);
CREATE FUNCTION certwire.heads_of(fence bigint, units text[])
	RETURNS TABLE (place int, epoch int, last int, digest bytea, standing text, since timestamptz, reason text, keyset int,
		device text, settled bigint, audit_sequence bigint, audit_digest bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT g.place::int, l.epoch, coalesce(e.number, 0), coalesce(e.digest, decode(repeat('00', 32), 'hex')),
			s.standing, s.since, s.reason::text, k.newest, v.device::text, v.settled, c.sequence, c.digest::bytea
		FROM unnest(units) WITH ORDINALITY g (unit, place)
		CROSS JOIN ledger l
		CROSS JOIN (SELECT right_now() AS moment) m
		CROSS JOIN (SELECT max(k.version) AS newest FROM keyset k) k
		JOIN standing s ON s.unit = g.unit AND s.since <= m.moment AND (s.until IS NULL OR s.until > m.moment)
		LEFT JOIN LATERAL (SELECT b.number, b.digest::bytea AS digest FROM entry b
			WHERE b.unit = s.unit AND b.epoch = l.epoch AND b.digest IS NOT NULL
			ORDER BY b.number DESC LIMIT 1) e ON true
		LEFT JOIN (SELECT a.sequence, a.digest FROM audit_link a ORDER BY a.sequence DESC LIMIT 1) c ON true
		LEFT JOIN device v ON v.unit = s.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL
			AND v.not_after > clock_timestamp()
		ORDER BY g.place, v.device;
END
$$;
COMMENT ON FUNCTION certwire.heads_of IS 'What heads say, by place: one row a live device, one with device null when there is none. 信箱末端与资格。';
GRANT EXECUTE ON FUNCTION certwire.heads_of TO certwire_dispatcher;

-- As before, but the history of rights is looked at only where a channel may not be received: that is the dear part.
CREATE OR REPLACE FUNCTION certwire.channels_told(unit text, at timestamptz)
	RETURNS TABLE (channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT c.id::text, r.unit IS NOT NULL, l.at, CASE WHEN r.unit IS NULL THEN cut_short(coalesce(
		CASE WHEN s.standing = 'good' THEN denied_why(s.unit, c.id, channels_told.at) END,
		why_not(s.standing, s.reason, true),
		ungranted_why(s.unit, c.id, channels_told.at, l.at)), 256) END
	FROM channel c
	JOIN standing_at(channels_told.at) s ON s.unit = channels_told.unit
	LEFT JOIN rights_at(channels_told.at) r ON r.unit = s.unit AND r.channel = c.id
	LEFT JOIN LATERAL (SELECT max(upper(h)) AS at
		FROM unnest(CASE WHEN r.unit IS NULL THEN rights_history(s.unit, c.id) END) h
		WHERE upper(h) <= channels_told.at) l ON true
$$;

DROP FUNCTION certwire.head_channels(bigint, text);
CREATE FUNCTION certwire.heads_channels(fence bigint, units text[])
	RETURNS TABLE (place int, channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT g.place::int, c.channel, c.receives, c.since, c.reason
		FROM unnest(units) WITH ORDINALITY g (unit, place)
		CROSS JOIN LATERAL (SELECT t.* FROM channels_told(g.unit, moment) t ORDER BY t.channel LIMIT 16) c
		ORDER BY g.place, c.channel;
END
$$;
COMMENT ON FUNCTION certwire.heads_channels IS 'What heads say of the channels, by place. 首部中的频道接收权。';
GRANT EXECUTE ON FUNCTION certwire.heads_channels TO certwire_dispatcher;

DROP FUNCTION certwire.refused_receipts(bigint, text);
CREATE FUNCTION certwire.refused_receipts(fence bigint, units text[])
	RETURNS TABLE (place int, device text, number bigint, code int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT g.place::int, c.device, c.number, c.verdict
		FROM unnest(units) WITH ORDINALITY g (unit, place)
		CROSS JOIN LATERAL (SELECT r.device, r.number, r.verdict FROM receipt r
			WHERE r.unit = g.unit AND r.verdict <> 0 AND r.authentic
			ORDER BY r.judged_at DESC LIMIT 16) c
		ORDER BY g.place;
END
$$;
COMMENT ON FUNCTION certwire.refused_receipts IS 'The newest receipts of units that were not believed, at most 16 of each, for their heads. 未采信的回执。';
GRANT EXECUTE ON FUNCTION certwire.refused_receipts TO certwire_dispatcher;
