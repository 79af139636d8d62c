-- Who did what. Every function that changes something for people writes one row here.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.audit (
	sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	login text NOT NULL DEFAULT session_user,
	act text NOT NULL,
	subject text NOT NULL,
	detail jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE certwire.audit IS 'Who did what; rows are added and never changed. 审计日志，只增不改。';
COMMENT ON COLUMN certwire.audit.sequence IS 'Order of the acts; numbers of undone acts are missing. 顺序号。';
COMMENT ON COLUMN certwire.audit.at IS 'When. 时间。';
COMMENT ON COLUMN certwire.audit.login IS 'The login that called. 登录名。';
COMMENT ON COLUMN certwire.audit.act IS 'Name of the function. 操作（函数名）。';
COMMENT ON COLUMN certwire.audit.subject IS 'What it was done to: a unit, device, key or publication. 对象。';
COMMENT ON COLUMN certwire.audit.detail IS 'What else matters, without secrets. 其他细节。';
CREATE INDEX audit_subject ON certwire.audit (subject, sequence);

CREATE FUNCTION certwire.audit_is_append_only()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	PERFORM fail('CW002', 'the audit is never changed', 'record a new act instead');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.audit_is_append_only IS 'Refuses every change of an audit row, whoever asks. 禁止修改审计日志。';
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON certwire.audit
	FOR EACH STATEMENT EXECUTE FUNCTION certwire.audit_is_append_only();

CREATE FUNCTION certwire.record_act(act text, subject text, detail jsonb)
	RETURNS void LANGUAGE sql SET search_path = certwire, pg_temp AS $$
	INSERT INTO certwire.audit (act, subject, detail) VALUES (act, subject, detail)
$$;
COMMENT ON FUNCTION certwire.record_act IS 'Adds an audit row for the login of this session. 写入审计日志。';
