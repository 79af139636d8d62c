-- The evaluation of every half year: what the records say, what the rules propose, what a person decided.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.evaluation (
	period certwire.half_year NOT NULL,
	unit text NOT NULL REFERENCES certwire.unit,
	months int NOT NULL CHECK (months BETWEEN 0 AND 6),
	services int NOT NULL CHECK (services >= 0),
	services_demanded numeric NOT NULL,
	hours numeric NOT NULL CHECK (hours >= 0),
	hours_demanded numeric NOT NULL,
	report_due date NOT NULL,
	report_on date,
	report_on_time boolean,
	contact_gap_days numeric NOT NULL CHECK (contact_gap_days >= 0),
	activities int NOT NULL CHECK (activities >= 0),
	breaches int NOT NULL CHECK (breaches >= 0),
	previous text CHECK (previous IN ('commend', 'keep', 'warn', 'suspend', 'revoke')),
	proposal text NOT NULL CHECK (proposal IN ('commend', 'keep', 'warn', 'suspend', 'revoke')),
	rule certwire.prose NOT NULL,
	computed_by text NOT NULL DEFAULT session_user,
	computed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	decision text CHECK (decision IN ('commend', 'keep', 'warn', 'suspend', 'revoke')),
	decided_by text,
	decided_at timestamptz,
	reason certwire.prose,
	PRIMARY KEY (period, unit),
	CONSTRAINT evaluation_decided_wholly CHECK (num_nulls(decision, decided_by, decided_at, reason) IN (0, 4))
);
COMMENT ON TABLE certwire.evaluation IS 'The sheet of a unit for a half year, the proposal, and the decision that a person took. 半年综合评价表、建议与决定。';
COMMENT ON COLUMN certwire.evaluation.period IS 'The half year. 半年期。';
COMMENT ON COLUMN certwire.evaluation.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.evaluation.months IS 'Whole months in which it was good or suspended, up to when this was computed. 计入的整月数。';
COMMENT ON COLUMN certwire.evaluation.services IS 'Incident services. 应急服务次数。';
COMMENT ON COLUMN certwire.evaluation.services_demanded IS 'Demanded a month when this was computed. 每月应有次数。';
COMMENT ON COLUMN certwire.evaluation.hours IS 'Hours of support. 技术支持工时。';
COMMENT ON COLUMN certwire.evaluation.hours_demanded IS 'Demanded a month when this was computed. 每月应有工时。';
COMMENT ON COLUMN certwire.evaluation.report_due IS 'The last day for the report. 报告截止日。';
COMMENT ON COLUMN certwire.evaluation.report_on IS 'When the report came in. 报告提交日期。';
COMMENT ON COLUMN certwire.evaluation.report_on_time IS 'By the last day for it; null: that day has not passed yet. 报告是否按时，空为未到期。';
COMMENT ON COLUMN certwire.evaluation.contact_gap_days IS 'Days, good or suspended, without a fixed contact on file. 无固定联系人的天数。';
COMMENT ON COLUMN certwire.evaluation.activities IS 'Activities it took part in. 参与活动次数。';
COMMENT ON COLUMN certwire.evaluation.breaches IS 'Breaches of secrecy. 泄密次数。';
COMMENT ON COLUMN certwire.evaluation.previous IS 'The decision on the half year before; null: none. 上一半年期的决定。';
COMMENT ON COLUMN certwire.evaluation.proposal IS 'What the rules propose: commend, keep, warn, suspend or revoke. 规则建议。';
COMMENT ON COLUMN certwire.evaluation.rule IS 'The rule that said so. 依据的规则。';
COMMENT ON COLUMN certwire.evaluation.computed_by IS 'Login of who had it computed last. 计算人。';
COMMENT ON COLUMN certwire.evaluation.computed_at IS 'When. 计算时间。';
COMMENT ON COLUMN certwire.evaluation.decision IS 'What a person decided; null: nothing yet. 决定，空为未决。';
COMMENT ON COLUMN certwire.evaluation.decided_by IS 'Login of who decided. 决定人。';
COMMENT ON COLUMN certwire.evaluation.decided_at IS 'When. 决定时间。';
COMMENT ON COLUMN certwire.evaluation.reason IS 'Why; the unit reads it when its standing changes. 理由。';
CREATE INDEX evaluation_unit ON certwire.evaluation (unit, period);

CREATE TABLE certwire.commendation (
	period certwire.half_year NOT NULL,
	unit text NOT NULL,
	citation certwire.prose NOT NULL,
	given_by text NOT NULL DEFAULT session_user,
	given_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (period, unit),
	FOREIGN KEY (period, unit) REFERENCES certwire.evaluation
);
COMMENT ON TABLE certwire.commendation IS 'Units commended for a half year. 通报表扬。';
COMMENT ON COLUMN certwire.commendation.period IS 'The half year. 半年期。';
COMMENT ON COLUMN certwire.commendation.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.commendation.citation IS 'For what. 事由。';
COMMENT ON COLUMN certwire.commendation.given_by IS 'Login of who decided it. 决定人。';
COMMENT ON COLUMN certwire.commendation.given_at IS 'When. 时间。';

CREATE VIEW certwire.evaluation_sheet AS
SELECT e.period::text, e.unit, u.name::text, e.months,
	e.services, round(e.services::numeric / nullif(e.months, 0), 2) AS services_a_month,
	e.hours, round(e.hours / nullif(e.months, 0), 2) AS hours_a_month,
	e.report_due, e.report_on, e.report_on_time,
	e.contact_gap_days, e.activities, e.breaches, e.previous, e.proposal, e.rule::text,
	e.decision, e.decided_by, e.decided_at, e.reason::text
FROM certwire.evaluation e JOIN certwire.unit u ON u.id = e.unit;
COMMENT ON VIEW certwire.evaluation_sheet IS 'The sheets with names and averages. 综合评价表（含名称与月均）。';
COMMENT ON COLUMN certwire.evaluation_sheet.period IS 'The half year. 半年期。';
COMMENT ON COLUMN certwire.evaluation_sheet.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.evaluation_sheet.name IS 'Its name. 单位名称。';
COMMENT ON COLUMN certwire.evaluation_sheet.months IS 'Whole months in which it was good or suspended. 计入的整月数。';
COMMENT ON COLUMN certwire.evaluation_sheet.services IS 'Incident services. 应急服务次数。';
COMMENT ON COLUMN certwire.evaluation_sheet.services_a_month IS 'On average. 月均次数。';
COMMENT ON COLUMN certwire.evaluation_sheet.hours IS 'Hours of support. 技术支持工时。';
COMMENT ON COLUMN certwire.evaluation_sheet.hours_a_month IS 'On average. 月均工时。';
COMMENT ON COLUMN certwire.evaluation_sheet.report_due IS 'The last day for it. 报告截止日。';
COMMENT ON COLUMN certwire.evaluation_sheet.report_on IS 'When the report came in. 报告提交日期。';
COMMENT ON COLUMN certwire.evaluation_sheet.report_on_time IS 'By that day; null: it has not passed yet. 是否按时，空为未到期。';
COMMENT ON COLUMN certwire.evaluation_sheet.contact_gap_days IS 'Days without a fixed contact on file. 无固定联系人的天数。';
COMMENT ON COLUMN certwire.evaluation_sheet.activities IS 'Activities it took part in. 参与活动次数。';
COMMENT ON COLUMN certwire.evaluation_sheet.breaches IS 'Breaches of secrecy. 泄密次数。';
COMMENT ON COLUMN certwire.evaluation_sheet.previous IS 'The decision on the half year before. 上一半年期的决定。';
COMMENT ON COLUMN certwire.evaluation_sheet.proposal IS 'What the rules propose. 规则建议。';
COMMENT ON COLUMN certwire.evaluation_sheet.rule IS 'The rule that said so. 依据的规则。';
COMMENT ON COLUMN certwire.evaluation_sheet.decision IS 'What a person decided; null: nothing yet. 决定，空为未决。';
COMMENT ON COLUMN certwire.evaluation_sheet.decided_by IS 'Login of who decided. 决定人。';
COMMENT ON COLUMN certwire.evaluation_sheet.decided_at IS 'When. 决定时间。';
COMMENT ON COLUMN certwire.evaluation_sheet.reason IS 'Why. 理由。';

-- The table of rules in docs/database.md; the first that applies decides. report_on_time null (not due
-- yet) counts as no shortfall, but commends nobody.
CREATE FUNCTION certwire.propose_decision(months int, services int, services_demanded numeric, hours numeric, hours_demanded numeric,
		report_on_time boolean, contact_gap_days numeric, breaches int, previous text,
		OUT proposal text, OUT rule text)
	LANGUAGE sql IMMUTABLE AS $$
	SELECT d.proposal, d.rule FROM (
		SELECT CASE WHEN months > 0 THEN
			(services < services_demanded * months)::int + (hours < hours_demanded * months)::int
			+ (report_on_time IS FALSE)::int + (contact_gap_days > 0)::int END AS missed
	) m, LATERAL (VALUES
		(1, breaches > 1, 'revoke', '多次泄密（四.2） several breaches of secrecy'),
		(2, breaches > 0 AND previous IN ('warn', 'suspend', 'revoke'), 'revoke', '上期已处理，本期泄密（四.2、四.9） a breach of secrecy after a warning or worse'),
		(3, breaches > 0, 'suspend', '泄密（四.2） a breach of secrecy'),
		(4, months = 0, 'keep', '无计入整月，不作评价 no whole month to go by'),
		(5, m.missed > 0 AND previous IN ('suspend', 'revoke'), 'revoke', '上期已暂停，本期仍未履行义务：长期配合不力（四.9） short again after a suspension'),
		(6, m.missed > 0 AND previous = 'warn', 'suspend', '上期已警告，本期仍未履行义务（四.9） short again after a warning'),
		(7, m.missed >= 3, 'suspend', '多项义务未履行（四.9） short of three duties or more'),
		(8, services = 0 AND hours = 0, 'suspend', '未提供任何服务与支持（四.4、四.5） no service and no support at all'),
		(9, m.missed > 0, 'warn', '部分义务未履行（四.9） short of a duty'),
		(10, report_on_time AND services >= 2 * services_demanded * months AND hours >= 1.5 * hours_demanded * months, 'commend',
			'服务次数达两倍、工时达一倍半（四.9） twice the services and one and a half times the hours'),
		(11, true, 'keep', '义务均已履行 short of no duty')
	) d (number, applies, proposal, rule)
	WHERE d.applies ORDER BY d.number LIMIT 1
$$;
COMMENT ON FUNCTION certwire.propose_decision IS 'What the rules propose for such a sheet, and which rule. 按规则给出建议。';

-- What the records say now about units that were good or suspended at some time of the half year.
CREATE FUNCTION certwire.evaluation_facts(period text, units text[])
	RETURNS TABLE (unit text, months int, services int, hours numeric, report_on date, report_on_time boolean,
		days numeric, contact_gap_days numeric, activities int, breaches int)
	LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	WITH span AS (
		SELECT tstzrange(period_begins(evaluation_facts.period), least(period_ends(evaluation_facts.period), right_now())) AS whole
	), held AS (
		SELECT s.unit, range_agg(tstzrange(s.since, s.until) * p.whole) AS times
		FROM standing s, span p
		WHERE s.standing IN ('good', 'suspended') AND tstzrange(s.since, s.until) && p.whole
			AND (evaluation_facts.units IS NULL OR s.unit = ANY (evaluation_facts.units))
		GROUP BY s.unit
	), reachable AS (
		SELECT c.unit, range_agg(tstzrange(c.since, c.until)) AS times
		FROM contact c WHERE c.role = 'fixed' AND (evaluation_facts.units IS NULL OR c.unit = ANY (evaluation_facts.units))
		GROUP BY c.unit
	), done AS (
		SELECT o.unit, count(*) FILTER (WHERE o.kind = 'incident_service')::int AS services,
			sum(o.hours) FILTER (WHERE o.kind = 'support') AS hours,
			count(*) FILTER (WHERE o.kind = 'activity')::int AS activities,
			count(*) FILTER (WHERE o.kind = 'breach')::int AS breaches
		FROM obligation o
		WHERE o.withdrawn_at IS NULL AND (evaluation_facts.units IS NULL OR o.unit = ANY (evaluation_facts.units))
			AND o.happened_on >= local_date(period_begins(evaluation_facts.period)) AND o.happened_on < local_date(period_ends(evaluation_facts.period))
		GROUP BY o.unit
	)
	SELECT h.unit,
		(SELECT count(*)::int FROM generate_series(0, 5) m
			WHERE tstzrange(period_month(evaluation_facts.period, m), period_month(evaluation_facts.period, m + 1)) <@ h.times),
		coalesce(d.services, 0), coalesce(d.hours, 0), o.happened_on,
		CASE WHEN o.happened_on <= report_due(evaluation_facts.period) THEN true WHEN local_date(right_now()) > report_due(evaluation_facts.period) THEN false END,
		g.days, g.gap, coalesce(d.activities, 0), coalesce(d.breaches, 0)
	FROM held h
	LEFT JOIN reachable r ON r.unit = h.unit
	LEFT JOIN done d ON d.unit = h.unit
	LEFT JOIN obligation o ON o.unit = h.unit AND o.kind = 'report' AND o.period = evaluation_facts.period AND o.withdrawn_at IS NULL
	CROSS JOIN LATERAL (
		SELECT (SELECT round(sum(extract(epoch FROM upper(t) - lower(t))) / 86400, 1) FROM unnest(h.times) t) AS days,
			-- Never rounded to nothing.
			coalesce((SELECT round(ceil(sum(extract(epoch FROM upper(t) - lower(t))) / 8640) / 10, 1)
				FROM unnest(h.times - coalesce(r.times, '{}'::tstzmultirange)) t), 0) AS gap
	) g
$$;
COMMENT ON FUNCTION certwire.evaluation_facts IS 'What the records say of a half year; null: of all units. 半年期履行情况汇总。';

CREATE FUNCTION certwire.evaluate(period text, unit text DEFAULT NULL)
	RETURNS SETOF certwire.evaluation_sheet LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about text := check_period(period);
	chosen text[] := CASE WHEN unit IS NOT NULL THEN ARRAY[unit] END;
	held evaluation;
	computed int;
BEGIN
	IF unit IS NOT NULL THEN
		PERFORM check_unit(unit);
		SELECT e.* INTO held FROM evaluation e WHERE e.period = about AND e.unit = unit FOR UPDATE;
		IF held.decision IS NOT NULL THEN
			PERFORM fail('CW002', format('%s decided on unit %s for %s at %s: %s', held.decided_by, unit, about,
				time_text(held.decided_at), held.decision), 'a sheet that was decided on stays as it was');
		END IF;
	END IF;
	INSERT INTO evaluation AS e (period, unit, months, services, services_demanded, hours, hours_demanded, report_due, report_on,
			report_on_time, contact_gap_days, activities, breaches, previous, proposal, rule)
		SELECT about, f.unit, f.months, f.services, s.demanded, f.hours, h.demanded, report_due(about), f.report_on,
			f.report_on_time, f.contact_gap_days, f.activities, f.breaches, b.decision, p.proposal, p.rule
		FROM evaluation_facts(about, chosen) f
		JOIN duty s ON s.id = 'incident-service'
		JOIN duty h ON h.id = 'support-hours'
		LEFT JOIN evaluation b ON b.period = period_before(about) AND b.unit = f.unit
		CROSS JOIN LATERAL propose_decision(f.months, f.services, s.demanded, f.hours, h.demanded, f.report_on_time,
			f.contact_gap_days, f.breaches, b.decision) p
		ORDER BY f.unit
	ON CONFLICT ON CONSTRAINT evaluation_pkey DO UPDATE SET months = excluded.months, services = excluded.services,
		services_demanded = excluded.services_demanded, hours = excluded.hours, hours_demanded = excluded.hours_demanded,
		report_due = excluded.report_due, report_on = excluded.report_on, report_on_time = excluded.report_on_time, contact_gap_days = excluded.contact_gap_days,
		activities = excluded.activities, breaches = excluded.breaches, previous = excluded.previous,
		proposal = excluded.proposal, rule = excluded.rule, computed_by = excluded.computed_by, computed_at = excluded.computed_at
	WHERE e.decision IS NULL;
	GET DIAGNOSTICS computed = ROW_COUNT;
	IF computed = 0 AND unit IS NOT NULL THEN
		PERFORM fail('CW002', format('unit %s was neither good nor suspended in %s', unit, about), 'there is nothing to evaluate');
	END IF;
	PERFORM record_act('evaluate', coalesce(unit, about), jsonb_build_object('period', about, 'sheets', computed));
	RETURN QUERY SELECT e.* FROM evaluation_sheet e WHERE e.period = about AND (unit IS NULL OR e.unit = unit) ORDER BY e.unit;
END
$$;
COMMENT ON FUNCTION certwire.evaluate IS 'Computes the sheets of a half year, of one unit or all, but for those decided on. 计算半年综合评价。';
GRANT EXECUTE ON FUNCTION certwire.evaluate TO certwire_admin;

-- Live from the records, and so also in the middle of a half year, for the months that are over.
CREATE FUNCTION certwire.compliance(period text)
	RETURNS TABLE (unit text, name text, duty text, clause text, demanded numeric, done numeric, short numeric, detail text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_column
DECLARE
	about text := check_period(period);
BEGIN
	RETURN QUERY
	SELECT f.unit, u.name::text, x.duty, d.clause::text, trim_scale(x.demanded), trim_scale(x.done), trim_scale(x.short), x.detail
	FROM evaluation_facts(about, NULL) f
	JOIN unit u ON u.id = f.unit
	JOIN duty s ON s.id = 'incident-service'
	JOIN duty h ON h.id = 'support-hours'
	CROSS JOIN LATERAL (VALUES
		('confidentiality', 0, f.breaches, f.breaches, '泄密次数 breaches of secrecy'),
		('incident-service', s.demanded * f.months, f.services, s.demanded * f.months - f.services,
			format('%s 个整月 whole months, %s', f.months, s.unit_of)),
		('support-hours', h.demanded * f.months, f.hours, h.demanded * f.months - f.hours,
			format('%s 个整月 whole months, %s', f.months, h.unit_of)),
		('fixed-contact', f.days, f.days - f.contact_gap_days, f.contact_gap_days, '在册天数 days with a fixed contact on file'),
		('half-year-report', 1, 0, (f.report_on_time IS FALSE AND f.months > 0)::int, format('截止 due on %s，%s', report_due(about),
			coalesce('提交于 came in on ' || f.report_on, '未提交 did not come in')))
	) x (duty, demanded, done, short, detail)
	JOIN duty d ON d.id = x.duty
	WHERE x.short > 0
	ORDER BY f.unit, d.clause;
END
$$;
COMMENT ON FUNCTION certwire.compliance IS 'Who falls short of which duty in a half year, by the records of now. 义务履行差额一览。';
GRANT EXECUTE ON FUNCTION certwire.compliance TO certwire_admin, certwire_auditor;

-- The duty that a decision rests on: the gravest one that the unit is short of.
CREATE FUNCTION certwire.evaluation_basis(sheet certwire.evaluation)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN sheet.breaches > 0 THEN 'confidentiality'
		WHEN sheet.services < sheet.services_demanded * sheet.months THEN 'incident-service'
		WHEN sheet.hours < sheet.hours_demanded * sheet.months THEN 'support-hours'
		WHEN NOT sheet.report_on_time THEN 'half-year-report'
		WHEN sheet.contact_gap_days > 0 THEN 'fixed-contact'
		ELSE 'evaluation' END
$$;
COMMENT ON FUNCTION certwire.evaluation_basis IS 'The duty that a decision on this sheet rests on. 决定所依据的义务。';

CREATE FUNCTION certwire.decide(period text, unit text, decision text, reason text)
	RETURNS certwire.evaluation_sheet LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about text := check_period(period);
	told text := check_reason(reason);
	sheet evaluation;
	answer evaluation_sheet;
BEGIN
	IF decision IS NULL OR decision NOT IN ('commend', 'keep', 'warn', 'suspend', 'revoke') THEN
		PERFORM fail('CW004', format('%L is no decision', decision), 'use one of: commend, keep, warn, suspend, revoke');
	END IF;
	-- Before the row of the sheet, as everywhere.
	PERFORM entitlement_lock();
	PERFORM check_unit(unit);
	SELECT e.* INTO sheet FROM evaluation e WHERE e.period = about AND e.unit = unit FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM fail('CW002', format('unit %s has no sheet for %s', unit, about),
			format('compute it first: SELECT * FROM certwire.evaluate(''%s'', ''%s'')', about, unit));
	ELSIF sheet.decision IS NOT NULL THEN
		PERFORM fail('CW005', format('%s decided on unit %s for %s at %s: %s', sheet.decided_by, unit, about,
			time_text(sheet.decided_at), sheet.decision), 'a decision stays; change the standing itself if it must be changed');
	ELSIF sheet.computed_at < period_ends(about) THEN
		PERFORM fail('CW002', format('the sheet of unit %s was computed before %s was over', unit, about),
			CASE WHEN period_ends(about) > clock_timestamp() THEN format('it ends on %s', local_date(period_ends(about)) - 1)
				ELSE format('compute it again: SELECT * FROM certwire.evaluate(''%s'', ''%s'')', about, unit) END);
	END IF;
	UPDATE evaluation e SET decision = decision, decided_by = session_user, decided_at = clock_timestamp(), reason = told
		WHERE e.period = about AND e.unit = unit;
	IF decision = 'commend' THEN
		INSERT INTO commendation (period, unit, citation) VALUES (about, unit, told);
	ELSIF decision = 'suspend' AND (standing_of(unit)).standing <> 'suspended' THEN
		PERFORM suspend_unit(unit, told, evaluation_basis(sheet));
	ELSIF decision = 'revoke' THEN
		PERFORM revoke_unit(unit, told, evaluation_basis(sheet));
	END IF;
	PERFORM record_act('decide', unit, jsonb_build_object('period', about, 'proposal', sheet.proposal, 'decision', decision,
		'reason', told));
	SELECT e.* INTO STRICT answer FROM evaluation_sheet e WHERE e.period = about AND e.unit = unit;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION certwire.decide IS 'A person''s decision on a sheet; suspending and revoking take effect at once. 作出评价决定，暂停与取消立即生效。';
GRANT EXECUTE ON FUNCTION certwire.decide TO certwire_admin;
