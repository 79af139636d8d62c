-- Keysets as the root signed them, and which person holds which key.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.keyset (
	version int PRIMARY KEY CHECK (version >= 1),
	jws text NOT NULL CHECK (octet_length(jws) <= 65536),
	digest certwire.digest NOT NULL UNIQUE,
	issued_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	put_by text NOT NULL DEFAULT session_user,
	put_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CHECK (expires_at > issued_at)
);
COMMENT ON TABLE certwire.keyset IS 'Keysets signed by the root, every version. 根密钥签署的密钥集。';
COMMENT ON COLUMN certwire.keyset.version IS 'Version, without gaps. 版本。';
COMMENT ON COLUMN certwire.keyset.jws IS 'The signed keyset. 已签名的密钥集。';
COMMENT ON COLUMN certwire.keyset.digest IS 'Digest of jws; the next version names it. jws 的摘要。';
COMMENT ON COLUMN certwire.keyset.issued_at IS 'When the root signed it. 签发时间。';
COMMENT ON COLUMN certwire.keyset.expires_at IS 'Nothing new is accepted on its word after. 失效时间。';
COMMENT ON COLUMN certwire.keyset.put_by IS 'Login of the registrar. 导入人。';
COMMENT ON COLUMN certwire.keyset.put_at IS 'When it was put. 导入时间。';

CREATE TABLE certwire.key_holder (
	login text PRIMARY KEY,
	kid certwire.key_id NOT NULL UNIQUE,
	role text NOT NULL CHECK (role IN ('editor', 'registrar', 'dispatcher')),
	bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	bound_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE certwire.key_holder IS 'One person, one role, one key. 一人一岗一钥。';
COMMENT ON COLUMN certwire.key_holder.login IS 'Login in PostgreSQL. 登录名。';
COMMENT ON COLUMN certwire.key_holder.kid IS 'The key of that login. 密钥标识。';
COMMENT ON COLUMN certwire.key_holder.role IS 'editor, registrar or dispatcher; never changes. 岗位，不得更改。';
COMMENT ON COLUMN certwire.key_holder.bound_at IS 'When it was bound. 绑定时间。';
COMMENT ON COLUMN certwire.key_holder.bound_by IS 'Login of who bound it. 绑定人。';

-- The payload is read, not verified: PostgreSQL knows no Ed25519. Programs verify.
CREATE FUNCTION certwire.jws_payload(jws text)
	RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
DECLARE
	part text := translate(split_part(jws, '.', 2), '-_', '+/');
BEGIN
	RETURN convert_from(decode(part || repeat('=', (4 - length(part) % 4) % 4), 'base64'), 'UTF8')::jsonb;
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.jws_payload IS 'Payload of a compact JWS as JSON, unverified; null when it is none. 读取 JWS 载荷（不验签）。';

CREATE FUNCTION certwire.approvals_of(keyset int, channel text)
	RETURNS int LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT (jws_payload(k.jws) -> 'channels' -> approvals_of.channel ->> 'approvals')::int
	FROM keyset k WHERE k.version = approvals_of.keyset
$$;
COMMENT ON FUNCTION certwire.approvals_of IS 'How many editors must sign for the channel by that keyset; null when it does not name it. 频道所需签署人数。';

CREATE FUNCTION certwire.put_keyset(version int, jws text, digest bytea, issued_at timestamptz,
	expires_at timestamptz, previous bytea)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	last record;
	payload jsonb := jws_payload(jws);
BEGIN
	LOCK TABLE keyset IN SHARE ROW EXCLUSIVE MODE;
	SELECT k.version, k.digest INTO last FROM keyset k ORDER BY k.version DESC LIMIT 1;
	IF version IS DISTINCT FROM coalesce(last.version, 0) + 1 THEN
		PERFORM fail('CW005', format('keyset version %s does not follow version %s', version, coalesce(last.version, 0)),
			'make the next version from the newest one');
	ELSIF previous IS DISTINCT FROM last.digest THEN
		PERFORM fail('CW005', format('keyset version %s does not name the digest of version %s', version, version - 1),
			'make it again with --previous and the keyset that is in the database');
	ELSIF payload IS NULL OR (payload ->> 'version') IS DISTINCT FROM version::text
		OR jsonb_typeof(payload -> 'channels') IS DISTINCT FROM 'object' THEN
		PERFORM fail('CW004', 'the text is not a keyset of that version', 'import the file that keyset make wrote');
	ELSIF octet_length(digest) IS DISTINCT FROM 32 OR expires_at <= issued_at THEN
		PERFORM fail('CW004', 'the keyset''s digest or times are malformed', 'import the file that keyset make wrote');
	END IF;
	INSERT INTO keyset (version, jws, digest, issued_at, expires_at)
		VALUES (version, jws, digest, issued_at, expires_at);
	PERFORM record_act('put_keyset', version::text, jsonb_build_object('digest', encode(digest, 'hex')));
	PERFORM pg_notify('certwire_keyset', version::text);
	RETURN version;
END
$$;
COMMENT ON FUNCTION certwire.put_keyset IS 'Puts exactly the next version; the caller has verified it. 导入下一版密钥集。';
GRANT EXECUTE ON FUNCTION certwire.put_keyset TO certwire_registrar;

CREATE FUNCTION certwire.current_keysets(after int DEFAULT 0)
	RETURNS TABLE (version int, jws text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT k.version, k.jws FROM keyset k WHERE k.version > after ORDER BY k.version
$$;
COMMENT ON FUNCTION certwire.current_keysets IS 'All keysets after a version, oldest first. 某版本之后的全部密钥集。';
GRANT EXECUTE ON FUNCTION certwire.current_keysets TO certwire_admin, certwire_registrar, certwire_editor,
	certwire_dispatcher, certwire_broker, certwire_auditor;

CREATE FUNCTION certwire.bind_key(kid text, login text, role text)
	RETURNS certwire.key_holder LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held key_holder;
BEGIN
	IF kid !~ '^[0-9a-f]{32}$' OR kid IS NULL THEN
		PERFORM fail('CW004', 'a key id has 32 hexadecimal digits in lower case', 'take it from: certwire key show FILE');
	ELSIF role NOT IN ('editor', 'registrar', 'dispatcher') OR role IS NULL THEN
		PERFORM fail('CW004', 'the role must be editor, registrar or dispatcher', 'name one of them');
	ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = login) THEN
		PERFORM fail('CW003', format('there is no login %s', quote_ident(login)),
			format('CREATE ROLE %I LOGIN IN ROLE certwire_%s', login, role));
	ELSIF NOT pg_has_role(login, 'certwire_' || role, 'MEMBER') THEN
		PERFORM fail('CW002', format('login %s is not a member of certwire_%s', quote_ident(login), role),
			format('GRANT certwire_%s TO %I', role, login));
	END IF;
	LOCK TABLE key_holder IN SHARE ROW EXCLUSIVE MODE;
	SELECT h.* INTO held FROM key_holder h WHERE h.login = login;
	IF held.role <> role THEN
		PERFORM fail('CW005', format('%s is %s already', quote_ident(login), held.role),
			'one person has one role: use another login');
	ELSIF EXISTS (SELECT FROM key_holder h WHERE h.kid = kid AND h.login <> login) THEN
		PERFORM fail('CW005', 'that key belongs to another login', 'one key has one holder: make a key for this login');
	END IF;
	IF held.login IS NULL THEN
		INSERT INTO key_holder (login, kid, role) VALUES (login, kid, role);
	ELSE
		UPDATE key_holder h SET kid = kid, bound_at = clock_timestamp(), bound_by = session_user
			WHERE h.login = login;
	END IF;
	PERFORM record_act('bind_key', login, jsonb_build_object('kid', kid, 'role', role, 'before', held.kid));
	SELECT h.* INTO held FROM key_holder h WHERE h.login = login;
	RETURN held;
END
$$;
COMMENT ON FUNCTION certwire.bind_key IS 'Says that a login holds a key, or holds a new one instead. 绑定登录与密钥。';
GRANT EXECUTE ON FUNCTION certwire.bind_key TO certwire_admin;

CREATE FUNCTION certwire.my_key()
	RETURNS TABLE (kid text, role text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT h.kid::text, h.role FROM key_holder h WHERE h.login = session_user
$$;
COMMENT ON FUNCTION certwire.my_key IS 'Key and role of this login; no row when none is bound. 本登录绑定的密钥与岗位。';
GRANT EXECUTE ON FUNCTION certwire.my_key TO certwire_admin, certwire_registrar, certwire_editor,
	certwire_dispatcher, certwire_auditor;

CREATE FUNCTION certwire.check_my_key(kid text, role text)
	RETURNS void LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF NOT EXISTS (SELECT FROM key_holder h
		WHERE h.login = session_user AND h.role = role AND (kid IS NULL OR h.kid = kid)) THEN
		PERFORM fail('CW006', CASE WHEN kid IS NULL
				THEN format('no %s''s key is bound to %s', role, quote_ident(session_user))
				ELSE format('key %s is not bound to %s as %s', kid, quote_ident(session_user), role) END,
			format('an administrator runs: SELECT certwire.bind_key(''<kid>'', %L, %L)', session_user, role));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_my_key IS 'Refuses unless this login holds the key (any key when null) in that role. 检查密钥归属。';
