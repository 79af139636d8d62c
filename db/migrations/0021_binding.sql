-- Which TLS certificate a device must present, where brokers ask for one.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.device_binding (
	unit text NOT NULL,
	device text NOT NULL,
	fingerprint bytea CHECK (octet_length(fingerprint) = 32),
	subject certwire.prose CHECK (octet_length(subject) <= 512),
	bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	bound_by text NOT NULL DEFAULT session_user,
	PRIMARY KEY (unit, device),
	FOREIGN KEY (unit, device) REFERENCES certwire.device,
	CONSTRAINT device_binding_says_something CHECK (num_nonnulls(fingerprint, subject) > 0)
);
COMMENT ON TABLE certwire.device_binding IS 'The TLS certificate that a device must present. 设备绑定的 TLS 证书。';
COMMENT ON COLUMN certwire.device_binding.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.device_binding.device IS 'The device. 设备。';
COMMENT ON COLUMN certwire.device_binding.fingerprint IS 'SHA-256 of the certificate (DER); null: any. 证书指纹。';
COMMENT ON COLUMN certwire.device_binding.subject IS 'Subject of the certificate (RFC 2253, UTF-8); null: any. 证书主题。';
COMMENT ON COLUMN certwire.device_binding.bound_at IS 'When it was bound. 绑定时间。';
COMMENT ON COLUMN certwire.device_binding.bound_by IS 'Login of who bound it. 绑定人。';

CREATE VIEW certwire.binding_overview AS
SELECT b.unit, u.name::text AS unit_name, b.device,
	upper(regexp_replace(encode(b.fingerprint, 'hex'), '(..)(?!$)', '\1:', 'g')) AS fingerprint,
	b.subject::text AS subject, b.bound_at, b.bound_by
FROM certwire.device_binding b JOIN certwire.unit u ON u.id = b.unit;
COMMENT ON VIEW certwire.binding_overview IS 'Which device is bound to which TLS certificate. 设备证书绑定一览。';
COMMENT ON COLUMN certwire.binding_overview.unit IS 'Unit. 单位。';
COMMENT ON COLUMN certwire.binding_overview.unit_name IS 'Name of the unit. 单位名称。';
COMMENT ON COLUMN certwire.binding_overview.device IS 'Device. 设备。';
COMMENT ON COLUMN certwire.binding_overview.fingerprint IS 'SHA-256 as openssl prints it; null: any. 证书指纹。';
COMMENT ON COLUMN certwire.binding_overview.subject IS 'Subject; null: any. 证书主题。';
COMMENT ON COLUMN certwire.binding_overview.bound_at IS 'Bound. 绑定时间。';
COMMENT ON COLUMN certwire.binding_overview.bound_by IS 'By whom. 绑定人。';
GRANT SELECT ON certwire.binding_overview TO certwire_admin, certwire_registrar, certwire_auditor;

CREATE FUNCTION certwire.binding_now(unit text, device text)
	RETURNS certwire.binding_overview LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT o.* FROM binding_overview o WHERE o.unit = binding_now.unit AND o.device = binding_now.device
$$;
COMMENT ON FUNCTION certwire.binding_now IS 'The overview row of one binding. 单个绑定现状。';

CREATE FUNCTION certwire.read_fingerprint(fingerprint text)
	RETURNS bytea LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
DECLARE
	-- `openssl x509 -fingerprint -sha256` prints "sha256 Fingerprint=AB:CD:...".
	digits text := lower(regexp_replace(fingerprint, '^\s*(?:sha-?256\s+fingerprint\s*=)?\s*(.*?)\s*$', '\1', 'i'));
BEGIN
	IF fingerprint IS NULL THEN
		RETURN NULL;
	ELSIF digits !~ '^([0-9a-f]{64}|[0-9a-f]{2}(:[0-9a-f]{2}){31})$' THEN
		PERFORM fail('CW004', 'the fingerprint is not 64 hex digits, with or without colons',
			'see: openssl x509 -in client.crt -noout -fingerprint -sha256');
	END IF;
	RETURN decode(replace(digits, ':', ''), 'hex');
END
$$;
COMMENT ON FUNCTION certwire.read_fingerprint IS 'A SHA-256 fingerprint out of what openssl prints. 读取证书指纹。';

CREATE FUNCTION certwire.bind_certificate(unit text, device text, fingerprint text DEFAULT NULL, subject text DEFAULT NULL)
	RETURNS certwire.binding_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	print bytea := read_fingerprint(fingerprint);
	-- `openssl x509 -subject` prints "subject=CN=...".
	told text := nullif(regexp_replace(btrim(subject, E' \t\r\n'), '^subject=', ''), '');
	held device;
	was device_binding;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	IF num_nonnulls(print, told) = 0 THEN
		PERFORM fail('CW004', 'neither a fingerprint nor a subject is given',
			'see: openssl x509 -in client.crt -noout -fingerprint -sha256');
	ELSIF told ~ '[\x01-\x1f\x7f]' OR octet_length(told) > 512 THEN
		PERFORM fail('CW004', 'the subject is longer than 512 bytes or holds a control character',
			'see: openssl x509 -in client.crt -noout -subject -nameopt RFC2253,-esc_msb');
	END IF;
	SELECT d.* INTO held FROM device d WHERE d.unit = unit AND d.device = device;
	IF held.device IS NULL THEN
		PERFORM fail('CW003', format('there is no device %s.%s', unit, device), 'see certwire.device_overview');
	ELSIF held.revoked_at IS NOT NULL THEN
		PERFORM fail('CW002', format('device %s.%s is revoked', unit, device), 'enroll the machine under another device id');
	END IF;
	SELECT b.* INTO was FROM device_binding b WHERE b.unit = unit AND b.device = device;
	IF was.unit IS NOT NULL AND (was.fingerprint, was.subject::text) IS NOT DISTINCT FROM (print, told) THEN
		PERFORM fail('CW005', format('device %s.%s is bound to this certificate already', unit, device), 'nothing is to be done');
	END IF;
	INSERT INTO device_binding AS b (unit, device, fingerprint, subject) VALUES (unit, device, print, told)
		ON CONFLICT ON CONSTRAINT device_binding_pkey DO UPDATE SET fingerprint = EXCLUDED.fingerprint,
			subject = EXCLUDED.subject, bound_at = clock_timestamp(), bound_by = session_user;
	PERFORM record_act('bind_certificate', unit || '.' || device, jsonb_build_object('fingerprint', encode(print, 'hex'),
		'subject', told, 'replaced', was.unit IS NOT NULL, 'version', entitlement_changed(ARRAY[unit])));
	RETURN binding_now(unit, device);
END
$$;
COMMENT ON FUNCTION certwire.bind_certificate IS 'Binds a device to the TLS certificate of this fingerprint, subject, or both; the one before counts no more. 绑定设备的 TLS 证书。';
GRANT EXECUTE ON FUNCTION certwire.bind_certificate TO certwire_admin;

CREATE FUNCTION certwire.unbind_certificate(unit text, device text)
	RETURNS certwire.binding_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	was binding_overview;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	was := binding_now(unit, device);
	IF was.unit IS NULL THEN
		PERFORM fail('CW003', format('device %s.%s is bound to no certificate', unit, device), 'see certwire.binding_overview');
	END IF;
	DELETE FROM device_binding b WHERE b.unit = unit AND b.device = device;
	PERFORM record_act('unbind_certificate', unit || '.' || device, jsonb_build_object('fingerprint', was.fingerprint,
		'subject', was.subject, 'version', entitlement_changed(ARRAY[unit])));
	RETURN was;
END
$$;
COMMENT ON FUNCTION certwire.unbind_certificate IS 'Ends the binding, which is returned as it was; whoever presents that certificate is cut. 解除证书绑定。';
GRANT EXECUTE ON FUNCTION certwire.unbind_certificate TO certwire_admin;

-- Two statements, because one for both would look at every device each time a broker asks for a few.
CREATE FUNCTION certwire.copy_devices(units text[] DEFAULT NULL)
	RETURNS TABLE (unit text, device text, certificate text, revoked boolean, tls_fingerprint bytea, tls_subject text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF units IS NULL THEN
		RETURN QUERY
			SELECT d.unit, d.device::text, d.certificate, d.revoked_at IS NOT NULL, b.fingerprint, b.subject::text
			FROM device d LEFT JOIN device_binding b ON b.unit = d.unit AND b.device = d.device
			WHERE d.certificate IS NOT NULL ORDER BY d.unit, d.device;
	ELSE
		RETURN QUERY
			SELECT d.unit, d.device::text, d.certificate, d.revoked_at IS NOT NULL, b.fingerprint, b.subject::text
			FROM (SELECT DISTINCT unnest(units) AS unit) g
			JOIN device d ON d.unit = g.unit
			LEFT JOIN device_binding b ON b.unit = d.unit AND b.device = d.device
			WHERE d.certificate IS NOT NULL ORDER BY d.unit, d.device;
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.copy_devices IS 'Devices that were ever certified, revoked ones too, with the TLS certificates they are bound to. null: of all units. 设备副本。';
GRANT EXECUTE ON FUNCTION certwire.copy_devices TO certwire_broker;
