-- Receipts, heads and presence as 0039 has the steps: each costs what it takes, and keeps its plan.

SET LOCAL ROLE certwire_owner;

-- Of many units in one plan that is kept; the functions that say why are called of those alone that receive nothing.
DROP FUNCTION certwire.channels_told(text, timestamptz);
CREATE FUNCTION certwire.channels_told(units text[], at timestamptz)
	RETURNS TABLE (place int, channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	RETURN QUERY
		SELECT g.place::int, c.id::text, r.receives, l.at, CASE WHEN NOT r.receives THEN cut_short(coalesce(
			CASE WHEN s.standing = 'good' THEN denied_why(g.unit, c.id, at) END,
			why_not(s.standing, s.reason, true),
			ungranted_why(g.unit, c.id, at, l.at)), 256) END
		FROM unnest(units) WITH ORDINALITY g (unit, place)
		CROSS JOIN (SELECT k.id FROM channel k ORDER BY k.id LIMIT 16) c
		JOIN standing s ON s.unit = g.unit AND s.since <= at AND (s.until IS NULL OR s.until > at)
		CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM rights_at(at) x WHERE x.unit = g.unit AND x.channel = c.id) AS receives OFFSET 0) r
		CROSS JOIN LATERAL (SELECT max(upper(h)) AS at
			FROM unnest(CASE WHEN NOT r.receives THEN rights_history(g.unit, c.id) END) h
			WHERE upper(h) <= at) l
		ORDER BY g.place, c.id;
END
$$;
COMMENT ON FUNCTION certwire.channels_told IS 'What heads tell units of each channel at that time; of one that they do not receive, since when and why. 首部所示各频道接收权。';

CREATE OR REPLACE FUNCTION certwire.heads_channels(fence bigint, units text[])
	RETURNS TABLE (place int, channel text, receives boolean, since timestamptz, reason text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY SELECT t.place, t.channel, t.receives, t.since, t.reason FROM channels_told(units, right_now()) t;
END
$$;

-- Who comes is offered what is due; of who leaves nobody need be told.
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
	INSERT INTO presence AS n (unit, device, broker, present)
		SELECT DISTINCT ON (g.unit, g.device) g.unit, g.device, broker, g.present
		FROM unnest(units, devices, present) WITH ORDINALITY g (unit, device, present, place)
		JOIN device v ON v.unit = g.unit AND v.device = g.device
		ORDER BY g.unit, g.device, g.place DESC
		ON CONFLICT ON CONSTRAINT presence_pkey DO UPDATE
			SET broker = EXCLUDED.broker, present = EXCLUDED.present, since = clock_timestamp()
			WHERE (n.broker, n.present) IS DISTINCT FROM (EXCLUDED.broker, EXCLUDED.present)
				AND (EXCLUDED.present OR n.broker = EXCLUDED.broker);
	GET DIAGNOSTICS changed = ROW_COUNT;
	PERFORM pg_notify('certwire_presence', g.unit) FROM (SELECT DISTINCT n.unit FROM unnest(units, present) n (unit, present) WHERE n.present) g (unit)
		WHERE octet_length(g.unit) <= 64;
	RETURN changed;
END
$$;

-- As before, but for what is locked: one row, instead of one for each receipt.
CREATE OR REPLACE FUNCTION certwire.settle(fence bigint, receipts bigint[], verdicts bigint[], authentics boolean[],
	item_receipts bigint[], publications text[], states text[], codes bigint[], reached timestamptz[])
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	judged int;
BEGIN
	PERFORM check_fence(fence);
	PERFORM check_arrays(cardinality(receipts), cardinality(verdicts), cardinality(authentics));
	PERFORM check_arrays(cardinality(item_receipts), cardinality(publications), cardinality(states), cardinality(codes), cardinality(reached));
	-- One batch at a time: two that do not see each other would both leave a device's watermark.
	PERFORM FROM ledger FOR NO KEY UPDATE;
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

CALL certwire.keep_plans(ARRAY['certwire.channels_told(text[], timestamptz)', 'certwire.heads_of(bigint, text[])',
	'certwire.refused_receipts(bigint, text[])', 'certwire.receipts_to_judge(bigint, int)', 'certwire.replies_to_judge(bigint, int)',
	'certwire.deliveries_of(bigint, text[], text[])',
	'certwire.settle(bigint, bigint[], bigint[], boolean[], bigint[], text[], text[], bigint[], timestamptz[])',
	'certwire.settle_items(bigint[], text[], text[], bigint[], timestamptz[])']::regprocedure[]);
