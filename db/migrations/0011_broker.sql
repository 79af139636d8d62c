-- What broker plugins read (a copy of the rights) and write (presence, denials).

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.presence (
	unit text NOT NULL,
	device text NOT NULL,
	broker text NOT NULL CHECK (octet_length(broker) <= 255),
	present boolean NOT NULL,
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (unit, device),
	FOREIGN KEY (unit, device) REFERENCES certwire.device
);
COMMENT ON TABLE certwire.presence IS 'Which device is connected where, as brokers say. 设备在线情况。';
COMMENT ON COLUMN certwire.presence.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.presence.device IS 'The device. 设备。';
COMMENT ON COLUMN certwire.presence.broker IS 'The broker that said so last. 代理名称。';
COMMENT ON COLUMN certwire.presence.present IS 'Connected, perhaps in the lobby only. 是否在线（含门厅）。';
COMMENT ON COLUMN certwire.presence.since IS 'Since when. 起始时间。';
CREATE INDEX presence_broker ON certwire.presence (broker) WHERE present;

CREATE TABLE certwire.denial (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	broker text NOT NULL CHECK (octet_length(broker) <= 255),
	who text NOT NULL,
	client_id text NOT NULL,
	code int NOT NULL CHECK (code BETWEEN 100 AND 999),
	topic text,
	count bigint NOT NULL DEFAULT 1 CHECK (count >= 1)
);
COMMENT ON TABLE certwire.denial IS 'What brokers refused: connects, subscriptions, publishes. 代理的拒绝记录。';
COMMENT ON COLUMN certwire.denial.id IS 'Order of arrival. 到达顺序。';
COMMENT ON COLUMN certwire.denial.at IS 'When it was recorded. 记录时间。';
COMMENT ON COLUMN certwire.denial.broker IS 'The broker. 代理名称。';
COMMENT ON COLUMN certwire.denial.who IS 'User name as it was given. 用户名（原样）。';
COMMENT ON COLUMN certwire.denial.client_id IS 'Client id as it was given. 客户端标识（原样）。';
COMMENT ON COLUMN certwire.denial.code IS 'Refusal code (docs/protocol.md section 12). 代码。';
COMMENT ON COLUMN certwire.denial.topic IS 'The topic concerned, if one was. 主题。';
COMMENT ON COLUMN certwire.denial.count IS 'How often. 次数。';
CREATE INDEX denial_at ON certwire.denial (at);

CREATE FUNCTION certwire.copy_version(OUT version bigint, OUT now timestamptz)
	LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT s.version, clock_timestamp() FROM entitlement_state s
$$;
COMMENT ON FUNCTION certwire.copy_version IS 'Version of the entitlement and the time of it. 权限版本。';
GRANT EXECUTE ON FUNCTION certwire.copy_version TO certwire_broker;

CREATE FUNCTION certwire.copy_names()
	RETURNS TABLE (unit text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT u.id::text FROM unit u
$$;
COMMENT ON FUNCTION certwire.copy_names IS 'Every unit''s id: what a broker asks for piece by piece. 全部单位标识。';
GRANT EXECUTE ON FUNCTION certwire.copy_names TO certwire_broker;

-- A plan for whatever is asked for would look at every unit each time a broker asks for one.
CREATE FUNCTION certwire.copy_units(units text[] DEFAULT NULL)
	RETURNS TABLE (unit text, standing text, standing_until timestamptz, channel text, since timestamptz, until timestamptz)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp
	SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	RETURN QUERY
		SELECT s.unit, s.standing, s.until, r.channel, r.since, r.until
		FROM standing_at(moment) s
		LEFT JOIN rights_ahead(moment, units) r ON r.unit = s.unit
		WHERE units IS NULL OR s.unit = ANY (units)
		ORDER BY s.unit, r.channel, r.since NULLS FIRST;
END
$$;
COMMENT ON FUNCTION certwire.copy_units IS 'One row a unit and span of a right; channel null when it has none. After standing_until it is lapsed. null: all units. 单位权限副本。';
GRANT EXECUTE ON FUNCTION certwire.copy_units TO certwire_broker;

CREATE FUNCTION certwire.copy_changes(since bigint)
	RETURNS TABLE (version bigint, unit text)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	newest bigint;
BEGIN
	SELECT s.version INTO STRICT newest FROM entitlement_state s;
	-- Newer than the newest: the database was restored to an earlier time.
	IF since IS NULL OR since > newest
		OR since + 1 < coalesce((SELECT min(c.version) FROM entitlement_change c), newest + 1) THEN
		PERFORM fail('CW002', format('changes since version %s are not kept', since), 'load the whole copy again');
	END IF;
	RETURN QUERY SELECT c.version, c.unit FROM entitlement_change c WHERE c.version > since ORDER BY c.version, c.unit;
END
$$;
COMMENT ON FUNCTION certwire.copy_changes IS 'Units touched after a version, in order (null: any); refused when they are not kept. 增量变更。';
GRANT EXECUTE ON FUNCTION certwire.copy_changes TO certwire_broker;

CREATE FUNCTION certwire.put_presence(broker text, units text[], devices text[], present boolean[], fresh boolean DEFAULT false)
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
	PERFORM pg_notify('certwire_presence', g.unit) FROM (SELECT DISTINCT unnest(units)) g (unit) WHERE octet_length(g.unit) <= 64;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION certwire.put_presence IS 'Says who came and went; fresh: nobody else is present on this broker. 写入在线情况。';
GRANT EXECUTE ON FUNCTION certwire.put_presence TO certwire_broker;

CREATE FUNCTION certwire.put_denials(broker text, whos text[], client_ids text[], codes bigint[], topics text[], counts bigint[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_arrays(cardinality(whos), cardinality(client_ids), cardinality(codes), cardinality(topics),
		cardinality(counts));
	INSERT INTO denial (broker, who, client_id, code, topic, count)
		SELECT broker, left(coalesce(g.who, ''), 128), left(coalesce(g.client_id, ''), 128), g.code, nullif(left(g.topic, 256), ''), g.count
		FROM unnest(whos, client_ids, codes, topics, counts) g (who, client_id, code, topic, count);
	GET DIAGNOSTICS put = ROW_COUNT;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_denials IS 'Records what the broker refused. 写入拒绝记录。';
GRANT EXECUTE ON FUNCTION certwire.put_denials TO certwire_broker;
