-- Who reads only looks at the lease. A lock on its row made a writer of every question: a transaction of its own, and a
-- flush to disk before the answer. It held nobody off, since what is read is sent after the transaction in any case.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.see_fence(fence bigint)
	RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM FROM lease l WHERE l.name = 'dispatcher' AND l.fence = fence AND l.expires_at > clock_timestamp();
	IF NOT FOUND THEN
		PERFORM fail('CW001', 'the lease is lost', 'stop, and take it again with lease_take');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.see_fence IS 'Refuses unless the lease is held under that fence now; for what changes nothing. 查看租约栅栏。';

-- Those that change nothing, as they are but for that. CREATE OR REPLACE keeps who may call them, and the settings are in
-- the definition.
DO $$
DECLARE
	asked regprocedure;
	before text;
	after text;
BEGIN
	FOREACH asked IN ARRAY ARRAY[
		'certwire.deliveries_of(bigint, text[], text[])', 'certwire.device_of(bigint, text, text)',
		'certwire.due_publications(bigint, text)', 'certwire.entries_to_resign(bigint, text[], int)',
		'certwire.entries_to_sign(bigint, int)', 'certwire.heads_channels(bigint, text[])', 'certwire.heads_of(bigint, text[])',
		'certwire.keys_to_wrap(bigint, text, text[], int)', 'certwire.publication_parts(bigint, text, int, int)',
		'certwire.receipts_to_judge(bigint, int)', 'certwire.refused_receipts(bigint, text[])',
		'certwire.replies_to_judge(bigint, int)',
		'certwire.units_changed(bigint, bigint)']::regprocedure[]
	LOOP
		before := pg_get_functiondef(asked);
		after := replace(before, 'check_fence(fence)', 'see_fence(fence)');
		ASSERT after <> before, format('%s does not look at the lease', asked);
		EXECUTE after;
	END LOOP;
END
$$;

-- A part is the same for everybody: the dispatcher keeps those it read last, and asks here whether the unit may have it.
DROP FUNCTION certwire.parts_for(bigint, text, text, int, int);
CREATE FUNCTION certwire.parts_owed(fence bigint, unit text, publication text)
	RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	parts int;
BEGIN
	PERFORM see_fence(fence);
	SELECT p.parts INTO parts
		FROM delivery d
		JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
		CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
		WHERE d.publication = publication AND d.unit = unit AND d.state IN ('owed', 'settled');
	RETURN parts;
END
$$;
COMMENT ON FUNCTION certwire.parts_owed IS 'How many parts that publication has that the unit may have now; null: none. 该单位此时可取的分片数。';
GRANT EXECUTE ON FUNCTION certwire.parts_owed TO certwire_dispatcher;

-- What a device lacks stands at the end of its mailbox and is read from there on: looking at each entry it ever had, its
-- grant included, made every sync as long as the mailbox.
CREATE OR REPLACE FUNCTION certwire.owed_to(fence bigint, unit text, device text, epoch int, last int, have int4multirange,
	grants bigint[], max_rows int)
	RETURNS TABLE (number int, kind text, publication text, entry text, kid text, sealed bytea)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	ledger_epoch int;
BEGIN
	PERFORM see_fence(fence);
	SELECT l.epoch INTO STRICT ledger_epoch FROM ledger l;
	IF NOT EXISTS (SELECT FROM standing_at(moment) s WHERE s.unit = unit AND s.standing = 'good') THEN
		RETURN;
	END IF;
	last := coalesce(last, 0);
	have := coalesce(have, '{}');
	IF epoch IS DISTINCT FROM ledger_epoch THEN
		last := 0;
		have := '{}';
		grants := '{}';
	END IF;
	-- A device that came late asks for what another device of its unit has stored: to be sealed to it.
	IF cardinality(grants) > 0 THEN
		PERFORM check_fence(fence);
		UPDATE delivery d SET to_seal = true
			WHERE d.unit = unit AND d.epoch = ledger_epoch AND d.number = ANY (grants) AND NOT d.to_seal
				AND d.state IN ('owed', 'settled')
				AND NOT EXISTS (SELECT FROM delivery_grant g
					WHERE g.publication = d.publication AND g.unit = unit AND g.device = device);
	END IF;
	RETURN QUERY
		SELECT e.number, e.kind, e.publication,
			(SELECT s.jws FROM entry_signature s WHERE s.unit = unit AND s.epoch = ledger_epoch AND s.number = e.number
				ORDER BY s.signed_at DESC, s.kid LIMIT 1),
			w.kid::text, w.sealed
		FROM (
			SELECT n.number, n.kind, n.publication, false AS is_held FROM entry n
				WHERE n.unit = unit AND n.epoch = ledger_epoch AND n.number > last AND n.digest IS NOT NULL
					AND NOT n.number <@ have
			UNION ALL
			SELECT n.number, n.kind, n.publication, true FROM entry n
				WHERE n.unit = unit AND n.epoch = ledger_epoch AND n.number = ANY (grants) AND n.digest IS NOT NULL
					AND (n.number <= last OR n.number <@ have)
			ORDER BY number OFFSET 0
		) e
		LEFT JOIN LATERAL (
			SELECT g.kid, g.sealed
			FROM delivery d
			JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND p.recalled_at IS NULL
			JOIN delivery_grant g ON g.publication = d.publication AND g.unit = d.unit AND g.device = device
			JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.revoked_at IS NULL AND v.not_after > moment
			CROSS JOIN LATERAL claim(d.unit, p.channel, p.kind, moment)
			WHERE d.publication = e.publication AND d.unit = unit AND d.state IN ('owed', 'settled')
			LIMIT 1
		) w ON true
		WHERE NOT e.is_held OR w.sealed IS NOT NULL
		ORDER BY e.number
		LIMIT max_rows;
END
$$;

CALL certwire.keep_plans(ARRAY['certwire.parts_owed(bigint, text, text)',
	'certwire.owed_to(bigint, text, text, int, int, int4multirange, bigint[], int)']::regprocedure[]);
