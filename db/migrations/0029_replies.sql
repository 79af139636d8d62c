-- Replies: signed by devices, sealed to editors. They stand in the series of receipts, so that one watermark
-- tells a device what is settled; what is in them nobody here can read.

SET LOCAL ROLE certwire_owner;

-- It was reserved; nothing ever settled what was put there.
DROP FUNCTION certwire.put_replies(text, text[], text[], bytea[]);
DROP TABLE certwire.reply;

ALTER TABLE certwire.receipt ADD COLUMN is_reply boolean NOT NULL DEFAULT false;
COMMENT ON TABLE certwire.receipt IS 'Receipts and replies as a broker committed them; worth nothing until judged. 代理写入的回执与答复，裁定前无效力。';
COMMENT ON COLUMN certwire.receipt.is_reply IS 'A reply, sealed to editors; else a receipt. 是否为答复（仅编辑可解封）。';
CREATE INDEX receipt_replies ON certwire.receipt (received_at) WHERE is_reply AND verdict = 0;

INSERT INTO certwire.refusal (code, english, chinese) VALUES
	(621, 'reply malformed', '答复格式有误'),
	(622, 'reply''s signature is wrong', '答复签名不正确'),
	(623, 'reply''s device unknown, or revoked before the commit', '答复的设备不明，或在入库前已吊销'),
	(624, 'reply''s unit is not the topic''s', '答复的单位与主题不符'),
	(625, 'reply does not open', '答复无法解封'),
	(626, 'reply''s content malformed', '答复内容格式有误'),
	(627, 'reply was sealed by another device or under another number', '答复内容属于另一设备或另一编号'),
	(628, 'reply is to nothing that the unit was sent, or not to this manifest', '答复所指文件未曾发给该单位，或清单不符');

CREATE FUNCTION certwire.put_replies(broker text, units text[], devices text[], numbers bigint[], raws bytea[])
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
	PERFORM pg_notify('certwire_receipt', g.unit) FROM (SELECT DISTINCT unnest(units)) g (unit) WHERE octet_length(g.unit) <= 64;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_replies IS 'Commits replies as they came; one that is there already is fine. 写入答复（幂等）。';
GRANT EXECUTE ON FUNCTION certwire.put_replies TO certwire_broker;

CREATE OR REPLACE FUNCTION certwire.receipts_to_judge(fence bigint, max_rows int)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT r.id, r.unit, r.device, r.number, r.raw, r.received_at, v.certificate, v.kid::text, v.revoked_at, l.epoch
		FROM receipt r CROSS JOIN ledger l LEFT JOIN device v ON v.unit = r.unit AND v.device = r.device
		WHERE r.judged_at IS NULL AND NOT r.is_reply
		ORDER BY r.id
		LIMIT max_rows;
END
$$;

CREATE FUNCTION certwire.replies_to_judge(fence bigint, max_rows int)
	RETURNS TABLE (id bigint, unit text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text, kid text, revoked_at timestamptz, ledger_epoch int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT r.id, r.unit, r.device, r.number, r.raw, r.received_at, v.certificate, v.kid::text, v.revoked_at, l.epoch
		FROM receipt r CROSS JOIN ledger l LEFT JOIN device v ON v.unit = r.unit AND v.device = r.device
		WHERE r.judged_at IS NULL AND r.is_reply
		ORDER BY r.id
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.replies_to_judge IS 'Replies not judged yet, oldest first, with the device''s certificate. 待裁定答复。';
GRANT EXECUTE ON FUNCTION certwire.replies_to_judge TO certwire_dispatcher;

-- Which of them answer this publication, only who opens them finds out.
CREATE FUNCTION certwire.replies_since(id text)
	RETURNS TABLE (receipt bigint, unit text, name text, device text, number bigint, raw bytea, received_at timestamptz,
		certificate text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT r.id, r.unit, u.name::text, r.device, r.number, r.raw, r.received_at, v.certificate
	FROM publication p
	JOIN receipt r ON r.is_reply AND r.verdict = 0 AND r.received_at >= p.issued_at
	JOIN delivery d ON d.publication = p.id AND d.unit = r.unit
	JOIN device v ON v.unit = r.unit AND v.device = r.device
	JOIN unit u ON u.id = r.unit
	WHERE p.id = replies_since.id
	ORDER BY r.id
$$;
COMMENT ON FUNCTION certwire.replies_since IS 'Believed replies, sealed as they are, of units that were sent this publication, since its issue; in order of commit. 自发布以来收件单位的密封答复。';
GRANT EXECUTE ON FUNCTION certwire.replies_since TO certwire_editor, certwire_auditor;
