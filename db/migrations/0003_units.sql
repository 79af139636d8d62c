-- Units, their standing as history, their devices.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.unit (
	id certwire.unit_id PRIMARY KEY,
	name certwire.prose NOT NULL CHECK (octet_length(name) <= 256),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE certwire.unit IS 'A support unit. 应急服务支撑单位。';
COMMENT ON COLUMN certwire.unit.id IS 'Id, also its user name at the broker. 标识，亦为代理用户名。';
COMMENT ON COLUMN certwire.unit.name IS 'Name for people. 名称。';
COMMENT ON COLUMN certwire.unit.created_at IS 'When it was admitted. 准入时间。';

CREATE TABLE certwire.standing (
	unit text NOT NULL REFERENCES certwire.unit,
	since timestamptz NOT NULL,
	until timestamptz CHECK (until > since),
	standing text NOT NULL CHECK (standing IN ('good', 'candidate', 'suspended', 'revoked', 'lapsed')),
	reason certwire.prose NOT NULL,
	decided_by text NOT NULL DEFAULT session_user,
	PRIMARY KEY (unit, since),
	CONSTRAINT standing_no_overlap EXCLUDE USING gist (unit WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.standing IS 'History of a unit''s standing: no overlap, no gap, the last one is open. 单位资格历史。';
COMMENT ON COLUMN certwire.standing.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.standing.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.standing.until IS 'Until when; null: now. 终止时间，空为当前。';
COMMENT ON COLUMN certwire.standing.standing IS 'good, candidate, suspended, revoked or lapsed. 资格状态。';
COMMENT ON COLUMN certwire.standing.reason IS 'Why; the unit reads it. 理由，单位可见。';
COMMENT ON COLUMN certwire.standing.decided_by IS 'Login of who decided. 决定人。';
CREATE UNIQUE INDEX standing_current ON certwire.standing (unit) WHERE until IS NULL;

-- A deferred trigger runs at commit, as whoever commits: hence DEFINER.
CREATE FUNCTION certwire.standing_has_no_gap()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	IF EXISTS (
		SELECT FROM standing s
		WHERE s.unit = coalesce(NEW.unit, OLD.unit) AND s.until IS NOT NULL
			AND NOT EXISTS (SELECT FROM standing n WHERE n.unit = s.unit AND n.since = s.until)
	) THEN
		PERFORM fail('CW002', format('the standing of unit %s would have a gap', coalesce(NEW.unit, OLD.unit)),
			'a standing ends exactly when the next begins');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.standing_has_no_gap IS 'At commit: each ended standing is followed at once by another. 资格历史不得有空档。';
CREATE CONSTRAINT TRIGGER standing_no_gap AFTER INSERT OR UPDATE OR DELETE ON certwire.standing
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION certwire.standing_has_no_gap();

CREATE TABLE certwire.device (
	unit text NOT NULL REFERENCES certwire.unit,
	device certwire.device_id NOT NULL,
	request text NOT NULL CHECK (octet_length(request) <= 2048),
	requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	certificate text CHECK (octet_length(certificate) <= 2048),
	kid certwire.key_id UNIQUE,
	not_before timestamptz,
	not_after timestamptz CHECK (not_after > not_before),
	certified_at timestamptz,
	certified_by text,
	revoked_at timestamptz,
	revoked_by text,
	revoked_reason certwire.prose,
	last_seen_at timestamptz,
	settled bigint NOT NULL DEFAULT 0 CHECK (settled >= 0),
	receipts_reported bigint NOT NULL DEFAULT 0 CHECK (receipts_reported >= 0),
	PRIMARY KEY (unit, device),
	CONSTRAINT device_certified_wholly
		CHECK (num_nulls(certificate, kid, not_before, not_after, certified_at, certified_by) IN (0, 6)),
	CONSTRAINT device_revoked_wholly CHECK (num_nulls(revoked_at, revoked_by, revoked_reason) IN (0, 3))
);
COMMENT ON TABLE certwire.device IS 'A device of a unit: requested, then certified by a registrar, perhaps revoked. 单位设备。';
COMMENT ON COLUMN certwire.device.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.device.device IS 'Id within the unit; never used again once revoked. 设备标识，吊销后不复用。';
COMMENT ON COLUMN certwire.device.request IS 'The device''s request (JWS). 设备申请。';
COMMENT ON COLUMN certwire.device.requested_at IS 'When the request was put in. 申请时间。';
COMMENT ON COLUMN certwire.device.certificate IS 'The registrar''s certificate (JWS); null until certified. 设备证书。';
COMMENT ON COLUMN certwire.device.kid IS 'Key id of the certified key. 密钥标识。';
COMMENT ON COLUMN certwire.device.not_before IS 'The certificate holds from. 证书生效时间。';
COMMENT ON COLUMN certwire.device.not_after IS 'The certificate holds until. 证书失效时间。';
COMMENT ON COLUMN certwire.device.certified_at IS 'When it was certified. 认证时间。';
COMMENT ON COLUMN certwire.device.certified_by IS 'Login of the registrar. 登记员。';
COMMENT ON COLUMN certwire.device.revoked_at IS 'When it was revoked. 吊销时间。';
COMMENT ON COLUMN certwire.device.revoked_by IS 'Login of who revoked it. 吊销人。';
COMMENT ON COLUMN certwire.device.revoked_reason IS 'Why. 吊销理由。';
COMMENT ON COLUMN certwire.device.last_seen_at IS 'Its last valid sync. 最近一次同步。';
COMMENT ON COLUMN certwire.device.settled IS 'All its receipts up to this number are judged. 已结算的回执序号。';
COMMENT ON COLUMN certwire.device.receipts_reported IS 'Number of its newest receipt as its sync says. 设备报告的最新回执序号。';
CREATE INDEX device_pending ON certwire.device (requested_at) WHERE certificate IS NULL AND revoked_at IS NULL;
