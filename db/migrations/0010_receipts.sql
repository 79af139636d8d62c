-- Receipts as they came, and what they settle once the dispatcher has judged them.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.receipt (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit text NOT NULL CHECK (octet_length(unit) <= 64),
	device text NOT NULL CHECK (octet_length(device) <= 64),
	number bigint NOT NULL CHECK (number >= 1),
	raw bytea NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 32768),
	sha256 bytea NOT NULL GENERATED ALWAYS AS (sha256(raw)) STORED,
	broker text NOT NULL CHECK (octet_length(broker) <= 255),
	received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	judged_at timestamptz,
	verdict int,
	authentic boolean,
	-- Who wrote the row chose unit, device and number, so a copy under other labels shuts nothing out.
	CONSTRAINT receipt_once UNIQUE (unit, device, number, sha256),
	CONSTRAINT receipt_judged CHECK (num_nulls(judged_at, verdict, authentic) IN (0, 3)
		AND (verdict IS DISTINCT FROM 0 OR authentic))
);
COMMENT ON TABLE certwire.receipt IS 'Receipts as a broker committed them; worth nothing until judged. 代理写入的回执，裁定前无效力。';
COMMENT ON COLUMN certwire.receipt.id IS 'Order of arrival. 到达顺序。';
COMMENT ON COLUMN certwire.receipt.unit IS 'Unit of the topic. 主题中的单位。';
COMMENT ON COLUMN certwire.receipt.device IS 'Device that sent it, as the broker says. 设备。';
COMMENT ON COLUMN certwire.receipt.number IS 'Number in the receipt, as the broker read it. 回执序号。';
COMMENT ON COLUMN certwire.receipt.raw IS 'The receipt (JWS), exact bytes. 回执原文。';
COMMENT ON COLUMN certwire.receipt.sha256 IS 'Its SHA-256, computed here; the same receipt is one row. 原文摘要。';
COMMENT ON COLUMN certwire.receipt.broker IS 'Which broker committed it. 代理名称。';
COMMENT ON COLUMN certwire.receipt.received_at IS 'When. 写入时间。';
COMMENT ON COLUMN certwire.receipt.judged_at IS 'When the dispatcher judged it; null: not yet. 裁定时间。';
COMMENT ON COLUMN certwire.receipt.verdict IS '0: believed; else the refusal code. 裁定结果。';
COMMENT ON COLUMN certwire.receipt.authentic IS 'The device signed it, under these labels. 是否确为该设备签署。';
CREATE INDEX receipt_unjudged ON certwire.receipt (id) WHERE judged_at IS NULL;

CREATE TABLE certwire.receipt_item (
	publication text NOT NULL,
	unit text NOT NULL,
	device text NOT NULL,
	state text NOT NULL CHECK (state IN ('stored', 'opened', 'recalled', 'refused')),
	code int CHECK (code BETWEEN 200 AND 499),
	reached_at timestamptz NOT NULL,
	receipt bigint NOT NULL REFERENCES certwire.receipt,
	settled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (publication, unit, device, state),
	FOREIGN KEY (publication, unit) REFERENCES certwire.delivery,
	FOREIGN KEY (unit, device) REFERENCES certwire.device,
	CONSTRAINT receipt_item_code CHECK ((state = 'refused') = (code IS NOT NULL))
);
COMMENT ON TABLE certwire.receipt_item IS 'What believed receipts say: one row a publication, device and state. 已采信的签收状态。';
COMMENT ON COLUMN certwire.receipt_item.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.receipt_item.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.receipt_item.device IS 'The device. 设备。';
COMMENT ON COLUMN certwire.receipt_item.state IS 'stored, opened, recalled or refused. 状态。';
COMMENT ON COLUMN certwire.receipt_item.code IS 'Why it refused. 拒收代码。';
COMMENT ON COLUMN certwire.receipt_item.reached_at IS 'When, by the device''s clock. 达到时间（设备时钟）。';
COMMENT ON COLUMN certwire.receipt_item.receipt IS 'The receipt that proves it. 证明该状态的回执。';
COMMENT ON COLUMN certwire.receipt_item.settled_at IS 'When it was settled. 结算时间。';
CREATE INDEX receipt_item_receipt ON certwire.receipt_item (receipt);

CREATE TABLE certwire.reply (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit text NOT NULL CHECK (octet_length(unit) <= 64),
	device text NOT NULL CHECK (octet_length(device) <= 64),
	raw bytea NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 32768),
	sha256 bytea NOT NULL GENERATED ALWAYS AS (sha256(raw)) STORED,
	broker text NOT NULL CHECK (octet_length(broker) <= 255),
	received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CONSTRAINT reply_once UNIQUE (unit, device, sha256)
);
COMMENT ON TABLE certwire.reply IS 'Replies of units, signed and sealed; nothing opens them yet. 单位答复（已签名加密）。';
COMMENT ON COLUMN certwire.reply.id IS 'Order of arrival. 到达顺序。';
COMMENT ON COLUMN certwire.reply.unit IS 'Unit of the topic. 单位。';
COMMENT ON COLUMN certwire.reply.device IS 'Device. 设备。';
COMMENT ON COLUMN certwire.reply.raw IS 'Exact bytes. 原文。';
COMMENT ON COLUMN certwire.reply.sha256 IS 'Their SHA-256. 原文摘要。';
COMMENT ON COLUMN certwire.reply.broker IS 'Which broker committed it. 代理名称。';
COMMENT ON COLUMN certwire.reply.received_at IS 'When. 写入时间。';

CREATE FUNCTION certwire.check_arrays(VARIADIC lengths int[])
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	IF (SELECT count(DISTINCT coalesce(n, -1)) FROM unnest(lengths) n) <> 1 OR lengths[1] IS NULL THEN
		PERFORM fail('CW004', 'arrays of different lengths', 'each row needs a value in every array');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_arrays IS 'Refuses arrays that do not belong together. 检查数组长度一致。';

CREATE FUNCTION certwire.put_receipts(broker text, units text[], devices text[], numbers bigint[], raws bytea[])
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
	PERFORM pg_notify('certwire_receipt', g.unit) FROM (SELECT DISTINCT unnest(units)) g (unit) WHERE octet_length(g.unit) <= 64;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_receipts IS 'Commits receipts as they came; one that is there already is fine. 写入回执（幂等）。';
GRANT EXECUTE ON FUNCTION certwire.put_receipts TO certwire_broker;

CREATE FUNCTION certwire.put_replies(broker text, units text[], devices text[], raws bytea[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_arrays(cardinality(units), cardinality(devices), cardinality(raws));
	INSERT INTO reply (unit, device, raw, broker)
		SELECT g.unit, g.device, g.raw, broker
		FROM unnest(units, devices, raws) WITH ORDINALITY g (unit, device, raw, place)
		ORDER BY g.place
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_replies IS 'Commits replies as they came. 写入答复（幂等）。';
GRANT EXECUTE ON FUNCTION certwire.put_replies TO certwire_broker;

CREATE FUNCTION certwire.receipts_to_judge(fence bigint, max_rows int)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT r.id, r.unit, r.device, r.number, r.raw, r.received_at, v.certificate, v.kid::text, v.revoked_at, l.epoch
		FROM receipt r CROSS JOIN ledger l LEFT JOIN device v ON v.unit = r.unit AND v.device = r.device
		WHERE r.judged_at IS NULL
		ORDER BY r.id
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.receipts_to_judge IS 'Receipts not judged yet, oldest first, with the device''s certificate. 待裁定回执。';
GRANT EXECUTE ON FUNCTION certwire.receipts_to_judge TO certwire_dispatcher;

CREATE FUNCTION certwire.delivery_of(fence bigint, unit text, publications text[])
	RETURNS TABLE (publication text, epoch int, number int, manifest_digest bytea, kind text, state text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT d.publication, d.epoch, d.number, p.manifest_digest::bytea, p.kind, d.state
		FROM delivery d JOIN publication p ON p.id = d.publication
		WHERE d.unit = unit AND d.publication = ANY (publications);
END
$$;
COMMENT ON FUNCTION certwire.delivery_of IS 'What the items of a receipt are compared with. 回执条目的比对依据。';
GRANT EXECUTE ON FUNCTION certwire.delivery_of TO certwire_dispatcher;

-- The first of each (publication, device, state) counts. The device is locked.
CREATE FUNCTION certwire.settle_items(judged certwire.receipt, publications text[], states text[], codes bigint[],
	reached timestamptz[])
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	INSERT INTO receipt_item (publication, unit, device, state, code, reached_at, receipt)
		SELECT g.publication, judged.unit, judged.device, g.state, nullif(g.code, 0), g.reached_at, judged.id
		FROM unnest(publications, states, codes, reached) g (publication, state, code, reached_at)
		ON CONFLICT DO NOTHING;
	UPDATE delivery d SET
			state = CASE WHEN d.state = 'owed' AND n.stored_at IS NOT NULL THEN 'settled' ELSE d.state END,
			stored_at = coalesce(d.stored_at, n.stored_at),
			opened_at = coalesce(d.opened_at, n.opened_at),
			refused_code = coalesce(n.refused_code, d.refused_code),
			refused_at = coalesce(n.refused_at, d.refused_at)
		FROM (
			SELECT g.publication,
				min(g.reached_at) FILTER (WHERE g.state = 'stored' OR (g.state = 'recalled' AND p.kind = 'recall')) AS stored_at,
				min(g.reached_at) FILTER (WHERE g.state = 'opened') AS opened_at,
				(array_agg(g.code ORDER BY g.reached_at DESC) FILTER (WHERE g.state = 'refused'))[1] AS refused_code,
				max(g.reached_at) FILTER (WHERE g.state = 'refused') AS refused_at
			FROM unnest(publications, states, codes, reached) g (publication, state, code, reached_at)
			JOIN publication p ON p.id = g.publication
			GROUP BY g.publication
		) n
		WHERE d.publication = n.publication AND d.unit = judged.unit;
END
$$;
COMMENT ON FUNCTION certwire.settle_items IS 'Puts the items of a believed receipt into the ledger. 登记已采信回执的各项。';

CREATE FUNCTION certwire.settle(fence bigint, receipt bigint, verdict int, authentic boolean, publications text[],
	states text[], codes bigint[], reached timestamptz[])
	RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	judged receipt;
	watermark bigint;
BEGIN
	PERFORM check_fence(fence);
	-- One receipt of a device at a time: two that do not see each other would both leave the watermark.
	PERFORM FROM device v JOIN receipt r ON r.unit = v.unit AND r.device = v.device WHERE r.id = receipt FOR UPDATE OF v;
	UPDATE receipt r SET judged_at = clock_timestamp(), verdict = verdict, authentic = authentic
		WHERE r.id = receipt AND r.judged_at IS NULL RETURNING r.* INTO judged;
	IF judged.id IS NULL THEN
		PERFORM fail('CW002', format('receipt %s is unknown or judged already', receipt), 'read receipts_to_judge again');
	END IF;
	IF verdict = 0 THEN
		PERFORM check_arrays(cardinality(publications), cardinality(states), cardinality(codes), cardinality(reached));
		PERFORM settle_items(judged, publications, states, codes, reached);
	ELSE
		INSERT INTO incident (source, unit, device, code) VALUES ('dispatcher', judged.unit, judged.device, verdict);
	END IF;
	-- The run of numbers without a hole that the device itself is known to have signed: what anybody
	-- else put under its name must not make it forget a receipt of its own.
	UPDATE device v SET settled = n.reached
		FROM (
			SELECT max(i.number) AS reached
			FROM device w
			CROSS JOIN LATERAL (
				SELECT q.number, q.number - row_number() OVER (ORDER BY q.number) AS island
				FROM (SELECT DISTINCT r.number FROM receipt r WHERE r.unit = w.unit AND r.device = w.device
					AND r.number > w.settled AND r.authentic) q
			) i
			WHERE w.unit = judged.unit AND w.device = judged.device AND i.island = w.settled
		) n
		WHERE v.unit = judged.unit AND v.device = judged.device AND n.reached IS NOT NULL;
	SELECT v.settled INTO watermark FROM device v WHERE v.unit = judged.unit AND v.device = judged.device;
	RETURN coalesce(watermark, 0);
END
$$;
COMMENT ON FUNCTION certwire.settle IS 'Judges a receipt; believed items settle deliveries. Returns the device''s watermark. 裁定并结算回执。';
GRANT EXECUTE ON FUNCTION certwire.settle TO certwire_dispatcher;

CREATE FUNCTION certwire.refused_receipts(fence bigint, unit text)
	RETURNS TABLE (device text, number bigint, code int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT r.device, r.number, r.verdict FROM receipt r
		WHERE r.unit = unit AND r.verdict <> 0 AND r.authentic
		ORDER BY r.judged_at DESC
		LIMIT 16;
END
$$;
COMMENT ON FUNCTION certwire.refused_receipts IS 'The newest receipts of a unit that were not believed, at most 16, for its head. 未采信的回执。';
GRANT EXECUTE ON FUNCTION certwire.refused_receipts TO certwire_dispatcher;
CREATE INDEX receipt_refused ON certwire.receipt (unit, judged_at) WHERE verdict <> 0 AND authentic;
