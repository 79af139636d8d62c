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

-- Two more that every step and every sync asks, by a plan that was made when the tables were small: all entries for a unit's
-- last, all that is owed for what is over.
CREATE OR REPLACE FUNCTION certwire.sync_seen(fence bigint, unit text, device text, receipts bigint, codes bigint[], counts bigint[],
	sent_at timestamptz DEFAULT NULL, epoch int DEFAULT 0, last int DEFAULT 0)
	RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	watermark bigint;
	before device;
	ahead int := round(extract(epoch FROM sent_at - clock_timestamp()));
	beyond text;
BEGIN
	PERFORM check_fence(fence);
	SELECT v.* INTO before FROM device v WHERE v.unit = unit AND v.device = device FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM fail('CW003', format('there is no device %L.%L', unit, device), 'refuse its sync (613)');
	END IF;
	UPDATE device v SET last_seen_at = clock_timestamp(), receipts_reported = greatest(receipts, 0),
			clock_off = CASE WHEN abs(ahead) > 300 THEN ahead END
		WHERE v.unit = unit AND v.device = device RETURNING v.settled INTO watermark;
	IF abs(ahead) > 300 AND before.clock_off IS NULL THEN
		INSERT INTO incident (source, unit, device, code, detail) VALUES ('dispatcher', unit, device, 106,
			format('设备时钟%s %s 秒（its clock is %s s %s）', CASE WHEN ahead > 0 THEN '快' ELSE '慢' END, abs(ahead), abs(ahead),
				CASE WHEN ahead > 0 THEN 'fast' ELSE 'slow' END));
	END IF;
	-- More than was ever signed: this database was restored, and nobody has begun an epoch.
	SELECT format('设备持有纪元 %s 第 %s 号，台账仅到纪元 %s 第 %s 号：数据库曾被恢复？请运行 certwire-db restored（more than was ever signed: restored from a backup?）',
			epoch, last, l.epoch, n.number) INTO beyond
		FROM ledger l CROSS JOIN LATERAL (SELECT coalesce((SELECT e.number FROM entry e
			WHERE e.unit = unit AND e.epoch = l.epoch AND e.digest IS NOT NULL ORDER BY e.number DESC LIMIT 1), 0) AS number) n
		WHERE epoch > l.epoch OR (epoch = l.epoch AND last > n.number);
	IF beyond IS NOT NULL AND NOT EXISTS (SELECT FROM incident i WHERE i.code = 614 AND i.unit = unit AND i.device = device
		AND i.at > clock_timestamp() - interval '1 hour') THEN
		INSERT INTO incident (source, unit, device, code, detail) VALUES ('dispatcher', unit, device, 614, beyond);
	END IF;
	-- What a device says is not worth failing for.
	INSERT INTO incident (source, unit, device, code, count)
		SELECT 'unit', unit, device, i.code, i.count FROM unnest(codes, counts) i (code, count)
		WHERE i.code BETWEEN 100 AND 999 AND i.count >= 1;
	RETURN watermark;
END
$$;

CREATE OR REPLACE FUNCTION certwire.expire_due(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	units text[];
	publications text[];
	late text;
BEGIN
	PERFORM check_fence(fence);
	-- The lock of those who number mailboxes, only when there is something to end.
	IF EXISTS (SELECT FROM publication p
		CROSS JOIN LATERAL (SELECT FROM delivery d WHERE d.publication = p.id AND d.state = 'owed' LIMIT 1) lacking
		WHERE p.expires_at <= moment) THEN
		PERFORM entitlement_lock();
		WITH over AS (
			UPDATE delivery d SET state = 'expired', ended_at = moment, ended_reason = '发布件已过期（expired）', to_seal = false
				FROM publication p
				WHERE p.id = d.publication AND p.expires_at <= moment AND d.state = 'owed'
				RETURNING d.unit, d.publication
		)
		SELECT array_agg(o.unit), array_agg(o.publication) INTO units, publications FROM over o;
		PERFORM enter_voids(units, publications, moment);
	END IF;
	FOR late IN
		UPDATE publication p SET state = 'withdrawn', withdrawn_at = moment, withdrawn_by = session_user,
				withdrawn_reason = '发布前已过期（expired before issue）'
			WHERE p.expires_at <= moment AND p.state IN ('draft', 'review', 'approved', 'scheduled')
			RETURNING p.id
	LOOP
		PERFORM record_act('expire_due', late, '{}');
	END LOOP;
	RETURN coalesce(cardinality(units), 0);
END
$$;

CALL certwire.keep_plans(ARRAY['certwire.parts_owed(bigint, text, text)',
	'certwire.sync_seen(bigint, text, text, bigint, bigint[], bigint[], timestamptz, int, int)',
	'certwire.owed_to(bigint, text, text, int, int, int4multirange, bigint[], int)']::regprocedure[]);
