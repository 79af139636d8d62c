-- Who did what. Every function that changes something for people writes one row here, and each row
-- becomes a link of a chain at its commit, so that no row can be changed later without all after it.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	login text NOT NULL DEFAULT session_user,
	act text NOT NULL,
	subject text NOT NULL,
	detail jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE certwire.audit IS 'Who did what; rows are added and never changed. 审计日志，只增不改。';
COMMENT ON COLUMN certwire.audit.id IS 'Names the row; numbers of undone acts are missing. The order is audit_link''s. 行标识，顺序见 audit_link。';
COMMENT ON COLUMN certwire.audit.at IS 'When. 时间。';
COMMENT ON COLUMN certwire.audit.login IS 'The login that called. 登录名。';
COMMENT ON COLUMN certwire.audit.act IS 'Name of the function. 操作（函数名）。';
COMMENT ON COLUMN certwire.audit.subject IS 'What it was done to: a unit, device, key or publication. 对象。';
COMMENT ON COLUMN certwire.audit.detail IS 'What else matters, without secrets. 其他细节。';
CREATE INDEX audit_subject ON certwire.audit (subject, id);

CREATE TABLE certwire.audit_link (
	sequence bigint PRIMARY KEY CHECK (sequence >= 1),
	audit bigint NOT NULL UNIQUE REFERENCES certwire.audit,
	digest certwire.digest NOT NULL
);
COMMENT ON TABLE certwire.audit_link IS 'The chain of the audit, in order of commits. 审计链，按提交顺序。';
COMMENT ON COLUMN certwire.audit_link.sequence IS 'Without gaps from 1. 连续序号。';
COMMENT ON COLUMN certwire.audit_link.audit IS 'The row of audit that it is about. 对应的审计行。';
COMMENT ON COLUMN certwire.audit_link.digest IS 'SHA-256 of the digest before and this row''s bytes (audit_bytes). 前一摘要与本行内容的 SHA-256。';

CREATE TABLE certwire.audit_end (
	one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
COMMENT ON TABLE certwire.audit_end IS 'One row, whose lock orders the commits that link an act. 单行，其行锁为审计链排序。';
COMMENT ON COLUMN certwire.audit_end.one IS 'Always true. 恒为真。';
INSERT INTO certwire.audit_end DEFAULT VALUES;

CREATE TABLE certwire.audit_anchor (
	sequence bigint PRIMARY KEY REFERENCES certwire.audit_link,
	digest certwire.digest NOT NULL,
	jws text NOT NULL CHECK (octet_length(jws) <= 8192),
	put_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE certwire.audit_anchor IS 'Heads whose checkpoint holds the chain up to there; units have others. 锚点：带检查点的已签名信箱首部。';
COMMENT ON COLUMN certwire.audit_anchor.sequence IS 'Link that the checkpoint names. 检查点所指序号。';
COMMENT ON COLUMN certwire.audit_anchor.digest IS 'Digest that the checkpoint names. 检查点所指摘要。';
COMMENT ON COLUMN certwire.audit_anchor.jws IS 'A head as the dispatcher signed and sent it. 分发程序签名的首部。';
COMMENT ON COLUMN certwire.audit_anchor.put_at IS 'When it was put. 写入时间。';

CREATE FUNCTION certwire.audit_is_append_only()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	PERFORM fail('CW002', 'the audit is never changed', 'record a new act instead');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.audit_is_append_only IS 'Refuses every change of the audit, whoever asks. 禁止修改审计日志。';
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON certwire.audit
	FOR EACH STATEMENT EXECUTE FUNCTION certwire.audit_is_append_only();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON certwire.audit_link
	FOR EACH STATEMENT EXECUTE FUNCTION certwire.audit_is_append_only();
CREATE TRIGGER audit_end_append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON certwire.audit_end
	FOR EACH STATEMENT EXECUTE FUNCTION certwire.audit_is_append_only();
CREATE TRIGGER audit_anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON certwire.audit_anchor
	FOR EACH STATEMENT EXECUTE FUNCTION certwire.audit_is_append_only();

CREATE FUNCTION certwire.netstring(value text)
	RETURNS bytea LANGUAGE sql STABLE STRICT AS $$
	SELECT convert_to(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', 'UTF8')
$$;
COMMENT ON FUNCTION certwire.netstring IS 'UTF-8 bytes with their number before them: "5:hello,". 带长度前缀的字节串。';

-- The time is whole microseconds since 1970, as PostgreSQL keeps it: no calendar to be read alike twice.
CREATE FUNCTION certwire.audit_bytes(sequence bigint, at timestamptz, login text, act text, subject text, detail jsonb)
	RETURNS bytea LANGUAGE sql STABLE STRICT AS $$
	SELECT certwire.netstring(sequence::text)
		|| certwire.netstring(trunc(extract(epoch FROM at) * 1000000)::bigint::text)
		|| certwire.netstring(login) || certwire.netstring(act) || certwire.netstring(subject)
		|| certwire.netstring(detail::text)
$$;
COMMENT ON FUNCTION certwire.audit_bytes IS 'What of a row goes into the chain, byte by byte (docs/database.md). 进入审计链的字节。';

-- Runs at commit, once for each row of the transaction, and at the same cost for each: plans made while the
-- tables are small must not read all of them later. Nothing is kept but the links themselves: a
-- count in audit_end would be a row written as often as a transaction has acts.
CREATE FUNCTION certwire.link_audit()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp
	SET enable_seqscan = off SET jit = off AS $$
DECLARE
	last record;
	next bigint;
BEGIN
	-- Under another level the newest link could be one that this transaction does not see.
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM fail('CW002', format('nothing that is audited is done under %s', upper(current_setting('transaction_isolation'))),
			'begin the transaction with ISOLATION LEVEL READ COMMITTED');
	END IF;
	-- What a head has told must not be lost by a crash, whatever the session was set to.
	IF current_setting('synchronous_commit') = 'off' THEN
		PERFORM set_config('synchronous_commit', 'on', true);
	END IF;
	-- A session that made the constraint immediate has the lock from here on, and must not idle with it.
	PERFORM set_config('idle_in_transaction_session_timeout', '2s', true);
	PERFORM FROM audit_end e WHERE e.one FOR UPDATE;
	SELECT l.sequence, l.digest INTO last FROM audit_link l ORDER BY l.sequence DESC LIMIT 1;
	next := coalesce(last.sequence, 0) + 1;
	INSERT INTO audit_link (sequence, audit, digest)
		VALUES (next, NEW.id, sha256(coalesce(last.digest, decode(repeat('00', 32), 'hex'))
			|| audit_bytes(next, NEW.at, NEW.login, NEW.act, NEW.subject, NEW.detail)));
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.link_audit IS 'Makes a row the next link of the chain, at commit. 提交时把审计行接入链中。';
CREATE CONSTRAINT TRIGGER audit_linked AFTER INSERT ON certwire.audit
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION certwire.link_audit();

CREATE FUNCTION certwire.record_act(act text, subject text, detail jsonb)
	RETURNS void LANGUAGE sql SET search_path = certwire, pg_temp AS $$
	INSERT INTO certwire.audit (act, subject, detail) VALUES (act, subject, detail)
$$;
COMMENT ON FUNCTION certwire.record_act IS 'Adds an audit row for the login of this session. 写入审计日志。';

CREATE FUNCTION certwire.put_anchor(fence bigint, sequence bigint, digest bytea, jws text)
	RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	IF NOT EXISTS (SELECT FROM audit_link l WHERE l.sequence = sequence AND l.digest = digest) THEN
		PERFORM fail('CW005', format('link %s of the audit has another digest than the head names', sequence),
			'the audit was changed: run certwire audit verify');
	END IF;
	INSERT INTO audit_anchor (sequence, digest, jws) VALUES (sequence, digest, jws) ON CONFLICT DO NOTHING;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION certwire.put_anchor IS 'Keeps a signed head as an anchor; false when that link has one. 保存锚点。';
GRANT EXECUTE ON FUNCTION certwire.put_anchor TO certwire_dispatcher;
