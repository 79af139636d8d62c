-- Roles, the schema, the words that ids are made of, and the two helpers that every function uses.
-- Run by a superuser, or by a role with CREATEROLE that may create in this database.

DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['certwire_owner', 'certwire_admin', 'certwire_registrar',
		'certwire_editor', 'certwire_dispatcher', 'certwire_broker', 'certwire_clerk', 'certwire_auditor'] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = role) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
		END IF;
	END LOOP;
	IF NOT pg_catalog.pg_has_role(current_user, 'certwire_owner', 'MEMBER') THEN
		EXECUTE 'GRANT certwire_owner TO CURRENT_USER';
	END IF;
END
$$;

COMMENT ON ROLE certwire_owner IS 'Owns everything of Certwire; nobody logs in as it. 拥有全部对象，无人以其登录。';
COMMENT ON ROLE certwire_admin IS 'Administrators: units, standing, entitlement, devices. 管理员。';
COMMENT ON ROLE certwire_registrar IS 'Registrars: device certificates and keysets. 登记员：设备证书与密钥集。';
COMMENT ON ROLE certwire_editor IS 'Editors: drafts, signatures, issue, status. 编辑：起草、签署、发布、查看状态。';
COMMENT ON ROLE certwire_dispatcher IS 'The dispatcher: the ledger, fenced by the lease. 分发程序：受租约约束的台账操作。';
COMMENT ON ROLE certwire_broker IS 'Broker plugins: read the copy, put receipts. 代理插件：读取副本、写入回执。';
COMMENT ON ROLE certwire_clerk IS 'Clerks of a branch: papers, contacts and duties of the units of their own regions. 分中心经办：本地区单位的材料、联系人与义务记录。';
COMMENT ON ROLE certwire_auditor IS 'Auditors: read everything, write nothing. 审计员：只读。';

CREATE SCHEMA IF NOT EXISTS certwire AUTHORIZATION certwire_owner;
COMMENT ON SCHEMA certwire IS 'Certwire: sealed publications for support units, and proof of who received what. 应急服务支撑单位加密发布与签收。';
GRANT USAGE ON SCHEMA certwire TO certwire_admin, certwire_registrar, certwire_editor,
	certwire_dispatcher, certwire_broker, certwire_clerk, certwire_auditor;

-- btree_gist lets "the same unit at overlapping times" be a constraint. Its functions stay out of
-- our schema.
CREATE SCHEMA IF NOT EXISTS certwire_ext AUTHORIZATION certwire_owner;
COMMENT ON SCHEMA certwire_ext IS 'Extensions that Certwire needs. 所需扩展。';
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA certwire_ext;

SET LOCAL ROLE certwire_owner;

-- A function may be called by those it is granted to and by nobody else.
ALTER DEFAULT PRIVILEGES FOR ROLE certwire_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE certwire.schema_migration (
	version int PRIMARY KEY CHECK (version >= 1),
	name text NOT NULL,
	digest text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE certwire.schema_migration IS 'Migrations that were applied, each once. 已执行的迁移。';
COMMENT ON COLUMN certwire.schema_migration.version IS 'Number of the migration. 迁移编号。';
COMMENT ON COLUMN certwire.schema_migration.name IS 'Its name. 名称。';
COMMENT ON COLUMN certwire.schema_migration.digest IS 'BLAKE2b-256 of its text, hex: a migration never changes. 文本摘要，迁移不得更改。';
COMMENT ON COLUMN certwire.schema_migration.applied_at IS 'When it was applied. 执行时间。';

CREATE DOMAIN certwire.unit_id AS text CHECK (
	length(VALUE) BETWEEN 2 AND 32 AND VALUE ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' AND VALUE <> 'dispatcher');
COMMENT ON DOMAIN certwire.unit_id IS 'Id of a unit (docs/protocol.md section 1). 单位标识。';
CREATE DOMAIN certwire.device_id AS text CHECK (
	length(VALUE) BETWEEN 1 AND 16 AND VALUE ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$');
COMMENT ON DOMAIN certwire.device_id IS 'Id of a device within its unit. 设备标识。';
CREATE DOMAIN certwire.channel_id AS text CHECK (
	length(VALUE) BETWEEN 2 AND 32 AND VALUE ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$');
COMMENT ON DOMAIN certwire.channel_id IS 'Id of a channel. 频道标识。';
CREATE DOMAIN certwire.publication_id AS text CHECK (VALUE ~ '^[0-9a-f]{32}$');
COMMENT ON DOMAIN certwire.publication_id IS 'Id of a publication: 16 random bytes in hex. 发布件标识。';
CREATE DOMAIN certwire.key_id AS text CHECK (VALUE ~ '^[0-9a-f]{32}$');
COMMENT ON DOMAIN certwire.key_id IS 'Key id: first 16 bytes of the public key''s digest in hex. 密钥标识。';
CREATE DOMAIN certwire.digest AS bytea CHECK (octet_length(VALUE) = 32);
COMMENT ON DOMAIN certwire.digest IS 'BLAKE2b-256. 摘要。';
CREATE DOMAIN certwire.prose AS text CHECK (
	octet_length(VALUE) BETWEEN 1 AND 1024 AND VALUE ~ '\S' AND VALUE !~ '[\x01-\x1f\x7f]');
COMMENT ON DOMAIN certwire.prose IS 'One line for people, at most 1024 bytes. 供人阅读的一行文字。';

CREATE FUNCTION certwire.fail(state text, message text, hint text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint;
END
$$;
COMMENT ON FUNCTION certwire.fail IS 'Refuses with an SQLSTATE of class CW, what is wrong and what to do. 以错误码、原因和建议拒绝。';

CREATE FUNCTION certwire.check_reason(reason text)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	trimmed text := btrim(reason, E' \t\r\n');
BEGIN
	IF coalesce(trimmed, '') = '' THEN
		PERFORM fail('CW004', 'a reason is needed', 'say in a sentence why; the unit''s people will read it');
	ELSIF octet_length(trimmed) > 1024 THEN
		PERFORM fail('CW004', format('the reason has %s bytes, at most 1024 are allowed', octet_length(trimmed)),
			'shorten it');
	ELSIF trimmed ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', 'the reason holds a control character', 'write it in one line');
	END IF;
	RETURN trimmed;
END
$$;
COMMENT ON FUNCTION certwire.check_reason IS 'A reason without blanks around it; refuses an empty, long or many-lined one. 检查理由。';

-- The plan's days and half years are Beijing's; everything else is an instant.
CREATE FUNCTION certwire.local_date(at timestamptz)
	RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT (at AT TIME ZONE 'Asia/Shanghai')::date $$;
COMMENT ON FUNCTION certwire.local_date IS 'The day it is in Beijing at that instant. 北京时间的日期。';

-- For messages: instants in Beijing's time, said so.
CREATE FUNCTION certwire.time_text(at timestamptz)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN isfinite(at) THEN to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS "+08"') ELSE at::text END
$$;
COMMENT ON FUNCTION certwire.time_text IS 'An instant as people here read it. 以北京时间表示的时刻。';

-- clock_timestamp() called stable, so that a view that uses it can still be filtered from outside; a
-- row that a function has just written is then already in force for what it returns.
CREATE FUNCTION certwire.right_now()
	RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() $$;
COMMENT ON FUNCTION certwire.right_now IS 'The time this instant. 此刻时间。';
GRANT EXECUTE ON FUNCTION certwire.right_now TO PUBLIC;
