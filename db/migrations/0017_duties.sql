-- The duties that the plan lays on a unit, and the records of how each unit fulfilled them.

SET LOCAL ROLE certwire_owner;

-- A half year of the plan: 2026H1 is January to June of 2026 in Beijing.
CREATE DOMAIN certwire.half_year AS text CHECK (VALUE ~ '^2[0-9]{3}H[12]$');
COMMENT ON DOMAIN certwire.half_year IS 'A half year such as 2026H1, in Beijing''s time. 半年期，北京时间。';

-- month 0 to 6: the instants at which the months of the half year begin; the sixth is where it ends.
CREATE FUNCTION certwire.period_month(period text, month int)
	RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
	SELECT make_timestamp(left(period, 4)::int + (6 * right(period, 1)::int - 6 + month) / 12,
		(6 * right(period, 1)::int - 6 + month) % 12 + 1, 1, 0, 0, 0) AT TIME ZONE 'Asia/Shanghai'
$$;
COMMENT ON FUNCTION certwire.period_month IS 'When a month of a half year begins: 0 the first, 6 the end. 半年期内各月的起始时刻。';
CREATE FUNCTION certwire.period_begins(period text)
	RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT certwire.period_month(period, 0) $$;
COMMENT ON FUNCTION certwire.period_begins IS 'The instant at which a half year begins. 半年期起始时刻。';
CREATE FUNCTION certwire.period_ends(period text)
	RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT certwire.period_month(period, 6) $$;
COMMENT ON FUNCTION certwire.period_ends IS 'The instant at which a half year has ended. 半年期结束时刻。';
CREATE FUNCTION certwire.period_of(day date)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT to_char(day, 'FMYYYY') || CASE WHEN extract(month FROM day) < 7 THEN 'H1' ELSE 'H2' END
$$;
COMMENT ON FUNCTION certwire.period_of IS 'The half year of a day. 日期所属的半年期。';
CREATE FUNCTION certwire.period_before(period text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE right(period, 1) WHEN '2' THEN left(period, 4) || 'H1' ELSE left(period, 4)::int - 1 || 'H2' END
$$;
COMMENT ON FUNCTION certwire.period_before IS 'The half year before. 上一个半年期。';

-- The plan says "每半年" and names no day; this is the only place that does.
CREATE FUNCTION certwire.report_due(period text)
	RETURNS date LANGUAGE sql IMMUTABLE AS $$
	SELECT (certwire.local_date(certwire.period_ends(period)) + interval '1 month' - interval '1 day')::date
$$;
COMMENT ON FUNCTION certwire.report_due IS 'The last day for the report on a half year: one month after its end. 工作报告截止日：半年期结束后一个月。';

CREATE FUNCTION certwire.check_period(period text)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	trimmed text := upper(btrim(period));
BEGIN
	IF trimmed IS NULL OR trimmed !~ '^2[0-9]{3}H[12]$' THEN
		PERFORM fail('CW004', format('%L is not a half year', period),
			'write it like 2026H1 (January to June) or 2026H2 (July to December)');
	ELSIF period_begins(trimmed) > clock_timestamp() THEN
		PERFORM fail('CW002', format('%s has not begun yet', trimmed),
			format('it begins on %s', local_date(period_begins(trimmed))));
	END IF;
	RETURN trimmed;
END
$$;
COMMENT ON FUNCTION certwire.check_period IS 'A half year that has begun, in capitals; refuses anything else. 检查半年期。';

CREATE TABLE certwire.duty (
	id text PRIMARY KEY CHECK (id ~ '^[a-z]+(-[a-z]+)*$'),
	clause certwire.prose NOT NULL,
	name_zh certwire.prose NOT NULL,
	name_en certwire.prose NOT NULL,
	demanded numeric CHECK (demanded > 0),
	unit_of certwire.prose,
	wording certwire.prose NOT NULL,
	CONSTRAINT duty_measured_wholly CHECK ((demanded IS NULL) = (unit_of IS NULL))
);
COMMENT ON TABLE certwire.duty IS 'The duties of the plan''s second part four, and its part five. 合作计划规定的义务（第四部分义务条款与第五部分）。';
COMMENT ON COLUMN certwire.duty.id IS 'Id, as the basis of a standing names it. 标识，可作为资格决定的依据。';
COMMENT ON COLUMN certwire.duty.clause IS 'Clause of the plan. 条款号。';
COMMENT ON COLUMN certwire.duty.name_zh IS 'Chinese name. 中文名称。';
COMMENT ON COLUMN certwire.duty.name_en IS 'English name. 英文名称。';
COMMENT ON COLUMN certwire.duty.demanded IS 'How much is demanded at least; null: not a number. 最低要求，空为不计量。';
COMMENT ON COLUMN certwire.duty.unit_of IS 'What that number counts. 计量单位。';
COMMENT ON COLUMN certwire.duty.wording IS 'The plan''s words. 条款原文。';
INSERT INTO certwire.duty (id, clause, name_zh, name_en, demanded, unit_of, wording) VALUES
	('rules-activities', '四.1', '遵守规定、参与活动', 'Follow the rules, take part in activities', NULL, NULL,
		'遵守CNCERT的各项有关规定和规范，积极参与CNCERT举办的有关活动'),
	('confidentiality', '四.2', '保密', 'Keep secrets', NULL, NULL,
		'严格遵守CNCERT和相关用户单位的保密规定，保守合作和服务过程中接触到的秘密信息'),
	('major-incidents', '四.3', '重大突发事件公益应急处理', 'Free help in major incidents', NULL, NULL,
		'在发生重大突发网络安全事件时，接受CNCERT协调与指导，为国家基础信息网络和重要信息系统部门提供公益性的应急处理服务'),
	('incident-service', '四.4', '事件应急服务', 'Incident service', 1, '次/月 services a month',
		'配合CNCERT国家中心及分中心工作，平均每月参与不少于1次的网络安全事件应急服务'),
	('support-hours', '四.5', '技术支持工时', 'Technical support', 40, '工时/月 hours a month',
		'按照CNCERT国家中心及分中心的要求，平均每月提供不少于5×8工时的网络安全技术支持'),
	('fixed-contact', '四.6', '7×24小时固定联系人', 'A fixed contact, day and night', NULL, NULL,
		'指定固定的联系人，建立与CNCERT保持7×24小时联系机制，确保双方之间的信息畅通'),
	('incident-report', '四.7', '自主发现事件报告', 'Report what it discovers', NULL, NULL,
		'在自主发现重要网络安全事件后，按照双方的协议要求，第一时间向CNCERT报告，并提供相应数据和信息'),
	('half-year-report', '四.8', '半年工作报告', 'A report every half year', 1, '份/半年 reports a half year',
		'每半年向CNCERT提交工作报告'),
	('evaluation', '四.9', '接受业务管理与综合评价', 'Be managed and evaluated', NULL, NULL,
		'接受CNCERT对本单位的业务管理。对于未按要求履行义务、长期配合不力、工作表现差的应急服务支撑单位，视情取消其权利，并停止下一届申请资格'),
	('agreement', '五', '遵守委托协议', 'Keep the agreement', NULL, NULL,
		'如发现有违反委托协议条款的行为，CNCERT有权随时终止授权，并取消其应急服务支撑单位的资格');

CREATE TABLE certwire.obligation (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit text NOT NULL REFERENCES certwire.unit,
	kind text NOT NULL CHECK (kind IN ('incident_service', 'support', 'report', 'activity', 'breach')),
	happened_on date NOT NULL CHECK (isfinite(happened_on)),
	hours numeric(5, 2) CHECK (hours > 0 AND hours <= 24 * 31),
	period certwire.half_year,
	source certwire.prose NOT NULL CHECK (octet_length(source) <= 256),
	detail certwire.prose,
	recorded_by text NOT NULL DEFAULT session_user,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	withdrawn_at timestamptz CHECK (withdrawn_at >= recorded_at),
	withdrawn_by text,
	withdrawn_reason certwire.prose,
	CONSTRAINT obligation_support_has_hours CHECK ((kind = 'support') = (hours IS NOT NULL)),
	CONSTRAINT obligation_report_has_period CHECK ((kind = 'report') = (period IS NOT NULL)),
	CONSTRAINT obligation_breach_is_described CHECK (kind <> 'breach' OR detail IS NOT NULL),
	CONSTRAINT obligation_withdrawn_wholly CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3))
);
COMMENT ON TABLE certwire.obligation IS 'What a unit did for its duties, or against them; withdrawn when wrong, never deleted. 义务履行记录，有误则撤回，不删除。';
COMMENT ON COLUMN certwire.obligation.id IS 'Number. 编号。';
COMMENT ON COLUMN certwire.obligation.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.obligation.kind IS 'incident_service, support, report, activity or breach (of secrecy). 种类：应急服务、技术支持、工作报告、活动、泄密。';
COMMENT ON COLUMN certwire.obligation.happened_on IS 'The day, in Beijing; of a report: when it came in. 发生日期；报告为提交日期。';
COMMENT ON COLUMN certwire.obligation.hours IS 'Hours of support. 技术支持工时。';
COMMENT ON COLUMN certwire.obligation.period IS 'The half year that a report is about. 报告所属半年期。';
COMMENT ON COLUMN certwire.obligation.source IS 'Who vouches for it, such as a branch. 来源，如分中心。';
COMMENT ON COLUMN certwire.obligation.detail IS 'What it was. 说明。';
COMMENT ON COLUMN certwire.obligation.recorded_by IS 'Login of who recorded it. 记录人。';
COMMENT ON COLUMN certwire.obligation.recorded_at IS 'When. 记录时间。';
COMMENT ON COLUMN certwire.obligation.withdrawn_at IS 'When it was withdrawn; null: it counts. 撤回时间，空为有效。';
COMMENT ON COLUMN certwire.obligation.withdrawn_by IS 'Login of who withdrew it. 撤回人。';
COMMENT ON COLUMN certwire.obligation.withdrawn_reason IS 'Why. 撤回理由。';
CREATE INDEX obligation_unit ON certwire.obligation (unit, happened_on) WHERE withdrawn_at IS NULL;
CREATE INDEX obligation_day ON certwire.obligation (happened_on) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX obligation_one_report ON certwire.obligation (unit, period)
	WHERE kind = 'report' AND withdrawn_at IS NULL;

-- A line that a person wrote, without blanks around it; empty becomes null.
CREATE FUNCTION certwire.check_line(what text, value text, bytes int, needed boolean)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	trimmed text := nullif(btrim(value, E' \t\r\n\u3000'), '');
BEGIN
	IF trimmed IS NULL AND needed THEN
		PERFORM fail('CW004', format('the %s is missing', what), format('give the %s in one line', what));
	ELSIF octet_length(trimmed) > bytes THEN
		PERFORM fail('CW004', format('the %s has %s bytes, at most %s are allowed', what, octet_length(trimmed), bytes),
			'shorten it');
	ELSIF trimmed ~ '[\x01-\x1f\x7f]' THEN
		PERFORM fail('CW004', format('the %s holds a control character', what), 'write it in one line');
	END IF;
	RETURN trimmed;
END
$$;
COMMENT ON FUNCTION certwire.check_line IS 'A line without blanks around it; refuses a long or many-lined one. 检查一行文字。';

CREATE FUNCTION certwire.check_hours(kind text, hours numeric)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF kind = 'support' AND hours IS NULL THEN
		PERFORM fail('CW004', 'support without hours counts nothing', 'give hours => how many');
	ELSIF kind <> 'support' AND hours IS NOT NULL THEN
		PERFORM fail('CW004', format('a record of %s has no hours', kind),
			'leave hours out, or record the hours as support');
	ELSIF NOT (hours > 0 AND hours <= 24 * 31) THEN
		PERFORM fail('CW004', format('%s hours cannot be', hours), 'give more than 0 and at most 744 hours, a month''s');
	ELSIF hours <> round(hours, 2) THEN
		PERFORM fail('CW004', format('%s hours are too exact', hours), 'give at most two decimals');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_hours IS 'Refuses hours that cannot be, or where none belong. 检查工时。';

CREATE FUNCTION certwire.check_report(unit text, kind text, period text, happened_on date)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about text;
	other obligation;
BEGIN
	IF kind <> 'report' AND period IS NOT NULL THEN
		PERFORM fail('CW004', format('a record of %s has no half year of its own', kind),
			'leave period out; the day says in which half year it counts');
	ELSIF kind = 'report' AND period IS NULL THEN
		PERFORM fail('CW004', 'a report is about a half year',
			format('give period => ''%s'', or the one it is about', period_before(period_of(happened_on))));
	ELSIF kind = 'report' THEN
		about := check_period(period);
		IF happened_on < local_date(period_begins(about)) THEN
			PERFORM fail('CW004', format('a report of %s cannot be about %s', happened_on, about),
				'happened_on is the day on which the report came in');
		END IF;
		SELECT o.* INTO other FROM obligation o
			WHERE o.unit = unit AND o.kind = 'report' AND o.period = about AND o.withdrawn_at IS NULL;
		IF FOUND THEN
			PERFORM fail('CW005', format('the report of unit %s on %s came in on %s (record %s)', unit, about,
				other.happened_on, other.id), format('if that is wrong: SELECT certwire.withdraw_obligation(%s, ''<reason>'')', other.id));
		END IF;
	END IF;
	RETURN about;
END
$$;
COMMENT ON FUNCTION certwire.check_report IS 'The half year a report is about; refuses one that cannot be. 检查报告所属半年期。';

CREATE FUNCTION certwire.check_happened(unit text, happened_on date)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	today date := local_date(clock_timestamp());
	admitted date;
BEGIN
	SELECT local_date(min(s.since)) INTO admitted FROM standing s
		WHERE s.unit = unit AND s.standing = 'good' AND s.since <= clock_timestamp();
	IF happened_on IS NULL THEN
		PERFORM fail('CW004', 'the day is missing', 'give happened_on => the day on which it happened, like 2026-11-22');
	ELSIF happened_on > today THEN
		PERFORM fail('CW004', format('%s is yet to come', happened_on), format('today is %s in Beijing', today));
	ELSIF admitted IS NULL THEN
		PERFORM fail('CW002', format('unit %s was never admitted and has no duties yet', unit),
			'admit it first: SELECT certwire.admit_unit(''<id>'', ''<reason>'')');
	ELSIF happened_on < admitted THEN
		PERFORM fail('CW004', format('unit %s had no duties on %s: it was admitted on %s', unit, happened_on, admitted),
			'check the day and the unit');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_happened IS 'Refuses a day that is yet to come or before the unit was admitted. 检查发生日期。';

CREATE FUNCTION certwire.record_obligation(unit text, kind text, happened_on date, source text, detail text DEFAULT NULL,
		hours numeric DEFAULT NULL, period text DEFAULT NULL)
	RETURNS certwire.obligation LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	vouched text;
	said text;
	about text;
	made obligation;
BEGIN
	PERFORM check_scope(unit);
	IF kind IS NULL OR kind NOT IN ('incident_service', 'support', 'report', 'activity', 'breach') THEN
		PERFORM fail('CW004', format('%L is no kind of record', kind),
			'use one of: incident_service, support, report, activity, breach');
	END IF;
	vouched := check_line('source', source, 256, true);
	said := check_line('detail', detail, 1024, kind = 'breach');
	PERFORM check_happened(unit, happened_on);
	PERFORM check_hours(kind, hours);
	-- Two people who enter the same at once: the second waits here and is then told.
	PERFORM FROM unit u WHERE u.id = unit FOR NO KEY UPDATE;
	about := check_report(unit, kind, period, happened_on);
	SELECT o.* INTO made FROM obligation o
		WHERE o.unit = unit AND o.kind = kind AND o.happened_on = happened_on AND o.source = vouched
			AND (o.detail, o.hours) IS NOT DISTINCT FROM (said, hours) AND o.withdrawn_at IS NULL;
	IF FOUND THEN
		PERFORM fail('CW005', format('this is recorded already, as %s', made.id),
			'if it happened twice that day, say in detail what is different');
	END IF;
	INSERT INTO obligation (unit, kind, happened_on, hours, period, source, detail)
		VALUES (unit, kind, happened_on, hours, about, vouched, said) RETURNING * INTO STRICT made;
	PERFORM record_act('record_obligation', unit, to_jsonb(made) - '{unit,recorded_by,recorded_at,withdrawn_at,withdrawn_by,withdrawn_reason}'::text[]);
	RETURN made;
END
$$;
COMMENT ON FUNCTION certwire.record_obligation IS 'Records a service, support hours, a report, an activity or a breach of secrecy. 登记义务履行情况。';
GRANT EXECUTE ON FUNCTION certwire.record_obligation TO certwire_admin, certwire_clerk;

CREATE FUNCTION certwire.withdraw_obligation(id bigint, reason text)
	RETURNS certwire.obligation LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	held obligation;
BEGIN
	SELECT o.* INTO held FROM obligation o WHERE o.id = id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM fail('CW003', format('there is no record %s', coalesce(id::text, 'without a number')),
			'see certwire.obligation');
	END IF;
	PERFORM check_scope(held.unit);
	IF held.withdrawn_at IS NOT NULL THEN
		PERFORM fail('CW002', format('record %s was withdrawn by %s at %s', id, held.withdrawn_by, time_text(held.withdrawn_at)),
			'nothing is to be done');
	END IF;
	UPDATE obligation o SET withdrawn_at = clock_timestamp(), withdrawn_by = session_user, withdrawn_reason = told
		WHERE o.id = id RETURNING o.* INTO STRICT held;
	PERFORM record_act('withdraw_obligation', held.unit, jsonb_build_object('id', id, 'kind', held.kind, 'reason', told));
	RETURN held;
END
$$;
COMMENT ON FUNCTION certwire.withdraw_obligation IS 'A record that was wrong counts no more; it stays to be seen. 撤回有误的记录。';
GRANT EXECUTE ON FUNCTION certwire.withdraw_obligation TO certwire_admin, certwire_clerk;
