-- Publications: sealed body, detached signatures, content keys; drafted, signed, asked to be issued.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.publication (
	id certwire.publication_id PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('publish', 'supersede', 'recall')),
	channel text NOT NULL REFERENCES certwire.channel,
	number text NOT NULL CHECK (length(number) BETWEEN 1 AND 32
		AND number ~ '^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$'),
	state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'approved', 'issued', 'withdrawn')),
	manifest_digest certwire.digest NOT NULL UNIQUE,
	body_digest certwire.digest NOT NULL,
	stream bytea NOT NULL CHECK (octet_length(stream) = 24),
	parts int NOT NULL CHECK (parts BETWEEN 1 AND 4096),
	size_bytes bigint GENERATED ALWAYS AS (parts::bigint * 32768) STORED,
	audience bytea NOT NULL CHECK (octet_length(audience) <= 1048576),
	audience_digest certwire.digest NOT NULL,
	not_before timestamptz,
	expires_at timestamptz CHECK (expires_at > not_before),
	drafted_by text NOT NULL DEFAULT session_user,
	drafted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	drafted_keyset int NOT NULL REFERENCES certwire.keyset,
	approvals_needed int NOT NULL CHECK (approvals_needed BETWEEN 1 AND 8),
	approved_at timestamptz,
	issue_requested_by text,
	issue_requested_at timestamptz,
	issue_refused_code int,
	issue_refused_at timestamptz,
	issued_at timestamptz,
	keyset int REFERENCES certwire.keyset,
	issued_version bigint,
	rest_due_at timestamptz,
	withdrawn_at timestamptz,
	withdrawn_by text,
	withdrawn_reason certwire.prose,
	recalled_at timestamptz,
	recalled_by text REFERENCES certwire.publication,
	CONSTRAINT publication_recalled CHECK (num_nulls(recalled_at, recalled_by) IN (0, 2) AND (recalled_at IS NULL OR state = 'issued')),
	CONSTRAINT publication_approved CHECK (state NOT IN ('approved', 'issued') OR approved_at IS NOT NULL),
	CONSTRAINT publication_requested CHECK (num_nulls(issue_requested_by, issue_requested_at) IN (0, 2)),
	CONSTRAINT publication_refused CHECK (num_nulls(issue_refused_code, issue_refused_at) IN (0, 2)),
	CONSTRAINT publication_issued CHECK (num_nulls(issued_at, keyset, issued_version) = CASE state WHEN 'issued' THEN 0 ELSE 3 END
		AND (state <> 'issued' OR issue_requested_at IS NOT NULL)),
	CONSTRAINT publication_withdrawn CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason)
		= CASE state WHEN 'withdrawn' THEN 0 ELSE 3 END)
);
COMMENT ON TABLE certwire.publication IS 'A sealed publication; title and content are not here. 发布件（不含标题与内容）。';
COMMENT ON COLUMN certwire.publication.id IS 'Id, random. 标识。';
COMMENT ON COLUMN certwire.publication.kind IS 'publish, supersede or recall. 种类。';
COMMENT ON COLUMN certwire.publication.channel IS 'Channel. 频道。';
COMMENT ON COLUMN certwire.publication.number IS 'Number within the channel, such as 2026-47. 期号。';
COMMENT ON COLUMN certwire.publication.state IS 'draft, approved, issued or withdrawn. 状态。';
COMMENT ON COLUMN certwire.publication.manifest_digest IS 'Digest of the salted manifest. 清单摘要。';
COMMENT ON COLUMN certwire.publication.body_digest IS 'Digest of stream header and parts. 正文摘要。';
COMMENT ON COLUMN certwire.publication.stream IS 'Header of the secretstream. 加密流头。';
COMMENT ON COLUMN certwire.publication.parts IS 'Number of parts, padded. 分片数（已填充）。';
COMMENT ON COLUMN certwire.publication.size_bytes IS 'Size of the padded body. 填充后的大小。';
COMMENT ON COLUMN certwire.publication.audience IS 'The audience rule (JSON), exact bytes. 受众规则。';
COMMENT ON COLUMN certwire.publication.audience_digest IS 'Its digest, which the manifest names. 受众规则摘要。';
COMMENT ON COLUMN certwire.publication.not_before IS 'Not issued before. 最早发布时间。';
COMMENT ON COLUMN certwire.publication.expires_at IS 'Deliveries end then. 过期时间。';
COMMENT ON COLUMN certwire.publication.drafted_by IS 'Login of the drafter. 起草人。';
COMMENT ON COLUMN certwire.publication.drafted_at IS 'When it was drafted. 起草时间。';
COMMENT ON COLUMN certwire.publication.drafted_keyset IS 'Keyset that the drafter went by. 起草时的密钥集版本。';
COMMENT ON COLUMN certwire.publication.approvals_needed IS 'Editors that must sign, by that keyset. 所需签署人数。';
COMMENT ON COLUMN certwire.publication.approved_at IS 'When enough editors had signed. 签署完成时间。';
COMMENT ON COLUMN certwire.publication.issue_requested_by IS 'Login that asked for issue. 申请发布人。';
COMMENT ON COLUMN certwire.publication.issue_requested_at IS 'When issue was asked for. 申请发布时间。';
COMMENT ON COLUMN certwire.publication.issue_refused_code IS 'Why the dispatcher refused to issue it. 拒绝发布的代码。';
COMMENT ON COLUMN certwire.publication.issue_refused_at IS 'When it refused. 拒绝发布时间。';
COMMENT ON COLUMN certwire.publication.issued_at IS 'When it was issued. 发布时间。';
COMMENT ON COLUMN certwire.publication.keyset IS 'Keyset in force at issue. 发布时的密钥集版本。';
COMMENT ON COLUMN certwire.publication.issued_version IS 'Entitlement version the audience was frozen at. 冻结受众时的权限版本。';
COMMENT ON COLUMN certwire.publication.rest_due_at IS 'When those receive it who do not have the head start; null: nobody waits. 其余单位的接收时间。';
COMMENT ON COLUMN certwire.publication.withdrawn_at IS 'When it was withdrawn before issue. 撤回时间。';
COMMENT ON COLUMN certwire.publication.withdrawn_by IS 'Login of who withdrew it. 撤回人。';
COMMENT ON COLUMN certwire.publication.withdrawn_reason IS 'Why. 撤回理由。';
COMMENT ON COLUMN certwire.publication.recalled_at IS 'When it was recalled after issue. 发布后召回的时间。';
COMMENT ON COLUMN certwire.publication.recalled_by IS 'The publication that recalled it. 召回它的发布件。';
CREATE INDEX publication_due ON certwire.publication (issue_requested_at)
	WHERE state = 'approved' AND issue_requested_at IS NOT NULL;
CREATE INDEX publication_expiring ON certwire.publication (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX publication_newest ON certwire.publication (drafted_at);

CREATE INDEX publication_rest ON certwire.publication (rest_due_at) WHERE rest_due_at IS NOT NULL;

CREATE TABLE certwire.publication_part (
	publication text NOT NULL REFERENCES certwire.publication,
	index int NOT NULL CHECK (index BETWEEN 0 AND 4095),
	data bytea NOT NULL CHECK (octet_length(data) = 32768),
	PRIMARY KEY (publication, index)
);
ALTER TABLE certwire.publication_part ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE certwire.publication_part IS 'Encrypted parts of a body. 正文加密分片。';
COMMENT ON COLUMN certwire.publication_part.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.publication_part.index IS 'From 0. 序号。';
COMMENT ON COLUMN certwire.publication_part.data IS 'Ciphertext, 32,768 bytes. 密文。';

CREATE TABLE certwire.signature (
	publication text NOT NULL REFERENCES certwire.publication,
	kid certwire.key_id NOT NULL,
	jws text NOT NULL CHECK (octet_length(jws) <= 512 AND jws ~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$'),
	signed_by text NOT NULL DEFAULT session_user,
	signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (publication, kid),
	CONSTRAINT signature_one_a_login UNIQUE (publication, signed_by)
);
COMMENT ON TABLE certwire.signature IS 'Editors'' detached signatures of a manifest. 编辑对清单的分离式签名。';
COMMENT ON COLUMN certwire.signature.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.signature.kid IS 'The editor''s key. 编辑密钥标识。';
COMMENT ON COLUMN certwire.signature.jws IS 'header..signature, without the manifest. 分离式 JWS。';
COMMENT ON COLUMN certwire.signature.signed_by IS 'Login of the editor. 签署人。';
COMMENT ON COLUMN certwire.signature.signed_at IS 'When. 签署时间。';

CREATE TABLE certwire.content_key (
	publication text NOT NULL REFERENCES certwire.publication,
	kid certwire.key_id NOT NULL,
	sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 49 AND 256),
	PRIMARY KEY (publication, kid)
);
COMMENT ON TABLE certwire.content_key IS 'The content key sealed to each editor, dispatcher and recovery key. 封装的内容密钥。';
COMMENT ON COLUMN certwire.content_key.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.content_key.kid IS 'Whom it is sealed to. 接收者密钥标识。';
COMMENT ON COLUMN certwire.content_key.sealed IS 'crypto_box_seal of the content key. 密封的内容密钥。';

-- Only the transaction that begins a draft sees it unsigned; at commit it must be whole.
CREATE FUNCTION certwire.draft_is_whole()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM signature s WHERE s.publication = NEW.id AND s.signed_by = NEW.drafted_by) THEN
		PERFORM fail('CW002', format('draft %s was begun and not finished', NEW.id),
			'call draft_finish in the transaction of draft_begin');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.draft_is_whole IS 'At commit: a draft bears its drafter''s signature. 草稿须由起草人签署后方可提交。';
CREATE CONSTRAINT TRIGGER publication_whole AFTER INSERT ON certwire.publication
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION certwire.draft_is_whole();

-- Audience.

CREATE FUNCTION certwire.audience_rule(rule bytea)
	RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
DECLARE
	parsed jsonb;
BEGIN
	BEGIN
		parsed := convert_from(rule, 'UTF8')::jsonb;
	EXCEPTION WHEN data_exception THEN
		parsed := NULL;
	END;
	IF parsed = '{"v": 1, "rule": "entitled"}' THEN
		RETURN parsed;
	ELSIF jsonb_typeof(parsed) = 'object' AND parsed - 'units' = '{"v": 1, "rule": "units"}'
		AND jsonb_typeof(parsed -> 'units') = 'array' AND jsonb_array_length(parsed -> 'units') > 0
		AND NOT jsonb_path_exists(parsed, '$.units[*] ? (@.type() != "string")') THEN
		RETURN parsed;
	END IF;
	PERFORM fail('CW004', 'the audience rule is malformed',
		'use {"v":1,"rule":"entitled"} or {"v":1,"rule":"units","units":["a","b"]}');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.audience_rule IS 'The audience rule as JSON; refuses any other. 解析受众规则。';

CREATE FUNCTION certwire.check_audience(rule bytea)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	unknown text;
BEGIN
	SELECT string_agg(n.unit, ', ') INTO unknown
		FROM jsonb_array_elements_text(coalesce(audience_rule(rule) -> 'units', '[]')) n (unit)
		WHERE NOT EXISTS (SELECT FROM unit u WHERE u.id = n.unit);
	IF unknown IS NOT NULL THEN
		PERFORM fail('CW003', format('the audience names unknown units: %s', left(unknown, 200)), 'name units that were admitted');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_audience IS 'Refuses a malformed rule and unknown units. 检查受众规则。';

-- Inlined: null when the unit may receive the channel, else why not, for people.
CREATE FUNCTION certwire.why_not(standing text, reason text, entitled boolean)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN standing <> 'good' THEN certwire.standing_zh(standing) || '：' || reason || '（' || standing || '）'
		WHEN NOT entitled THEN '未获授权接收该频道（not entitled to the channel）' END
$$;
COMMENT ON FUNCTION certwire.why_not IS 'Why a unit may not receive, for people; null when it may. 不能接收的原因。';

CREATE FUNCTION certwire.denied_why(unit text, channel text, at timestamptz)
	RETURNS text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT '已禁止接收该频道：' || e.reason || '（denied）'
	FROM entitlement e
	WHERE e.effect = 'deny' AND e.channel = denied_why.channel AND e.since <= at AND (e.until IS NULL OR e.until > at)
		AND (e.unit = denied_why.unit OR e.group_id IS NOT NULL AND in_group(e.group_id, denied_why.unit, at))
	ORDER BY e.unit IS NULL, e.since, e.id LIMIT 1
$$;
COMMENT ON FUNCTION certwire.denied_why IS 'The reason of a denial in force, the unit''s own before its groups''; null: none. 现行禁止的理由。';

CREATE FUNCTION certwire.audience(channel text, rule bytea DEFAULT '{"v":1,"rule":"entitled"}')
	RETURNS TABLE (unit text, name text, receives boolean, reason text, devices int, waits boolean)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
	named jsonb;
	first_group text;
BEGIN
	PERFORM check_channel(channel);
	PERFORM check_audience(rule);
	named := audience_rule(rule) -> 'units';
	SELECT p.preferred INTO first_group FROM channel_policy p WHERE p.channel = channel AND p.until IS NULL;
	RETURN QUERY
		SELECT w.unit, w.name, w.reason IS NULL, w.reason, w.devices,
			w.reason IS NULL AND first_group IS NOT NULL AND NOT in_group(first_group, w.unit, moment)
		FROM (
			SELECT u.id::text AS unit, u.name::text AS name,
				CASE WHEN named IS NOT NULL AND NOT named ? u.id::text THEN '不在发布范围内（not in the audience）'
					ELSE coalesce(CASE WHEN s.standing = 'good' AND r.unit IS NULL THEN denied_why(u.id, channel, moment) END,
						why_not(s.standing, s.reason, r.unit IS NOT NULL)) END AS reason,
				(SELECT count(*)::int FROM device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
					AND d.revoked_at IS NULL AND d.not_after > moment) AS devices
			FROM unit u
			JOIN standing_at(moment) s ON s.unit = u.id
			LEFT JOIN rights_at(moment) r ON r.unit = u.id AND r.channel = channel
		) w
		ORDER BY w.reason IS NOT NULL, w.unit;
END
$$;
COMMENT ON FUNCTION certwire.audience IS 'Who would receive if it were issued now (waits: after a head start), and who not and why. 受众预览。';
GRANT EXECUTE ON FUNCTION certwire.audience TO certwire_editor, certwire_admin, certwire_auditor;

-- Drafting.

CREATE FUNCTION certwire.approvals_for(keyset int, channel text)
	RETURNS int LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT greatest(approvals_of(approvals_for.keyset, approvals_for.channel),
		CASE WHEN approvals_of(approvals_for.keyset, approvals_for.channel) IS NOT NULL THEN p.approvals END)
	FROM channel_policy p WHERE p.channel = approvals_for.channel AND p.until IS NULL
$$;
COMMENT ON FUNCTION certwire.approvals_for IS 'How many editors must sign: by the keyset, or more by the channel''s policy; null when the keyset does not name it. 频道实际所需签署人数。';

CREATE FUNCTION certwire.draft_begin(id text, kind text, channel text, number text, manifest_digest bytea,
	body_digest bytea, stream bytea, parts int, audience bytea, audience_digest bytea,
	not_before timestamptz, expires_at timestamptz, keyset int, approvals_needed int)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	needed int := approvals_of(keyset, channel);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	PERFORM check_channel(channel);
	PERFORM check_audience(audience);
	IF keyset IS DISTINCT FROM (SELECT max(k.version) FROM keyset k) THEN
		PERFORM fail('CW002', format('keyset %s is not the newest', keyset), 'draft again with the newest keyset');
	ELSIF needed IS NULL THEN
		PERFORM fail('CW002', format('keyset %s does not say how many editors sign for %s', keyset, channel),
			'the next keyset must name the channel');
	ELSIF approvals_needed IS DISTINCT FROM needed THEN
		PERFORM fail('CW004', format('keyset %s wants %s signatures for %s, the draft says %s', keyset, needed, channel,
			approvals_needed), 'draft again with the newest keyset');
	ELSIF expires_at <= clock_timestamp() THEN
		PERFORM fail('CW004', 'the publication would have expired already', 'give a later time or none');
	ELSIF EXISTS (SELECT FROM publication p WHERE p.id = id OR p.manifest_digest = manifest_digest) THEN
		PERFORM fail('CW005', format('publication %s exists already', id), 'a draft is made once, under a new id');
	END IF;
	INSERT INTO publication (id, kind, channel, number, manifest_digest, body_digest, stream, parts, audience,
			audience_digest, not_before, expires_at, drafted_keyset, approvals_needed)
		VALUES (id, kind, channel, number, manifest_digest, body_digest, stream, parts, audience,
			audience_digest, not_before, expires_at, keyset, approvals_for(keyset, channel));
END
$$;
COMMENT ON FUNCTION certwire.draft_begin IS 'Begins a draft, to be finished in the same transaction. 开始起草。';
GRANT EXECUTE ON FUNCTION certwire.draft_begin TO certwire_editor;

CREATE FUNCTION certwire.check_open_draft(id text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF NOT EXISTS (SELECT FROM publication p WHERE p.id = id AND p.drafted_by = session_user)
		OR EXISTS (SELECT FROM signature s WHERE s.publication = id) THEN
		PERFORM fail('CW002', format('no draft %s is being made by %s', id, quote_ident(session_user)),
			'parts and keys are put between draft_begin and draft_finish, in one transaction');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_open_draft IS 'Refuses unless this login is making that draft now. 检查草稿是否正在起草。';

CREATE FUNCTION certwire.draft_part(id text, index int, data bytea)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_open_draft(id);
	IF octet_length(data) IS DISTINCT FROM 32768 OR index IS NULL OR index < 0
		OR index >= (SELECT p.parts FROM publication p WHERE p.id = id) THEN
		PERFORM fail('CW004', format('part %s of %s has a wrong size or index', index, id),
			'each part has 32768 bytes, and there are as many as draft_begin said');
	END IF;
	INSERT INTO publication_part (publication, index, data) VALUES (id, index, data);
END
$$;
COMMENT ON FUNCTION certwire.draft_part IS 'Puts one encrypted part. 写入一个分片。';
GRANT EXECUTE ON FUNCTION certwire.draft_part TO certwire_editor;

CREATE FUNCTION certwire.put_content_key(id text, kid text, sealed bytea)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_open_draft(id);
	INSERT INTO content_key (publication, kid, sealed) VALUES (id, kid, sealed);
END
$$;
COMMENT ON FUNCTION certwire.put_content_key IS 'Puts the content key sealed to one key of the keyset. 写入封装的内容密钥。';
GRANT EXECUTE ON FUNCTION certwire.put_content_key TO certwire_editor;

CREATE FUNCTION certwire.count_signatures(id text)
	RETURNS int LANGUAGE sql STABLE AS $$
	SELECT count(*)::int FROM certwire.signature s WHERE s.publication = count_signatures.id
$$;
COMMENT ON FUNCTION certwire.count_signatures IS 'How many editors have signed, the drafter included. 已签署人数。';

CREATE FUNCTION certwire.add_signature(id text, kid text, signature text,
	OUT state text, OUT signatures int, OUT approvals_needed int)
	LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF signature IS NULL OR octet_length(signature) > 512 OR signature !~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$' THEN
		PERFORM fail('CW004', 'the signature is not a detached JWS', 'use: certwire approve');
	END IF;
	INSERT INTO signature (publication, kid, jws) VALUES (id, kid, signature);
	signatures := count_signatures(id);
	UPDATE publication p SET state = 'approved', approved_at = coalesce(p.approved_at, clock_timestamp())
		WHERE p.id = id AND p.state = 'draft' AND signatures >= p.approvals_needed;
	SELECT p.state, p.approvals_needed INTO STRICT state, approvals_needed FROM publication p WHERE p.id = id;
END
$$;
COMMENT ON FUNCTION certwire.add_signature IS 'Adds an editor''s signature; enough of them approve. 增加签名，足数即批准。';

CREATE FUNCTION certwire.draft_finish(id text, kid text, signature text,
	OUT state text, OUT signatures int, OUT approvals_needed int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	missing bigint;
BEGIN
	PERFORM check_open_draft(id);
	PERFORM check_my_key(kid, 'editor');
	-- Part indexes are unique and below parts, so counting them is enough.
	SELECT p.parts - (SELECT count(*) FROM publication_part q WHERE q.publication = id) INTO missing
		FROM publication p WHERE p.id = id;
	IF missing <> 0 THEN
		PERFORM fail('CW002', format('draft %s lacks %s parts', id, missing), 'put all parts before finishing');
	ELSIF NOT EXISTS (SELECT FROM content_key c WHERE c.publication = id AND c.kid = kid) THEN
		PERFORM fail('CW002', format('the content key of draft %s is not sealed to its drafter', id),
			'seal it to every editor, dispatcher and recovery key of the keyset');
	END IF;
	SELECT a.state, a.signatures, a.approvals_needed INTO state, signatures, approvals_needed
		FROM add_signature(id, kid, signature) a;
	PERFORM record_act('draft_finish', id, jsonb_build_object('kid', kid, 'needed', approvals_needed));
END
$$;
COMMENT ON FUNCTION certwire.draft_finish IS 'Checks that the draft is whole and adds the drafter''s signature. 完成起草并签署。';
GRANT EXECUTE ON FUNCTION certwire.draft_finish TO certwire_editor;

CREATE FUNCTION certwire.lock_publication(id text)
	RETURNS certwire.publication LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	found_one publication;
BEGIN
	SELECT p.* INTO found_one FROM publication p WHERE p.id = id FOR UPDATE;
	IF found_one.id IS NULL THEN
		PERFORM fail('CW003', format('there is no publication %L', id), 'see: certwire list');
	END IF;
	RETURN found_one;
END
$$;
COMMENT ON FUNCTION certwire.lock_publication IS 'Locks and returns a publication; refuses an unknown one. 锁定发布件。';

CREATE FUNCTION certwire.approve(id text, kid text, signature text,
	OUT state text, OUT signatures int, OUT approvals_needed int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(kid, 'editor');
	IF held.state NOT IN ('draft', 'approved') THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'only what is not yet issued can be signed');
	ELSIF held.drafted_by = session_user THEN
		PERFORM fail('CW002', 'who drafted a publication cannot approve it', 'another editor must sign');
	ELSIF EXISTS (SELECT FROM signature s WHERE s.publication = id AND (s.signed_by = session_user OR s.kid = kid)) THEN
		PERFORM fail('CW005', format('%s has signed publication %s already', quote_ident(session_user), id),
			'another editor must sign');
	END IF;
	SELECT a.state, a.signatures, a.approvals_needed INTO state, signatures, approvals_needed
		FROM add_signature(id, kid, signature) a;
	PERFORM record_act('approve', id, jsonb_build_object('kid', kid, 'signatures', signatures, 'needed', approvals_needed));
END
$$;
COMMENT ON FUNCTION certwire.approve IS 'Adds another editor''s signature. 审批签署。';
GRANT EXECUTE ON FUNCTION certwire.approve TO certwire_editor;

CREATE FUNCTION certwire.request_issue(id text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF held.state = 'draft' THEN
		PERFORM fail('CW002', format('publication %s has %s of %s signatures', id, count_signatures(id),
			held.approvals_needed), 'another editor runs: certwire approve ' || left(id, 8));
	ELSIF held.state <> 'approved' THEN
		PERFORM fail('CW002', format('publication %s is %s already', id, held.state), 'see: certwire status ' || left(id, 8));
	ELSIF held.expires_at <= clock_timestamp() THEN
		PERFORM fail('CW002', format('publication %s has expired', id), 'draft it again');
	END IF;
	UPDATE publication p SET issue_requested_by = session_user, issue_requested_at = clock_timestamp(),
			issue_refused_code = NULL, issue_refused_at = NULL
		WHERE p.id = id;
	PERFORM record_act('request_issue', id, '{}');
	PERFORM pg_notify('certwire_issue', id);
	RETURN held.state;
END
$$;
COMMENT ON FUNCTION certwire.request_issue IS 'Asks the dispatcher to issue an approved publication. 申请发布。';
GRANT EXECUTE ON FUNCTION certwire.request_issue TO certwire_editor;

CREATE FUNCTION certwire.withdraw_publication(id text, reason text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF held.state NOT IN ('draft', 'approved') THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'what was issued is recalled, not withdrawn');
	END IF;
	UPDATE publication p SET state = 'withdrawn', withdrawn_at = clock_timestamp(), withdrawn_by = session_user,
			withdrawn_reason = told
		WHERE p.id = id;
	PERFORM record_act('withdraw_publication', id, jsonb_build_object('reason', told));
	RETURN 'withdrawn';
END
$$;
COMMENT ON FUNCTION certwire.withdraw_publication IS 'Gives a publication up before it is issued. 发布前撤回。';
GRANT EXECUTE ON FUNCTION certwire.withdraw_publication TO certwire_editor;

CREATE FUNCTION certwire.publication_bytes(id text, from_index int DEFAULT 0, to_index int DEFAULT 4095)
	RETURNS TABLE (index int, data bytea)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT q.index, q.data FROM publication_part q
	WHERE q.publication = publication_bytes.id AND q.index BETWEEN from_index AND to_index
	ORDER BY q.index
$$;
COMMENT ON FUNCTION certwire.publication_bytes IS 'Encrypted parts in order, both ends included. 读取加密分片。';
GRANT EXECUTE ON FUNCTION certwire.publication_bytes TO certwire_editor, certwire_auditor;

CREATE FUNCTION certwire.publication_signatures(id text)
	RETURNS TABLE (kid text, jws text, signed_by text, signed_at timestamptz)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT s.kid::text, s.jws, s.signed_by, s.signed_at FROM signature s
	WHERE s.publication = publication_signatures.id ORDER BY s.signed_at, s.kid
$$;
COMMENT ON FUNCTION certwire.publication_signatures IS 'Who signed, in order. 签名列表。';
GRANT EXECUTE ON FUNCTION certwire.publication_signatures TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.content_key_for(id text, kid text)
	RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT c.sealed FROM content_key c WHERE c.publication = content_key_for.id AND c.kid = content_key_for.kid
$$;
COMMENT ON FUNCTION certwire.content_key_for IS 'The content key sealed to that key; null when it was not. 读取封装的内容密钥。';
GRANT EXECUTE ON FUNCTION certwire.content_key_for TO certwire_editor, certwire_auditor;
