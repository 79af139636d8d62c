-- The ledger: mailboxes, deliveries, grants; and the lease that fences whoever writes it.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.ledger (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	epoch int NOT NULL CHECK (epoch >= 1)
);
COMMENT ON TABLE certwire.ledger IS 'One row: the ledger as a whole. 台账，仅一行。';
COMMENT ON COLUMN certwire.ledger.only_row IS 'Keeps it to one row. 保证仅一行。';
COMMENT ON COLUMN certwire.ledger.epoch IS 'Rises after PostgreSQL was restored. 数据库恢复后增大。';
INSERT INTO certwire.ledger (epoch) VALUES (1);

CREATE TABLE certwire.entry (
	unit text NOT NULL REFERENCES certwire.unit,
	epoch int NOT NULL CHECK (epoch >= 1),
	number int NOT NULL CHECK (number >= 1),
	kind text NOT NULL CHECK (kind IN ('publish', 'supersede', 'recall', 'void')),
	publication text REFERENCES certwire.publication,
	target int CHECK (target >= 1 AND target < number),
	issued_at timestamptz NOT NULL,
	keyset int NOT NULL REFERENCES certwire.keyset,
	payload bytea CHECK (octet_length(payload) BETWEEN 1 AND 8192),
	digest certwire.digest,
	PRIMARY KEY (unit, epoch, number),
	CONSTRAINT entry_once UNIQUE (unit, publication, epoch),
	CONSTRAINT entry_signed_wholly CHECK (num_nulls(payload, digest) IN (0, 2)),
	CONSTRAINT entry_void CHECK ((kind = 'void') = (publication IS NULL) AND (kind = 'void' OR target IS NULL))
);
COMMENT ON TABLE certwire.entry IS 'A unit''s mailbox: gapless, signed by the dispatcher, kept for ever. 单位信箱条目。';
COMMENT ON COLUMN certwire.entry.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.entry.epoch IS 'Epoch of the ledger. 纪元。';
COMMENT ON COLUMN certwire.entry.number IS 'Gapless from 1 in each epoch. 连续编号。';
COMMENT ON COLUMN certwire.entry.kind IS 'publish, supersede, recall or void. 种类。';
COMMENT ON COLUMN certwire.entry.publication IS 'The publication; null for void. 发布件。';
COMMENT ON COLUMN certwire.entry.target IS 'For void: the earlier number that nothing will come for. 作废目标编号。';
COMMENT ON COLUMN certwire.entry.issued_at IS 'When it was entered: at issue, or afterwards. 列入时间。';
COMMENT ON COLUMN certwire.entry.keyset IS 'Keyset in force at issue. 发布时的密钥集版本。';
COMMENT ON COLUMN certwire.entry.payload IS 'The payload, exact bytes; null until signed. 条目原文。';
COMMENT ON COLUMN certwire.entry.digest IS 'Its digest, which the next entry names. 条目摘要。';
CREATE INDEX entry_unsigned ON certwire.entry (unit, epoch, number) WHERE digest IS NULL;

CREATE TABLE certwire.entry_signature (
	unit text NOT NULL,
	epoch int NOT NULL,
	number int NOT NULL,
	kid certwire.key_id NOT NULL,
	jws text NOT NULL CHECK (octet_length(jws) <= 8192),
	signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (unit, epoch, number, kid),
	FOREIGN KEY (unit, epoch, number) REFERENCES certwire.entry
);
COMMENT ON TABLE certwire.entry_signature IS 'Entries as dispatchers signed them. 分发程序对条目的签名。';
COMMENT ON COLUMN certwire.entry_signature.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.entry_signature.epoch IS 'Epoch. 纪元。';
COMMENT ON COLUMN certwire.entry_signature.number IS 'Number. 编号。';
COMMENT ON COLUMN certwire.entry_signature.kid IS 'The dispatcher''s key. 签名密钥标识。';
COMMENT ON COLUMN certwire.entry_signature.jws IS 'The whole entry, compact JWS. 条目 JWS。';
COMMENT ON COLUMN certwire.entry_signature.signed_at IS 'When; the newest is sent. 签名时间。';

CREATE TABLE certwire.delivery (
	publication text NOT NULL,
	unit text NOT NULL,
	epoch int NOT NULL,
	number int NOT NULL,
	state text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'settled', 'expired', 'recalled')),
	to_seal boolean NOT NULL DEFAULT true,
	offers int NOT NULL DEFAULT 0,
	first_offered_at timestamptz,
	last_offered_at timestamptz,
	next_offer_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	stored_at timestamptz,
	opened_at timestamptz,
	refused_code int,
	refused_at timestamptz,
	ended_at timestamptz,
	ended_reason certwire.prose,
	PRIMARY KEY (publication, unit),
	-- Through its entry, the newest one, a delivery names a unit that exists.
	FOREIGN KEY (publication) REFERENCES certwire.publication,
	FOREIGN KEY (unit, epoch, number) REFERENCES certwire.entry,
	CONSTRAINT delivery_settled CHECK (state <> 'settled' OR stored_at IS NOT NULL),
	CONSTRAINT delivery_ended CHECK (num_nulls(ended_at, ended_reason) = CASE WHEN state IN ('expired', 'recalled') THEN 0 ELSE 2 END),
	CONSTRAINT delivery_refused CHECK (num_nulls(refused_code, refused_at) IN (0, 2))
);
COMMENT ON TABLE certwire.delivery IS 'What a unit is owed, until a receipt is settled or it ends otherwise. 应交付项。';
COMMENT ON COLUMN certwire.delivery.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.delivery.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.delivery.epoch IS 'Epoch of its newest entry. 最新条目的纪元。';
COMMENT ON COLUMN certwire.delivery.number IS 'Number of its entry. 编号。';
COMMENT ON COLUMN certwire.delivery.state IS 'owed, settled, expired or recalled. 状态。';
COMMENT ON COLUMN certwire.delivery.to_seal IS 'A live device may lack its grant. 是否有设备待封装密钥。';
COMMENT ON COLUMN certwire.delivery.offers IS 'How often it was offered. 已推送次数。';
COMMENT ON COLUMN certwire.delivery.first_offered_at IS 'First offer. 首次推送。';
COMMENT ON COLUMN certwire.delivery.last_offered_at IS 'Last offer. 最近推送。';
COMMENT ON COLUMN certwire.delivery.next_offer_at IS 'Not offered again before. 下次推送时间。';
COMMENT ON COLUMN certwire.delivery.stored_at IS 'When the first device had stored it, by its receipt. 存入时间。';
COMMENT ON COLUMN certwire.delivery.opened_at IS 'When a person first opened it, by receipt. 首次打开时间。';
COMMENT ON COLUMN certwire.delivery.refused_code IS 'Newest refusal of a device. 最近一次拒收代码。';
COMMENT ON COLUMN certwire.delivery.refused_at IS 'When. 拒收时间。';
COMMENT ON COLUMN certwire.delivery.ended_at IS 'When it ended without a receipt. 终止时间。';
COMMENT ON COLUMN certwire.delivery.ended_reason IS 'Why. 终止原因。';
CREATE INDEX delivery_owed ON certwire.delivery (unit) WHERE state = 'owed';
CREATE INDEX delivery_due ON certwire.delivery (next_offer_at) WHERE state = 'owed';
CREATE INDEX delivery_to_seal ON certwire.delivery (publication, unit) WHERE to_seal;
CREATE UNIQUE INDEX delivery_entry ON certwire.delivery (unit, epoch, number);

CREATE TABLE certwire.delivery_grant (
	publication text NOT NULL,
	unit text NOT NULL,
	device text NOT NULL,
	kid certwire.key_id NOT NULL,
	sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 49 AND 256),
	sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (publication, unit, device),
	FOREIGN KEY (publication, unit) REFERENCES certwire.delivery,
	FOREIGN KEY (unit, device) REFERENCES certwire.device
);
COMMENT ON TABLE certwire.delivery_grant IS 'The content key sealed to a device. 封装给设备的内容密钥。';
COMMENT ON COLUMN certwire.delivery_grant.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.delivery_grant.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.delivery_grant.device IS 'The device. 设备。';
COMMENT ON COLUMN certwire.delivery_grant.kid IS 'Its key id. 设备密钥标识。';
COMMENT ON COLUMN certwire.delivery_grant.sealed IS 'crypto_box_seal of publication id and content key. 密封内容。';
COMMENT ON COLUMN certwire.delivery_grant.sealed_at IS 'When. 封装时间。';

CREATE TABLE certwire.lease (
	name text PRIMARY KEY CHECK (name = 'dispatcher'),
	holder text NOT NULL,
	fence bigint NOT NULL CHECK (fence >= 0),
	expires_at timestamptz NOT NULL
);
COMMENT ON TABLE certwire.lease IS 'Who may write the ledger now. 台账写入租约。';
COMMENT ON COLUMN certwire.lease.name IS 'What is leased. 租约名称。';
COMMENT ON COLUMN certwire.lease.holder IS 'Who holds it. 持有者。';
COMMENT ON COLUMN certwire.lease.fence IS 'Rises whenever it is taken; every write names it. 栅栏号。';
COMMENT ON COLUMN certwire.lease.expires_at IS 'Free after, unless renewed. 到期时间。';
INSERT INTO certwire.lease (name, holder, fence, expires_at) VALUES ('dispatcher', '', 0, '-infinity');

CREATE TABLE certwire.incident (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	source text NOT NULL CHECK (source IN ('unit', 'dispatcher')),
	unit text,
	device text,
	publication text,
	code int NOT NULL CHECK (code BETWEEN 100 AND 999),
	count bigint NOT NULL DEFAULT 1 CHECK (count >= 1),
	detail certwire.prose
);
COMMENT ON TABLE certwire.incident IS 'What units and the dispatcher refused. 拒收与拒绝事件。';
COMMENT ON COLUMN certwire.incident.id IS 'Order of arrival. 顺序号。';
COMMENT ON COLUMN certwire.incident.at IS 'When it was recorded. 时间。';
COMMENT ON COLUMN certwire.incident.source IS 'Who refused: unit or dispatcher. 来源。';
COMMENT ON COLUMN certwire.incident.unit IS 'The unit concerned, as far as known. 单位。';
COMMENT ON COLUMN certwire.incident.device IS 'The device concerned. 设备。';
COMMENT ON COLUMN certwire.incident.publication IS 'The publication concerned, as far as known. 发布件。';
COMMENT ON COLUMN certwire.incident.code IS 'Refusal code (docs/protocol.md section 12). 代码。';
COMMENT ON COLUMN certwire.incident.count IS 'How often. 次数。';
COMMENT ON COLUMN certwire.incident.detail IS 'What was measured or found. 具体情况。';
CREATE INDEX incident_at ON certwire.incident (at);

-- The lease.

CREATE FUNCTION certwire.check_fence(fence bigint)
	RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM FROM lease l WHERE l.name = 'dispatcher' AND l.fence = fence AND l.expires_at > clock_timestamp()
		FOR SHARE;
	IF NOT FOUND THEN
		PERFORM fail('CW001', 'the lease is lost', 'stop, and take it again with lease_take');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_fence IS 'Refuses unless the lease is held under that fence; holds it until the transaction ends. 检查租约栅栏。';

CREATE FUNCTION certwire.lease_take(holder text, ttl interval, OUT fence bigint, OUT held boolean)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	now_held lease;
BEGIN
	IF coalesce(btrim(holder), '') = '' OR ttl IS NULL OR ttl <= interval '0' OR ttl > interval '1 hour' THEN
		PERFORM fail('CW004', 'a lease needs a holder and a time of at most an hour', 'name both');
	END IF;
	SELECT l.* INTO STRICT now_held FROM lease l WHERE l.name = 'dispatcher' FOR UPDATE;
	held := now_held.holder = holder OR now_held.expires_at <= clock_timestamp();
	fence := now_held.fence;
	IF held THEN
		fence := now_held.fence + 1;
		UPDATE lease l SET holder = holder, fence = fence, expires_at = clock_timestamp() + ttl
			WHERE l.name = 'dispatcher';
		PERFORM record_act('lease_take', holder, jsonb_build_object('fence', fence, 'before', now_held.holder));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.lease_take IS 'Takes the lease when it is free, expired or own; each taking raises the fence. 获取租约。';
GRANT EXECUTE ON FUNCTION certwire.lease_take TO certwire_dispatcher;

CREATE FUNCTION certwire.lease_renew(fence bigint, ttl interval)
	RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	UPDATE lease l SET expires_at = clock_timestamp() + ttl
		WHERE l.name = 'dispatcher' AND l.fence = fence AND l.expires_at > clock_timestamp()
			AND ttl > interval '0' AND ttl <= interval '1 hour';
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION certwire.lease_renew IS 'Holds the lease longer; false when it is lost. 续租。';
GRANT EXECUTE ON FUNCTION certwire.lease_renew TO certwire_dispatcher;

CREATE FUNCTION certwire.lease_release(fence bigint)
	RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	UPDATE lease l SET expires_at = '-infinity' WHERE l.name = 'dispatcher' AND l.fence = fence;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION certwire.lease_release IS 'Gives the lease back, at a clean end. 释放租约。';
GRANT EXECUTE ON FUNCTION certwire.lease_release TO certwire_dispatcher;

-- Issue.

CREATE FUNCTION certwire.due_publications(fence bigint, kid text)
	RETURNS TABLE (publication text, kind text, channel text, number text, manifest_digest bytea, body_digest bytea,
		stream bytea, parts int, audience bytea, audience_digest bytea, not_before timestamptz, expires_at timestamptz,
		signatures text[], content_key bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT p.id::text, p.kind, p.channel, p.number, p.manifest_digest::bytea, p.body_digest::bytea, p.stream, p.parts,
			p.audience, p.audience_digest::bytea, p.not_before, p.expires_at,
			(SELECT array_agg(s.jws ORDER BY s.signed_at, s.kid) FROM signature s WHERE s.publication = p.id),
			(SELECT c.sealed FROM content_key c WHERE c.publication = p.id AND c.kid = kid)
		FROM publication p
		WHERE p.state = 'approved' AND p.issue_requested_at IS NOT NULL AND p.issue_refused_at IS NULL
			AND (p.not_before IS NULL OR p.not_before <= clock_timestamp())
			AND (p.expires_at IS NULL OR p.expires_at > clock_timestamp())
			AND count_signatures(p.id) >= approvals_for((SELECT max(k.version) FROM keyset k), p.channel)
		ORDER BY p.issue_requested_at, p.id
		LIMIT 16;
END
$$;
COMMENT ON FUNCTION certwire.due_publications IS 'What is to be issued now, to be verified first. 待发布项。';
GRANT EXECUTE ON FUNCTION certwire.due_publications TO certwire_dispatcher;

CREATE FUNCTION certwire.issue_refuse(fence bigint, publication text, code int)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	UPDATE publication p SET issue_refused_code = code, issue_refused_at = clock_timestamp()
		WHERE p.id = publication AND p.state = 'approved';
	IF NOT FOUND THEN
		PERFORM fail('CW002', format('publication %L is not waiting for issue', publication), 'leave it');
	END IF;
	INSERT INTO incident (source, publication, code) VALUES ('dispatcher', publication, code);
	PERFORM record_act('issue_refuse', publication, jsonb_build_object('code', code));
END
$$;
COMMENT ON FUNCTION certwire.issue_refuse IS 'The dispatcher does not issue this, with its code; an editor may ask again. 拒绝发布。';
GRANT EXECUTE ON FUNCTION certwire.issue_refuse TO certwire_dispatcher;

-- The next gapless numbers, for those of the audience who may receive now and have no entry yet. The
-- entitlement lock is held.
CREATE FUNCTION certwire.enter_audience(about certwire.publication, only_group text, keyset int, moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	named jsonb := audience_rule(about.audience) -> 'units';
	entered int;
BEGIN
	WITH numbered AS (
		SELECT r.unit, l.epoch, 1 + coalesce((SELECT e.number FROM entry e
			WHERE e.unit = r.unit AND e.epoch = l.epoch ORDER BY e.number DESC LIMIT 1), 0) AS number
		FROM rights_at(moment) r CROSS JOIN ledger l
		WHERE r.channel = about.channel AND (named IS NULL OR named ? r.unit)
			AND (only_group IS NULL OR in_group(only_group, r.unit, moment))
			AND NOT EXISTS (SELECT FROM delivery d WHERE d.unit = r.unit AND d.publication = about.id)
	), made AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT n.unit, n.epoch, n.number, about.kind, about.id, moment, keyset FROM numbered n
	)
	INSERT INTO delivery (publication, unit, epoch, number, next_offer_at)
		SELECT about.id, n.unit, n.epoch, n.number, moment FROM numbered n;
	GET DIAGNOSTICS entered = ROW_COUNT;
	RETURN entered;
END
$$;
COMMENT ON FUNCTION certwire.enter_audience IS 'Enters a publication for those who may receive it now (of one group, where one is named). 写入受众信箱。';

-- Ended deliveries leave no hole: an entry that nobody has seen becomes void; one that is signed gets a
-- void behind it that names it. The entitlement lock is held.
CREATE FUNCTION certwire.enter_voids(units text[], publications text[], moment timestamptz)
	RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	UPDATE entry e SET kind = 'void', publication = NULL
		FROM unnest(units, publications) g (unit, publication), ledger l
		WHERE e.unit = g.unit AND e.publication = g.publication AND e.epoch = l.epoch AND e.digest IS NULL;
	INSERT INTO entry (unit, epoch, number, kind, target, issued_at, keyset)
		SELECT e.unit, e.epoch, (SELECT max(n.number) FROM entry n WHERE n.unit = e.unit AND n.epoch = e.epoch)
				+ row_number() OVER (PARTITION BY e.unit ORDER BY e.number),
			'void', e.number, moment, (SELECT max(k.version) FROM keyset k)
		FROM unnest(units, publications) g (unit, publication)
		CROSS JOIN ledger l
		JOIN entry e ON e.unit = g.unit AND e.publication = g.publication AND e.epoch = l.epoch;
	PERFORM pg_notify('certwire_issue', '');
END
$$;
COMMENT ON FUNCTION certwire.enter_voids IS 'Says in the mailboxes that nothing will come for these any more. 写入作废条目。';

-- What a recall names, of its own channel, is owed to nobody any more. The entitlement lock is held.
CREATE FUNCTION certwire.end_recalled(recall certwire.publication, recalled text[], moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	ended_units text[];
	ended_publications text[];
BEGIN
	UPDATE publication p SET recalled_at = moment, recalled_by = recall.id, rest_due_at = NULL
		WHERE p.id = ANY (recalled) AND p.channel = recall.channel AND p.state = 'issued' AND p.recalled_at IS NULL;
	WITH ended AS (
		UPDATE delivery d SET state = 'recalled', ended_at = moment, to_seal = false,
				ended_reason = format('已由 %s 号召回（recalled by %s）', recall.number, left(recall.id, 8))
			FROM publication p
			WHERE p.id = d.publication AND p.recalled_by = recall.id AND d.state = 'owed'
			RETURNING d.unit, d.publication
	)
	SELECT array_agg(e.unit), array_agg(e.publication) INTO ended_units, ended_publications FROM ended e;
	IF cardinality(ended_units) > 0 THEN
		PERFORM enter_voids(ended_units, ended_publications, moment);
	END IF;
	RETURN coalesce(cardinality(ended_units), 0);
END
$$;
COMMENT ON FUNCTION certwire.end_recalled IS 'Ends the deliveries of what a recall names. 终止被召回件的投递。';

CREATE FUNCTION certwire.issue_due(fence bigint, only_publication text DEFAULT NULL, verified int DEFAULT NULL,
	recalls text[] DEFAULT '{}')
	RETURNS TABLE (publication text, deliveries int, channel text, parts int, to_channel boolean)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	version bigint;
	moment timestamptz;
	current_keyset keyset;
	due publication;
	policy channel_policy;
	issued int;
	ended int;
BEGIN
	PERFORM check_fence(fence);
	version := entitlement_lock();
	moment := clock_timestamp();
	SELECT k.* INTO current_keyset FROM keyset k ORDER BY k.version DESC LIMIT 1;
	SELECT p.* INTO due FROM publication p
		WHERE p.state = 'approved' AND p.issue_requested_at IS NOT NULL AND p.issue_refused_at IS NULL
			AND (only_publication IS NULL OR p.id = only_publication)
			AND (p.not_before IS NULL OR p.not_before <= moment)
			AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND count_signatures(p.id) >= approvals_for(current_keyset.version, p.channel)
		ORDER BY p.issue_requested_at, p.id
		LIMIT 1
		FOR UPDATE;
	IF due.id IS NULL THEN
		RETURN;
	-- Somebody signed since: that signature would go out unverified. In a statement after the lock.
	ELSIF count_signatures(due.id) <> verified THEN
		RETURN;
	ELSIF current_keyset.expires_at <= moment THEN
		PERFORM fail('CW002', format('keyset %s has expired', current_keyset.version),
			'the root signs a new keyset, a registrar imports it');
	END IF;
	SELECT c.* INTO STRICT policy FROM channel_policy c WHERE c.channel = due.channel AND c.until IS NULL;
	issued := enter_audience(due, policy.preferred, current_keyset.version, moment);
	UPDATE publication p SET state = 'issued', issued_at = moment, keyset = current_keyset.version, issued_version = version,
			rest_due_at = moment + policy.head_start
		WHERE p.id = due.id;
	IF due.kind = 'recall' THEN
		ended := end_recalled(due, recalls, moment);
	END IF;
	PERFORM record_act('issue_due', due.id, jsonb_build_object('deliveries', issued, 'version', version,
		'keyset', current_keyset.version, 'fence', fence)
		|| CASE WHEN due.kind = 'recall' THEN jsonb_build_object('recalls', recalls, 'ended', ended) ELSE '{}' END);
	PERFORM pg_notify('certwire_issue', due.id);
	RETURN QUERY SELECT due.id::text, issued, due.channel, due.parts,
		audience_rule(due.audience) -> 'units' IS NULL AND policy.preferred IS NULL;
END
$$;
COMMENT ON FUNCTION certwire.issue_due IS 'Issues one due publication: freezes the audience, numbers the mailboxes. 发布一件并冻结受众。';
GRANT EXECUTE ON FUNCTION certwire.issue_due TO certwire_dispatcher;

CREATE FUNCTION certwire.publication_parts(fence bigint, publication text, from_index int, to_index int)
	RETURNS TABLE (index int, data bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT q.index, q.data FROM publication_part q JOIN publication p ON p.id = q.publication
		WHERE q.publication = publication AND q.index BETWEEN from_index AND to_index
			AND p.state IN ('approved', 'issued') AND (p.expires_at IS NULL OR p.expires_at > clock_timestamp())
			AND p.recalled_at IS NULL
		ORDER BY q.index;
END
$$;
COMMENT ON FUNCTION certwire.publication_parts IS 'Encrypted parts, to verify before issue or to send to the channel. 读取分片。';
GRANT EXECUTE ON FUNCTION certwire.publication_parts TO certwire_dispatcher;

CREATE FUNCTION certwire.entries_to_sign(fence bigint, max_rows int)
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
		FROM entry e
		JOIN standing_at(right_now()) s ON s.unit = e.unit AND s.standing = 'good'
		LEFT JOIN publication p ON p.id = e.publication
		WHERE e.digest IS NULL
		ORDER BY e.unit, e.epoch, e.number
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.entries_to_sign IS 'Unsigned entries of units in good standing, in order. 待签名条目。';
GRANT EXECUTE ON FUNCTION certwire.entries_to_sign TO certwire_dispatcher;

CREATE FUNCTION certwire.put_entry_signatures(fence bigint, kid text, units text[], epochs bigint[], numbers bigint[],
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
		FROM given g
		WHERE e.unit = g.unit AND e.epoch = g.epoch AND e.number = g.number AND e.digest IS NULL
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
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_entry_signatures IS 'Puts payloads, digests and signatures of entries; a payload never changes. 写入条目签名。';
GRANT EXECUTE ON FUNCTION certwire.put_entry_signatures TO certwire_dispatcher;

-- Seal.

CREATE FUNCTION certwire.deliveries_to_seal(fence bigint, kid text, max_rows int)
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
		FROM delivery d
		JOIN publication p ON p.id = d.publication
		JOIN rights_at(moment) r ON r.unit = d.unit AND r.channel = p.channel
		JOIN content_key c ON c.publication = d.publication AND c.kid = kid
		JOIN device v ON v.unit = d.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL
			AND v.not_before <= moment AND v.not_after > moment
		WHERE d.to_seal AND d.state IN ('owed', 'settled') AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
			AND NOT EXISTS (SELECT FROM delivery_grant g
				WHERE g.publication = d.publication AND g.unit = d.unit AND g.device = v.device)
		ORDER BY d.publication, d.unit, v.device
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.deliveries_to_seal IS 'Devices that lack a grant and may have it now; holds the entitlement lock. 待封装项。';
GRANT EXECUTE ON FUNCTION certwire.deliveries_to_seal TO certwire_dispatcher;

CREATE FUNCTION certwire.put_grants(fence bigint, publications text[], units text[], devices text[], kids text[], sealeds bytea[])
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
	WITH allowed AS (
		SELECT g.publication, g.unit, g.device, g.kid, g.sealed
		FROM unnest(publications, units, devices, kids, sealeds) g (publication, unit, device, kid, sealed)
		JOIN delivery d ON d.publication = g.publication AND d.unit = g.unit AND d.state IN ('owed', 'settled')
		JOIN publication p ON p.id = d.publication AND p.recalled_at IS NULL
		JOIN rights_at(moment) r ON r.unit = d.unit AND r.channel = p.channel
		JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.kid = g.kid AND v.revoked_at IS NULL
			AND v.not_before <= moment AND v.not_after > moment
	)
	INSERT INTO delivery_grant (publication, unit, device, kid, sealed)
		SELECT a.publication, a.unit, a.device, a.kid, a.sealed FROM allowed a ON CONFLICT DO NOTHING;
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
COMMENT ON FUNCTION certwire.put_grants IS 'Puts grants; those of units or devices without the right now are left out. 写入封装密钥。';
GRANT EXECUTE ON FUNCTION certwire.put_grants TO certwire_dispatcher;
