-- Requests, certificates and revocation of devices. A change of a device is a change of right.

SET LOCAL ROLE certwire_owner;

CREATE VIEW certwire.device_overview AS
SELECT d.unit, u.name::text AS unit_name, d.device::text,
	CASE WHEN d.revoked_at IS NOT NULL THEN 'revoked' WHEN d.certificate IS NULL THEN 'requested'
		WHEN d.not_after <= certwire.right_now() THEN 'ended' ELSE 'certified' END AS state,
	d.kid::text, d.certificate, d.not_before, d.not_after, d.requested_at, d.certified_at, d.certified_by,
	d.revoked_at, d.revoked_by, d.revoked_reason::text, d.last_seen_at, d.settled, d.receipts_reported, d.clock_off
FROM certwire.device d JOIN certwire.unit u ON u.id = d.unit;
COMMENT ON VIEW certwire.device_overview IS 'Each device and where it stands. 各设备现状一览。';
COMMENT ON COLUMN certwire.device_overview.unit IS 'Unit. 单位。';
COMMENT ON COLUMN certwire.device_overview.unit_name IS 'Name of the unit. 单位名称。';
COMMENT ON COLUMN certwire.device_overview.device IS 'Device. 设备。';
COMMENT ON COLUMN certwire.device_overview.state IS 'requested, certified, ended (by the clock) or revoked. 状态。';
COMMENT ON COLUMN certwire.device_overview.kid IS 'Key id. 密钥标识。';
COMMENT ON COLUMN certwire.device_overview.certificate IS 'Certificate (JWS). 证书。';
COMMENT ON COLUMN certwire.device_overview.not_before IS 'Holds from. 生效时间。';
COMMENT ON COLUMN certwire.device_overview.not_after IS 'Holds until. 失效时间。';
COMMENT ON COLUMN certwire.device_overview.requested_at IS 'Requested. 申请时间。';
COMMENT ON COLUMN certwire.device_overview.certified_at IS 'Certified. 认证时间。';
COMMENT ON COLUMN certwire.device_overview.certified_by IS 'Registrar. 登记员。';
COMMENT ON COLUMN certwire.device_overview.revoked_at IS 'Revoked. 吊销时间。';
COMMENT ON COLUMN certwire.device_overview.revoked_by IS 'By whom. 吊销人。';
COMMENT ON COLUMN certwire.device_overview.revoked_reason IS 'Why. 吊销理由。';
COMMENT ON COLUMN certwire.device_overview.last_seen_at IS 'Last valid sync. 最近同步。';
COMMENT ON COLUMN certwire.device_overview.settled IS 'Receipts judged up to this number. 已结算序号。';
COMMENT ON COLUMN certwire.device_overview.receipts_reported IS 'Newest receipt it says it has made. 设备报告的最新回执序号。';
COMMENT ON COLUMN certwire.device_overview.clock_off IS 'Seconds that its clock is ahead, when more than 300 either way. 时钟偏差秒数，空为正常。';
GRANT SELECT ON certwire.device_overview TO certwire_admin, certwire_registrar, certwire_auditor;

CREATE FUNCTION certwire.device_now(unit text, device text)
	RETURNS certwire.device_overview LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT o.* FROM device_overview o WHERE o.unit = device_now.unit AND o.device = device_now.device
$$;
COMMENT ON FUNCTION certwire.device_now IS 'The overview row of one device. 单个设备现状。';

CREATE FUNCTION certwire.request_device(unit text, device text, request text)
	RETURNS certwire.device_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held device;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	IF device IS NULL OR length(device) NOT BETWEEN 1 AND 16 OR device !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' THEN
		PERFORM fail('CW004', format('%L is not a device''s id', device),
			'1 to 16 lower-case letters, digits and single hyphens, a letter first');
	ELSIF btrim(request, E' \t\r\n') !~ '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' OR request IS NULL
		OR octet_length(request) > 2048 THEN
		PERFORM fail('CW004', 'the request is not a signed request of one line',
			'paste the line that certwire-unit enroll printed');
	END IF;
	SELECT d.* INTO held FROM device d WHERE d.unit = unit AND d.device = device;
	IF held.revoked_at IS NOT NULL THEN
		PERFORM fail('CW005', format('device %s.%s is revoked', unit, device),
			'its id is not used again: enroll the machine under another device id');
	ELSIF held.certificate IS NOT NULL THEN
		PERFORM fail('CW005', format('device %s.%s is certified already', unit, device),
			'revoke it first and enroll under another device id');
	ELSIF held.device IS NOT NULL THEN
		UPDATE device d SET request = btrim(request, E' \t\r\n'), requested_at = clock_timestamp()
			WHERE d.unit = unit AND d.device = device;
	ELSE
		INSERT INTO device (unit, device, request) VALUES (unit, device, btrim(request, E' \t\r\n'));
	END IF;
	PERFORM record_act('request_device', unit || '.' || device, jsonb_build_object('replaced', held.device IS NOT NULL));
	RETURN device_now(unit, device);
END
$$;
COMMENT ON FUNCTION certwire.request_device IS 'Puts in a device''s request for a certificate. 提交设备证书申请。';
GRANT EXECUTE ON FUNCTION certwire.request_device TO certwire_admin;

CREATE FUNCTION certwire.pending_devices()
	RETURNS TABLE (unit text, unit_name text, device text, request text, requested_at timestamptz)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT d.unit, u.name::text, d.device::text, d.request, d.requested_at
	FROM device d JOIN unit u ON u.id = d.unit
	WHERE d.certificate IS NULL AND d.revoked_at IS NULL
	ORDER BY d.requested_at, d.unit, d.device
$$;
COMMENT ON FUNCTION certwire.pending_devices IS 'Requests that wait for a registrar, oldest first. 待认证申请。';
GRANT EXECUTE ON FUNCTION certwire.pending_devices TO certwire_admin, certwire_registrar, certwire_auditor;

CREATE FUNCTION certwire.certify_device(unit text, device text, kid text, certificate text,
	not_before timestamptz, not_after timestamptz)
	RETURNS certwire.device_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held device;
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	SELECT d.* INTO held FROM device d WHERE d.unit = unit AND d.device = device;
	IF held.device IS NULL THEN
		PERFORM fail('CW003', format('there is no request of device %s.%s', unit, device),
			'an administrator puts it in: SELECT certwire.request_device(...)');
	ELSIF held.revoked_at IS NOT NULL OR held.certificate IS NOT NULL THEN
		PERFORM fail('CW005', format('device %s.%s is %s already', unit, device,
			CASE WHEN held.revoked_at IS NOT NULL THEN 'revoked' ELSE 'certified' END), 'see: certwire device list');
	ELSIF kid IS NULL OR kid !~ '^[0-9a-f]{32}$' OR certificate IS NULL OR octet_length(certificate) > 2048
		OR not_before IS NULL OR not_after IS NULL OR not_after <= not_before THEN
		PERFORM fail('CW004', 'the certificate''s key id, text or times are malformed', 'use: certwire device certify');
	ELSIF EXISTS (SELECT FROM device d WHERE d.kid = kid) THEN
		PERFORM fail('CW005', 'another device has this key', 'each device makes its own key: enroll again');
	ELSIF (SELECT count(*) FROM device d WHERE d.unit = unit AND d.certificate IS NOT NULL
		AND d.revoked_at IS NULL AND d.not_after > clock_timestamp()) >= 16 THEN
		PERFORM fail('CW002', format('unit %s has 16 live devices, the most there can be', unit), 'revoke one first');
	END IF;
	UPDATE device d SET kid = kid, certificate = certificate, not_before = not_before, not_after = not_after,
			certified_at = clock_timestamp(), certified_by = session_user
		WHERE d.unit = unit AND d.device = device;
	-- What the unit is still owed is to be sealed to this device as well.
	UPDATE delivery d SET to_seal = true WHERE d.unit = unit AND d.state = 'owed';
	version := entitlement_changed(ARRAY[unit]);
	PERFORM record_act('certify_device', unit || '.' || device, jsonb_build_object('kid', kid, 'not_after', not_after,
		'version', version));
	RETURN device_now(unit, device);
END
$$;
COMMENT ON FUNCTION certwire.certify_device IS 'Puts the certificate that a registrar signed for a pending request. 写入设备证书。';
GRANT EXECUTE ON FUNCTION certwire.certify_device TO certwire_registrar;

CREATE FUNCTION certwire.revoke_device(unit text, device text, reason text)
	RETURNS certwire.device_overview LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	version bigint;
BEGIN
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	UPDATE device d SET revoked_at = clock_timestamp(), revoked_by = session_user, revoked_reason = told
		WHERE d.unit = unit AND d.device = device AND d.revoked_at IS NULL;
	IF NOT FOUND THEN
		PERFORM fail('CW003', format('there is no device %s.%s that could be revoked', unit, device),
			'see certwire.device_overview');
	END IF;
	version := entitlement_changed(ARRAY[unit]);
	PERFORM record_act('revoke_device', unit || '.' || device, jsonb_build_object('reason', told, 'version', version));
	RETURN device_now(unit, device);
END
$$;
COMMENT ON FUNCTION certwire.revoke_device IS 'Revokes a device, or refuses its request, at once and for ever. 吊销设备。';
GRANT EXECUTE ON FUNCTION certwire.revoke_device TO certwire_admin;
