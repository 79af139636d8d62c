-- Offers, and what answers a sync: everything here reads rights as they are at that moment.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.newest_entry_jws(unit text, epoch int, number int)
	RETURNS text LANGUAGE sql STABLE AS $$
	SELECT s.jws FROM certwire.entry_signature s
	WHERE s.unit = newest_entry_jws.unit AND s.epoch = newest_entry_jws.epoch AND s.number = newest_entry_jws.number
	ORDER BY s.signed_at DESC, s.kid LIMIT 1
$$;
COMMENT ON FUNCTION certwire.newest_entry_jws IS 'An entry as it was signed last; null until signed. 最新签名的条目。';

CREATE FUNCTION certwire.offers_due(fence bigint, retry interval, max_rows int)
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
		-- stand before another's fresh one.
		WITH ready AS MATERIALIZED (
			SELECT d.publication, d.unit, d.next_offer_at, row_number() OVER (PARTITION BY d.unit ORDER BY d.number) AS turn
			FROM delivery d
			JOIN publication p ON p.id = d.publication
			JOIN rights_at(moment) r ON r.unit = d.unit AND r.channel = p.channel
			JOIN entry e ON e.unit = d.unit AND e.epoch = d.epoch AND e.number = d.number AND e.digest IS NOT NULL
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
				AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present)
				AND EXISTS (SELECT FROM delivery_grant g WHERE g.publication = d.publication AND g.unit = d.unit)
		), due AS (
			SELECT d.publication, d.unit
			FROM (SELECT r.publication, r.unit FROM ready r ORDER BY r.turn, r.next_offer_at, r.unit LIMIT max_rows) n
			JOIN delivery d ON d.publication = n.publication AND d.unit = n.unit
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
			FOR UPDATE OF d SKIP LOCKED
		), offered AS (
			UPDATE delivery d SET offers = d.offers + 1,
				first_offered_at = coalesce(d.first_offered_at, moment), last_offered_at = moment,
				next_offer_at = moment
					+ least(retry * power(2, least(d.offers, 20)), interval '1 hour') * (0.5 + random())
			FROM due WHERE d.publication = due.publication AND d.unit = due.unit
			RETURNING d.publication, d.unit, d.epoch, d.number, d.offers
		)
		SELECT o.unit, o.publication, o.epoch, o.number, p.kind, p.channel, p.parts,
			audience_rule(p.audience) -> 'units' IS NULL, o.offers, newest_entry_jws(o.unit, o.epoch, o.number),
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
COMMENT ON FUNCTION certwire.offers_due IS 'Owed deliveries of units that are present and may receive; counts the offer and backs off. 到期推送。';
GRANT EXECUTE ON FUNCTION certwire.offers_due TO certwire_dispatcher;

CREATE FUNCTION certwire.device_of(fence bigint, unit text, device text)
	RETURNS TABLE (certificate text, kid text, revoked_at timestamptz, standing text, since timestamptz, reason text,
		settled bigint)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT v.certificate, v.kid::text, v.revoked_at, s.standing, s.since, s.reason::text, v.settled
		FROM device v JOIN standing_at(right_now()) s ON s.unit = v.unit
		WHERE v.unit = unit AND v.device = device AND v.certificate IS NOT NULL;
END
$$;
COMMENT ON FUNCTION certwire.device_of IS 'A certified device and its unit''s standing; no row when there is none. 查询设备。';
GRANT EXECUTE ON FUNCTION certwire.device_of TO certwire_dispatcher;

CREATE FUNCTION certwire.put_incident(fence bigint, unit text, device text, code int)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	INSERT INTO incident (source, unit, device, code) VALUES ('dispatcher', left(unit, 64), left(device, 64), code);
END
$$;
COMMENT ON FUNCTION certwire.put_incident IS 'Records what the dispatcher refused, such as a forged sync. 记录分发程序的拒绝。';
GRANT EXECUTE ON FUNCTION certwire.put_incident TO certwire_dispatcher;

CREATE FUNCTION certwire.sync_seen(fence bigint, unit text, device text, receipts bigint, codes bigint[], counts bigint[],
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
		FROM ledger l CROSS JOIN LATERAL (SELECT coalesce(max(e.number), 0) AS number FROM entry e
			WHERE e.unit = unit AND e.epoch = l.epoch AND e.digest IS NOT NULL) n
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
COMMENT ON FUNCTION certwire.sync_seen IS 'Notes a valid sync and the incidents in it; returns the device''s watermark. 记录同步。';
GRANT EXECUTE ON FUNCTION certwire.sync_seen TO certwire_dispatcher;

CREATE FUNCTION certwire.owed_to(fence bigint, unit text, device text, epoch int, last int, have int4multirange,
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
		SELECT e.number, e.kind, e.publication, newest_entry_jws(e.unit, e.epoch, e.number), w.kid::text, w.sealed
		FROM entry e
		LEFT JOIN (
			SELECT d.publication, g.kid, g.sealed
			FROM delivery d
			JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND p.recalled_at IS NULL
			JOIN rights_at(moment) r ON r.unit = d.unit AND r.channel = p.channel
			JOIN delivery_grant g ON g.publication = d.publication AND g.unit = d.unit AND g.device = device
			JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.revoked_at IS NULL AND v.not_after > moment
			WHERE d.unit = unit AND d.state IN ('owed', 'settled')
		) w ON w.publication = e.publication
		WHERE e.unit = unit AND e.epoch = ledger_epoch AND e.digest IS NOT NULL
			AND ((e.number > coalesce(last, 0) AND NOT e.number <@ coalesce(have, '{}'::int4multirange))
				OR (e.number = ANY (grants) AND w.sealed IS NOT NULL))
		ORDER BY e.number
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.owed_to IS 'What a syncing device lacks, in order; grants by the rights of this moment. 同步应答内容。';
GRANT EXECUTE ON FUNCTION certwire.owed_to TO certwire_dispatcher;

CREATE FUNCTION certwire.parts_for(fence bigint, unit text, publication text, from_index int, to_index int)
	RETURNS TABLE (index int, data bytea, count int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT q.index, q.data, p.parts
		FROM publication_part q
		JOIN publication p ON p.id = q.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
		JOIN delivery d ON d.publication = q.publication AND d.unit = unit AND d.state IN ('owed', 'settled')
		JOIN rights_at(moment) r ON r.unit = d.unit AND r.channel = p.channel
		WHERE q.publication = publication AND q.index BETWEEN from_index AND to_index
		ORDER BY q.index;
END
$$;
COMMENT ON FUNCTION certwire.parts_for IS 'Parts a unit asked for, by the rights of this moment. 单位请求的分片。';
GRANT EXECUTE ON FUNCTION certwire.parts_for TO certwire_dispatcher;

CREATE FUNCTION certwire.head_of(fence bigint, unit text)
	RETURNS TABLE (epoch int, last int, digest bytea, standing text, since timestamptz, reason text, keyset int,
		device text, settled bigint, audit_sequence bigint, audit_digest bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT l.epoch, coalesce(e.number, 0), coalesce(e.digest, decode(repeat('00', 32), 'hex')),
			s.standing, s.since, s.reason::text, (SELECT max(k.version) FROM keyset k), v.device::text, v.settled,
			c.sequence, c.digest::bytea
		FROM ledger l
		JOIN standing_at(right_now()) s ON s.unit = unit
		LEFT JOIN LATERAL (SELECT b.number, b.digest::bytea AS digest FROM entry b
			WHERE b.unit = s.unit AND b.epoch = l.epoch AND b.digest IS NOT NULL
			ORDER BY b.number DESC LIMIT 1) e ON true
		LEFT JOIN LATERAL (SELECT a.sequence, a.digest FROM audit_link a ORDER BY a.sequence DESC LIMIT 1) c ON true
		LEFT JOIN device v ON v.unit = s.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL
			AND v.not_after > clock_timestamp()
		ORDER BY v.device;
END
$$;
COMMENT ON FUNCTION certwire.head_of IS 'What a head says: one row a live device, one with device null when there is none. 信箱末端与资格。';
GRANT EXECUTE ON FUNCTION certwire.head_of TO certwire_dispatcher;

CREATE FUNCTION certwire.units_changed(fence bigint, since bigint)
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
	RETURN QUERY SELECT newest, NULL::text;
END
$$;
COMMENT ON FUNCTION certwire.units_changed IS 'Units touched after a version, whose heads say so; last the version, with no unit. -1: that alone. 权限有变的单位。';
GRANT EXECUTE ON FUNCTION certwire.units_changed TO certwire_dispatcher;

CREATE FUNCTION certwire.expire_due(fence bigint)
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
	IF EXISTS (SELECT FROM delivery d JOIN publication p ON p.id = d.publication
		WHERE p.expires_at <= moment AND d.state = 'owed') THEN
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
			WHERE p.expires_at <= moment AND p.state IN ('draft', 'approved')
			RETURNING p.id
	LOOP
		PERFORM record_act('expire_due', late, '{}');
	END LOOP;
	RETURN coalesce(cardinality(units), 0);
END
$$;
COMMENT ON FUNCTION certwire.expire_due IS 'Ends deliveries whose time is over; gives up what was never issued. 过期处理。';
GRANT EXECUTE ON FUNCTION certwire.expire_due TO certwire_dispatcher;
