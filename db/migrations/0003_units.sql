-- Units, the terms they were selected for, their standing as history, papers, contacts, devices.

SET LOCAL ROLE certwire_owner;

CREATE DOMAIN certwire.region_code AS text CHECK (VALUE ~ '^[1-8][0-9]0000$');
COMMENT ON DOMAIN certwire.region_code IS 'Province-level code of GB/T 2260. 省级行政区划代码。';

CREATE TABLE certwire.region (
	code certwire.region_code PRIMARY KEY,
	name_zh certwire.prose NOT NULL UNIQUE,
	name_en certwire.prose NOT NULL UNIQUE
);
COMMENT ON TABLE certwire.region IS 'Provinces, by GB/T 2260. 省级行政区。';
COMMENT ON COLUMN certwire.region.code IS 'Code. 代码。';
COMMENT ON COLUMN certwire.region.name_zh IS 'Chinese name. 中文名称。';
COMMENT ON COLUMN certwire.region.name_en IS 'English name. 英文名称。';
INSERT INTO certwire.region (code, name_zh, name_en) VALUES
	('110000', '北京市', 'Beijing'), ('120000', '天津市', 'Tianjin'), ('130000', '河北省', 'Hebei'),
	('140000', '山西省', 'Shanxi'), ('150000', '内蒙古自治区', 'Inner Mongolia'), ('210000', '辽宁省', 'Liaoning'),
	('220000', '吉林省', 'Jilin'), ('230000', '黑龙江省', 'Heilongjiang'), ('310000', '上海市', 'Shanghai'),
	('320000', '江苏省', 'Jiangsu'), ('330000', '浙江省', 'Zhejiang'), ('340000', '安徽省', 'Anhui'),
	('350000', '福建省', 'Fujian'), ('360000', '江西省', 'Jiangxi'), ('370000', '山东省', 'Shandong'),
	('410000', '河南省', 'Henan'), ('420000', '湖北省', 'Hubei'), ('430000', '湖南省', 'Hunan'),
	('440000', '广东省', 'Guangdong'), ('450000', '广西壮族自治区', 'Guangxi'), ('460000', '海南省', 'Hainan'),
	('500000', '重庆市', 'Chongqing'), ('510000', '四川省', 'Sichuan'), ('520000', '贵州省', 'Guizhou'),
	('530000', '云南省', 'Yunnan'), ('540000', '西藏自治区', 'Tibet'), ('610000', '陕西省', 'Shaanxi'),
	('620000', '甘肃省', 'Gansu'), ('630000', '青海省', 'Qinghai'), ('640000', '宁夏回族自治区', 'Ningxia'),
	('650000', '新疆维吾尔自治区', 'Xinjiang'), ('710000', '台湾省', 'Taiwan'),
	('810000', '香港特别行政区', 'Hong Kong'), ('820000', '澳门特别行政区', 'Macao');

CREATE TABLE certwire.term (
	number int PRIMARY KEY CHECK (number BETWEEN 1 AND 99),
	name certwire.prose NOT NULL UNIQUE CHECK (octet_length(name) <= 128),
	selected_year int CHECK (selected_year BETWEEN 2000 AND 2999),
	begins timestamptz CHECK (isfinite(begins)),
	ends timestamptz CHECK (isfinite(ends)),
	CONSTRAINT term_ends_after_it_begins CHECK (ends > begins),
	CONSTRAINT term_with_an_end_has_a_begin CHECK (ends IS NULL OR begins IS NOT NULL),
	CONSTRAINT term_no_overlap EXCLUDE USING gist (tstzrange(begins, ends) WITH &&) WHERE (begins IS NOT NULL)
);
COMMENT ON TABLE certwire.term IS 'A term for which units were selected. 评选届次。';
COMMENT ON COLUMN certwire.term.number IS 'Which selection it was. 届次。';
COMMENT ON COLUMN certwire.term.name IS 'Name. 名称。';
COMMENT ON COLUMN certwire.term.selected_year IS 'Year of the selection; null: not known here. 评选年份。';
COMMENT ON COLUMN certwire.term.begins IS 'Its units may be in good standing from then; null: not set yet. 起始时间。';
COMMENT ON COLUMN certwire.term.ends IS 'Its units lapse then unless they were selected again; null: no end yet. 终止时间。';
-- Of the first three the plan gives the year of selection, of the fourth not even that.
INSERT INTO certwire.term (number, name, selected_year) VALUES
	(1, '第一届', 2004), (2, '第二届', 2007), (3, '第三届', 2009), (4, '第四届', NULL);

CREATE TABLE certwire.unit (
	id certwire.unit_id PRIMARY KEY,
	name certwire.prose NOT NULL CHECK (octet_length(name) <= 256),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE certwire.unit IS 'A support unit. 应急服务支撑单位。';
COMMENT ON COLUMN certwire.unit.id IS 'Id, also its user name at the broker; never used again. 标识，亦为代理用户名，不复用。';
COMMENT ON COLUMN certwire.unit.name IS 'Name for people. 名称。';
COMMENT ON COLUMN certwire.unit.created_at IS 'When it was proposed. 登记时间。';

CREATE FUNCTION certwire.unit_stays()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	PERFORM fail('CW002', 'a unit''s id stays for ever', 'revoke the unit or let it lapse; a new unit has a new id');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.unit_stays IS 'Refuses to delete a unit or to change its id. 单位标识不得删除或更改。';
CREATE TRIGGER unit_stays BEFORE DELETE OR UPDATE OF id ON certwire.unit
	FOR EACH ROW EXECUTE FUNCTION certwire.unit_stays();

CREATE TABLE certwire.membership (
	unit text NOT NULL REFERENCES certwire.unit,
	term int NOT NULL REFERENCES certwire.term,
	level text NOT NULL CHECK (level IN ('national', 'provincial')),
	region text REFERENCES certwire.region,
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	until timestamptz CHECK (until > since),
	selected_by text NOT NULL DEFAULT session_user,
	reason certwire.prose NOT NULL,
	PRIMARY KEY (unit, term, since),
	CONSTRAINT membership_provincial_has_region CHECK (level = 'national' OR region IS NOT NULL),
	CONSTRAINT membership_no_overlap EXCLUDE USING gist (unit WITH =, term WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.membership IS 'For which terms a unit was selected, with level and region; corrections are new rows. 单位入选届次。';
COMMENT ON COLUMN certwire.membership.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.membership.term IS 'The term. 届次。';
COMMENT ON COLUMN certwire.membership.level IS 'national or provincial. 级别：国家级、省级。';
COMMENT ON COLUMN certwire.membership.region IS 'Province; may be missing for a national unit. 地区，国家级可空。';
COMMENT ON COLUMN certwire.membership.since IS 'Recorded; in force once the term has begun. 记录时间。';
COMMENT ON COLUMN certwire.membership.until IS 'Replaced or ended; null: until the term ends. 终止时间。';
COMMENT ON COLUMN certwire.membership.selected_by IS 'Login of who recorded it. 记录人。';
COMMENT ON COLUMN certwire.membership.reason IS 'Why, such as the notice of selection. 依据。';

CREATE TABLE certwire.standing (
	unit text NOT NULL REFERENCES certwire.unit,
	since timestamptz NOT NULL,
	until timestamptz CHECK (until > since),
	standing text NOT NULL CHECK (standing IN ('good', 'candidate', 'suspended', 'revoked', 'lapsed')),
	reason certwire.prose NOT NULL,
	basis certwire.prose CHECK (octet_length(basis) <= 256),
	decided_by text NOT NULL DEFAULT session_user,
	PRIMARY KEY (unit, since),
	CONSTRAINT standing_no_overlap EXCLUDE USING gist (unit WITH =, tstzrange(since, until) WITH &&)
);
COMMENT ON TABLE certwire.standing IS 'History of a unit''s standing: no overlap, no gap, the last one open. Only a lapse at the end of the term may lie ahead. 单位资格历史。';
COMMENT ON COLUMN certwire.standing.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.standing.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.standing.until IS 'Until when; null: no end is known. 终止时间，空为未定。';
COMMENT ON COLUMN certwire.standing.standing IS 'candidate, good, suspended, revoked or lapsed. 资格状态。';
COMMENT ON COLUMN certwire.standing.reason IS 'Why; the unit reads it. 理由，单位可见。';
COMMENT ON COLUMN certwire.standing.basis IS 'The duty or clause it rests on. 依据的义务或条款。';
COMMENT ON COLUMN certwire.standing.decided_by IS 'Login of who decided; certwire: the end of the term. 决定人。';
CREATE UNIQUE INDEX standing_last ON certwire.standing (unit) WHERE until IS NULL;

-- A deferred trigger runs at commit, as whoever commits: hence DEFINER.
CREATE FUNCTION certwire.standing_has_no_gap()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	IF EXISTS (
		SELECT FROM standing s
		WHERE s.unit = coalesce(NEW.unit, OLD.unit) AND s.until IS NOT NULL
			AND NOT EXISTS (SELECT FROM standing n WHERE n.unit = s.unit AND n.since = s.until)
	) OR NOT EXISTS (SELECT FROM standing s WHERE s.unit = coalesce(NEW.unit, OLD.unit)) THEN
		PERFORM fail('CW002', format('the standing of unit %s would have a gap', coalesce(NEW.unit, OLD.unit)),
			'a standing ends exactly when the next begins');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.standing_has_no_gap IS 'At commit: each ended standing is followed at once by another. 资格历史不得有空档。';
CREATE CONSTRAINT TRIGGER standing_no_gap AFTER INSERT OR UPDATE OR DELETE ON certwire.standing
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION certwire.standing_has_no_gap();

-- What was in force before this transaction began stays as it was; a planned lapse may go.
CREATE FUNCTION certwire.standing_past_stays()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	IF TG_OP = 'DELETE' AND OLD.since > clock_timestamp() THEN
		RETURN OLD;
	ELSIF TG_OP = 'UPDATE' AND (NEW.unit, NEW.since, NEW.standing, NEW.reason, NEW.basis, NEW.decided_by)
			IS NOT DISTINCT FROM (OLD.unit, OLD.since, OLD.standing, OLD.reason, OLD.basis, OLD.decided_by)
		AND coalesce(OLD.until, 'infinity') >= now() AND coalesce(NEW.until, 'infinity') >= now() THEN
		RETURN NEW;
	END IF;
	PERFORM fail('CW002', format('the standing of unit %s up to now is history', OLD.unit),
		'decide a new standing: certwire.suspend_unit, reinstate_unit, revoke_unit ...');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.standing_past_stays IS 'Refuses to change what was in force. 已生效的资格记录不得更改。';
CREATE TRIGGER standing_past_stays BEFORE UPDATE OR DELETE ON certwire.standing
	FOR EACH ROW EXECUTE FUNCTION certwire.standing_past_stays();

-- Written to be inlined into the query that uses them, hence no SET and no DEFINER.
CREATE FUNCTION certwire.standing_at(at timestamptz)
	RETURNS SETOF certwire.standing LANGUAGE sql STABLE AS $$
	SELECT s.* FROM certwire.standing s WHERE s.since <= at AND (s.until IS NULL OR s.until > at)
$$;
COMMENT ON FUNCTION certwire.standing_at IS 'Each unit''s standing at that time. 某时刻各单位的资格。';
CREATE FUNCTION certwire.membership_at(at timestamptz)
	RETURNS SETOF certwire.membership LANGUAGE sql STABLE AS $$
	SELECT m.*
	FROM certwire.membership m JOIN certwire.term t ON t.number = m.term
	WHERE m.since <= at AND (m.until IS NULL OR m.until > at) AND t.begins <= at AND (t.ends IS NULL OR t.ends > at)
$$;
COMMENT ON FUNCTION certwire.membership_at IS 'Each unit''s membership in the term of that time. 某时刻各单位的届次归属。';

-- 停止下一届申请资格: who was revoked in one term is not selected for the next.
CREATE FUNCTION certwire.barred_through(unit text)
	RETURNS int LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT max(coalesce(
			(SELECT max(t.number) FROM term t JOIN membership m ON m.term = t.number
				WHERE m.unit = s.unit AND t.begins <= s.since),
			(SELECT min(m.term) FROM membership m WHERE m.unit = s.unit))) + 1
	FROM standing s WHERE s.unit = barred_through.unit AND s.standing = 'revoked'
$$;
COMMENT ON FUNCTION certwire.barred_through IS 'The last term that a unit is barred from by revocation; null: none. 因取消资格而停止申请的最后一届。';

CREATE FUNCTION certwire.membership_after_revocation()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
DECLARE
	barred int := barred_through(NEW.unit);
BEGIN
	IF NEW.term <= barred AND NEW.until IS NULL THEN
		PERFORM fail('CW002', format('unit %s was revoked and may not be selected before term %s', NEW.unit, barred + 1),
			'the plan bars a revoked unit from the next term (停止下一届申请资格)');
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION certwire.membership_after_revocation IS 'Refuses a revoked unit for the term in which it was revoked and the next. 被取消资格的单位停止下一届申请。';
CREATE TRIGGER membership_after_revocation BEFORE INSERT OR UPDATE ON certwire.membership
	FOR EACH ROW EXECUTE FUNCTION certwire.membership_after_revocation();

-- A clerk of a branch acts for the units of its regions; whoever else may call the function, for all.
CREATE TABLE certwire.clerk_region (
	login text NOT NULL,
	region text NOT NULL REFERENCES certwire.region,
	given_by text NOT NULL DEFAULT session_user,
	given_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (login, region)
);
COMMENT ON TABLE certwire.clerk_region IS 'Regions whose units a clerk works on. 分中心经办负责的地区。';
COMMENT ON COLUMN certwire.clerk_region.login IS 'Login of the clerk. 登录名。';
COMMENT ON COLUMN certwire.clerk_region.region IS 'The region. 地区。';
COMMENT ON COLUMN certwire.clerk_region.given_by IS 'Login of who gave it. 授予人。';
COMMENT ON COLUMN certwire.clerk_region.given_at IS 'When. 授予时间。';

CREATE FUNCTION certwire.in_my_regions(unit text)
	RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT NOT pg_has_role(session_user, 'certwire_clerk', 'MEMBER')
		OR pg_has_role(session_user, 'certwire_admin', 'MEMBER')
		OR EXISTS (SELECT FROM membership m JOIN clerk_region c ON c.region = m.region
			WHERE m.unit = in_my_regions.unit AND m.until IS NULL AND c.login = session_user)
$$;
COMMENT ON FUNCTION certwire.in_my_regions IS 'Whether this login may work on the unit: a clerk on those of its regions, others on all. 是否本地区单位。';
GRANT EXECUTE ON FUNCTION certwire.in_my_regions TO certwire_clerk, certwire_admin, certwire_registrar, certwire_auditor;

CREATE TABLE certwire.paper (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit text NOT NULL REFERENCES certwire.unit,
	kind text NOT NULL CHECK (kind IN ('agreement', 'confidentiality')),
	reference certwire.prose NOT NULL CHECK (octet_length(reference) <= 256),
	signed_on date NOT NULL,
	expires_on date CHECK (expires_on >= signed_on),
	put_by text NOT NULL DEFAULT session_user,
	put_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	replaced_at timestamptz CHECK (replaced_at >= put_at)
);
COMMENT ON TABLE certwire.paper IS 'The signed agreement and the confidentiality undertaking. 协议与保密承诺书。';
COMMENT ON COLUMN certwire.paper.id IS 'Number. 编号。';
COMMENT ON COLUMN certwire.paper.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.paper.kind IS 'agreement or confidentiality. 种类：协议、保密承诺书。';
COMMENT ON COLUMN certwire.paper.reference IS 'Reference under which it is filed. 文号。';
COMMENT ON COLUMN certwire.paper.signed_on IS 'Signed. 签署日期。';
COMMENT ON COLUMN certwire.paper.expires_on IS 'Its last day; null: none. 最后有效日。';
COMMENT ON COLUMN certwire.paper.put_by IS 'Login of who put it on file. 录入人。';
COMMENT ON COLUMN certwire.paper.put_at IS 'When. 录入时间。';
COMMENT ON COLUMN certwire.paper.replaced_at IS 'When a newer one replaced it. 被替换时间。';
CREATE UNIQUE INDEX paper_current ON certwire.paper (unit, kind) WHERE replaced_at IS NULL;

CREATE TABLE certwire.contact (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit text NOT NULL REFERENCES certwire.unit,
	role text NOT NULL CHECK (role IN ('fixed', 'deputy')),
	name certwire.prose NOT NULL CHECK (octet_length(name) <= 128),
	phone text NOT NULL CHECK (phone ~ '^\+?[0-9][0-9 -]{4,30}$'),
	mail text CHECK (octet_length(mail) <= 254 AND mail ~ '^[^@\s]+@[^@\s]+$'),
	since timestamptz NOT NULL DEFAULT clock_timestamp(),
	until timestamptz CHECK (until > since),
	put_by text NOT NULL DEFAULT session_user,
	ended_by text,
	ended_reason certwire.prose,
	CONSTRAINT contact_one_fixed EXCLUDE USING gist (unit WITH =, tstzrange(since, until) WITH &&) WHERE (role = 'fixed')
);
COMMENT ON TABLE certwire.contact IS 'The fixed 7x24 contact of a unit and deputies. 7×24 小时固定联系人与替补。';
COMMENT ON COLUMN certwire.contact.id IS 'Number. 编号。';
COMMENT ON COLUMN certwire.contact.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.contact.role IS 'fixed or deputy. 固定联系人或替补。';
COMMENT ON COLUMN certwire.contact.name IS 'Name. 姓名。';
COMMENT ON COLUMN certwire.contact.phone IS 'Telephone, day and night. 电话。';
COMMENT ON COLUMN certwire.contact.mail IS 'Mail address. 邮箱。';
COMMENT ON COLUMN certwire.contact.since IS 'From when. 起始时间。';
COMMENT ON COLUMN certwire.contact.until IS 'Until when; null: open. 终止时间。';
COMMENT ON COLUMN certwire.contact.put_by IS 'Login of who put it on file. 录入人。';
COMMENT ON COLUMN certwire.contact.ended_by IS 'Login of who ended it early. 终止人。';
COMMENT ON COLUMN certwire.contact.ended_reason IS 'Why. 终止理由。';
CREATE INDEX contact_unit ON certwire.contact (unit, since);

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
	clock_off int,
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
COMMENT ON COLUMN certwire.device.clock_off IS 'Seconds that its clock is ahead, as of its last sync, when more than 300 either way; null: right. 时钟偏差秒数（正为快），空为正常。';
CREATE INDEX device_pending ON certwire.device (requested_at) WHERE certificate IS NULL AND revoked_at IS NULL;
