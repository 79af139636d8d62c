-- What a newer keyset asks for: entries signed by a lost key are signed again, content keys are sealed
-- to those who came since.

SET LOCAL ROLE certwire_owner;

CREATE INDEX entry_signature_kid ON certwire.entry_signature (kid);

CREATE FUNCTION certwire.entries_to_resign(fence bigint, lost text[], max_rows int)
	RETURNS TABLE (unit text, epoch int, number int, payload bytea, digest bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT e.unit, e.epoch, e.number, e.payload, e.digest::bytea
		FROM (SELECT DISTINCT s.unit, s.epoch, s.number FROM entry_signature s WHERE s.kid = ANY (lost)) o
		JOIN entry e ON e.unit = o.unit AND e.epoch = o.epoch AND e.number = o.number
		WHERE NOT EXISTS (SELECT FROM entry_signature s
			WHERE s.unit = e.unit AND s.epoch = e.epoch AND s.number = e.number AND s.kid <> ALL (lost))
		ORDER BY e.epoch DESC, e.unit, e.number
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.entries_to_resign IS 'Entries that lost keys alone have signed. 仅由失窃密钥签名的条目。';
GRANT EXECUTE ON FUNCTION certwire.entries_to_resign TO certwire_dispatcher;

CREATE FUNCTION certwire.keys_to_wrap(fence bigint, kid text, kids text[], max_rows int)
	RETURNS TABLE (publication text, content_key bytea, for_kid text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT p.id::text, c.sealed, k.kid
		FROM publication p
		JOIN content_key c ON c.publication = p.id AND c.kid = kid
		CROSS JOIN unnest(kids) k (kid)
		WHERE p.state <> 'withdrawn'
			AND NOT EXISTS (SELECT FROM content_key x WHERE x.publication = p.id AND x.kid = k.kid)
		ORDER BY p.id, k.kid
		LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION certwire.keys_to_wrap IS 'Content keys that one dispatcher can open and others of the keyset cannot. 待重新封装的内容密钥。';
GRANT EXECUTE ON FUNCTION certwire.keys_to_wrap TO certwire_dispatcher;

CREATE FUNCTION certwire.put_wrapped_keys(fence bigint, publications text[], kids text[], sealeds bytea[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_fence(fence);
	PERFORM check_arrays(cardinality(publications), cardinality(kids), cardinality(sealeds));
	INSERT INTO content_key (publication, kid, sealed)
		SELECT g.publication, g.kid, g.sealed FROM unnest(publications, kids, sealeds) g (publication, kid, sealed)
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.put_wrapped_keys IS 'Puts content keys sealed to keys that came later. 写入重新封装的内容密钥。';
GRANT EXECUTE ON FUNCTION certwire.put_wrapped_keys TO certwire_dispatcher;

CREATE VIEW certwire.content_keys_lacking AS
SELECT p.id::text AS publication, p.channel, p.number, p.state, h.login, h.role, h.kid::text
FROM certwire.publication p
CROSS JOIN certwire.key_holder h
WHERE p.state <> 'withdrawn' AND h.role IN ('editor', 'dispatcher')
	AND NOT EXISTS (SELECT FROM certwire.content_key c WHERE c.publication = p.id AND c.kid = h.kid);
COMMENT ON VIEW certwire.content_keys_lacking IS 'Which editor or dispatcher cannot open which publication. 无法打开某发布件的编辑或分发程序。';
COMMENT ON COLUMN certwire.content_keys_lacking.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.content_keys_lacking.channel IS 'Channel. 频道。';
COMMENT ON COLUMN certwire.content_keys_lacking.number IS 'Number within the channel. 期号。';
COMMENT ON COLUMN certwire.content_keys_lacking.state IS 'State of the publication. 状态。';
COMMENT ON COLUMN certwire.content_keys_lacking.login IS 'Who cannot open it. 无法打开的登录名。';
COMMENT ON COLUMN certwire.content_keys_lacking.role IS 'editor or dispatcher. 岗位。';
COMMENT ON COLUMN certwire.content_keys_lacking.kid IS 'The key that it is not sealed to. 未封装的密钥标识。';
GRANT SELECT ON certwire.content_keys_lacking TO certwire_admin, certwire_auditor;
