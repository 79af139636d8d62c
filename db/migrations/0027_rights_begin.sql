-- Whenever a right begins, and however it did, what the policy says of the time before is put into the mailbox:
-- of a first right the backlog, of one that comes back the gap. What begins is found by looking at what changed and
-- at what the clock brought since the last look, and compared with what was filled in: so each once, and
-- nothing is missed while nobody looks.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.right_filled (
	unit text NOT NULL REFERENCES certwire.unit,
	channel text NOT NULL REFERENCES certwire.channel,
	since timestamptz NOT NULL,
	PRIMARY KEY (unit, channel)
);
COMMENT ON TABLE certwire.right_filled IS 'The newest right of a unit to a channel for which was entered what came before it. 已按策略补发的最近一次接收权。';
COMMENT ON COLUMN certwire.right_filled.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.right_filled.channel IS 'The channel. 频道。';
COMMENT ON COLUMN certwire.right_filled.since IS 'When that right began. 该接收权的起始时间。';

CREATE TABLE certwire.fill_state (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version bigint NOT NULL,
	looked_at timestamptz NOT NULL
);
COMMENT ON TABLE certwire.fill_state IS 'One row: up to where changes of right were looked at. 补发检查进度，仅一行。';
COMMENT ON COLUMN certwire.fill_state.only_row IS 'Keeps it to one row. 保证仅一行。';
COMMENT ON COLUMN certwire.fill_state.version IS 'Version of the entitlement. 权限版本。';
COMMENT ON COLUMN certwire.fill_state.looked_at IS 'What the clock brought until then was seen. 按时间变化的检查截止时间。';

CREATE TABLE certwire.fill_todo (
	unit text PRIMARY KEY REFERENCES certwire.unit
);
COMMENT ON TABLE certwire.fill_todo IS 'Units whose rights may have begun and were not compared yet. 待检查补发的单位。';
COMMENT ON COLUMN certwire.fill_todo.unit IS 'The unit. 单位。';

-- What has begun already was dealt with by the rules of then.
INSERT INTO certwire.right_filled (unit, channel, since)
	SELECT u.id, c.id, max(lower(h))
	FROM certwire.unit u CROSS JOIN certwire.channel c
	CROSS JOIN LATERAL unnest(certwire.rights_history(u.id, c.id)) h
	WHERE lower(h) <= clock_timestamp() GROUP BY u.id, c.id;
INSERT INTO certwire.fill_state (version, looked_at) SELECT s.version, clock_timestamp() FROM certwire.entitlement_state s;
CREATE INDEX group_member_until ON certwire.group_member (until) WHERE until IS NOT NULL;
CREATE INDEX entitlement_since ON certwire.entitlement (since);
CREATE INDEX entitlement_until ON certwire.entitlement (until) WHERE until IS NOT NULL;
GRANT SELECT ON certwire.right_filled, certwire.fill_state, certwire.fill_todo TO certwire_admin, certwire_auditor;

DROP FUNCTION certwire.enter_missed;

CREATE FUNCTION certwire.missed(unit text, channel text, after timestamptz, before timestamptz, max_rows int)
	RETURNS SETOF text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT p.id::text FROM publication p
	WHERE p.channel = missed.channel AND p.state = 'issued' AND p.issued_at >= after AND p.issued_at < before
		AND p.kind IN ('publish', 'supersede') AND p.recalled_at IS NULL
		AND p.rest_due_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > clock_timestamp())
		AND coalesce(audience_rule(p.audience) -> 'units' ? missed.unit, true)
	ORDER BY p.issued_at DESC, p.id
	LIMIT max_rows
$$;
COMMENT ON FUNCTION certwire.missed IS 'What was issued on the channel from a time until another, and the unit was meant to have; newest first. 某时段内应属于该单位的发布件。';

-- Whoever may hold what was recalled gets the recall, whatever the policy says.
CREATE FUNCTION certwire.missed_recalls(unit text, channel text)
	RETURNS SETOF text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT p.id::text FROM publication p
	WHERE p.channel = missed_recalls.channel AND p.state = 'issued' AND p.kind = 'recall'
		AND p.rest_due_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > clock_timestamp())
		AND EXISTS (
			SELECT FROM publication r JOIN delivery d ON d.publication = r.id
			WHERE r.recalled_by = p.id AND d.unit = missed_recalls.unit AND (d.stored_at IS NOT NULL
				OR EXISTS (SELECT FROM delivery_grant g WHERE g.publication = d.publication AND g.unit = d.unit)))
$$;
COMMENT ON FUNCTION certwire.missed_recalls IS 'Recalls of what a unit has stored or could open. 单位可能持有的被召回件的召回通知。';

-- The lock is held. A publication comes into a mailbox once; entries stay gapless. Its editors are judged as
-- of its issue, by the keyset of then: who retired since has signed nevertheless.
CREATE FUNCTION certwire.enter_late(unit text, publications text[])
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	last int;
	entered int;
BEGIN
	SELECT e.number INTO last FROM entry e JOIN ledger l ON l.epoch = e.epoch WHERE e.unit = unit ORDER BY e.number DESC LIMIT 1;
	WITH numbered AS (
		SELECT p.id, p.kind, p.keyset, l.epoch, (coalesce(last, 0) + row_number() OVER (ORDER BY p.issued_at, p.id))::int AS number
		FROM publication p CROSS JOIN ledger l
		WHERE p.id = ANY (publications)
			AND NOT EXISTS (SELECT FROM delivery d WHERE d.unit = unit AND d.publication = p.id)
	), made AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT unit, n.epoch, n.number, n.kind, n.id, moment, n.keyset FROM numbered n
	)
	INSERT INTO delivery (publication, unit, epoch, number, next_offer_at)
		SELECT n.id, unit, n.epoch, n.number, moment FROM numbered n;
	GET DIAGNOSTICS entered = ROW_COUNT;
	IF entered > 0 THEN
		PERFORM pg_notify('certwire_issue', '');
	END IF;
	RETURN entered;
END
$$;
COMMENT ON FUNCTION certwire.enter_late IS 'Enters what was issued before, unless the unit has it; in order of issue. 补录已发布件。';

CREATE FUNCTION certwire.keyset_is_current()
	RETURNS boolean LANGUAGE sql VOLATILE SET search_path = certwire, pg_temp AS $$
	SELECT coalesce((SELECT k.expires_at > clock_timestamp() FROM keyset k ORDER BY k.version DESC LIMIT 1), false)
$$;
COMMENT ON FUNCTION certwire.keyset_is_current IS 'Whether there is a keyset, and the newest has not expired. 密钥集是否有效。';

-- The lock is held. Of each right that has begun since the last that was filled, by the policy of the moment it began.
CREATE OR REPLACE FUNCTION certwire.fill_in(unit text, only_channel text DEFAULT NULL)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
	held record;
	missed text[];
	filled int := 0;
BEGIN
	IF NOT keyset_is_current() THEN
		RETURN 0;
	END IF;
	FOR held IN
		SELECT n.* FROM (
			SELECT r.channel, rights_history(unit, r.channel) AS history, coalesce(f.since, '-infinity') AS filled
			FROM rights_at(moment) r LEFT JOIN right_filled f ON f.unit = r.unit AND f.channel = r.channel
			WHERE r.unit = unit AND (only_channel IS NULL OR r.channel = only_channel)
		) n
		WHERE EXISTS (SELECT FROM unnest(n.history) h WHERE h @> moment AND lower(h) > n.filled)
		ORDER BY n.channel
	LOOP
		SELECT array_agg(m.id) INTO missed
			FROM (SELECT lower(h) AS begins, lag(upper(h)) OVER (ORDER BY lower(h)) AS lost_at FROM unnest(held.history) h) s
			JOIN channel_policy p ON p.channel = held.channel AND p.since <= s.begins AND (p.until IS NULL OR p.until > s.begins)
			CROSS JOIN LATERAL missed(unit, held.channel,
				CASE WHEN s.lost_at IS NULL AND p.backlog = 'days' THEN s.begins - make_interval(days => p.backlog_days)
					WHEN s.lost_at IS NULL AND p.backlog = 'latest' THEN '-infinity'
					WHEN s.lost_at IS NOT NULL AND p.gap = 'all' THEN s.lost_at
					WHEN s.lost_at IS NOT NULL AND p.gap = 'since' THEN greatest(s.lost_at, p.gap_since) END,
				s.begins, CASE WHEN s.lost_at IS NULL AND p.backlog = 'latest' THEN 1 END) m (id)
			WHERE s.begins > held.filled AND s.begins <= moment;
		filled := filled + enter_late(unit, coalesce(missed, '{}') || ARRAY(SELECT missed_recalls(unit, held.channel)));
		INSERT INTO right_filled AS f (unit, channel, since)
			SELECT unit, held.channel, lower(h) FROM unnest(held.history) h WHERE h @> moment
			ON CONFLICT ON CONSTRAINT right_filled_pkey DO UPDATE SET since = EXCLUDED.since;
	END LOOP;
	RETURN filled;
END
$$;
COMMENT ON FUNCTION certwire.fill_in IS 'Enters for a unit what came before the rights that have begun, as the policies say. 按策略补发接收权开始之前的发布件。';

-- A good standing begins by an act alone, and a policy's change too.
CREATE FUNCTION certwire.units_turned(after timestamptz, upto timestamptz)
	RETURNS TABLE (unit text) LANGUAGE sql STABLE AS $$
	SELECT m.unit FROM certwire.term t JOIN certwire.membership m ON m.term = t.number WHERE t.begins > after AND t.begins <= upto
	UNION ALL
	SELECT g.unit FROM certwire.group_member g WHERE g.until > after AND g.until <= upto
	UNION ALL
	SELECT u.unit FROM certwire.entitlement e CROSS JOIN unnest(certwire.units_of(coalesce(e.unit, '@' || e.group_id))) u (unit)
	WHERE e.since > after AND e.since <= upto
	UNION ALL
	SELECT u.unit FROM certwire.entitlement e CROSS JOIN unnest(certwire.units_of(coalesce(e.unit, '@' || e.group_id))) u (unit)
	WHERE e.until > after AND e.until <= upto
$$;
COMMENT ON FUNCTION certwire.units_turned IS 'Units whose rights the clock may have begun between two times; some more than once. 时段内接收权可能因时间而开始的单位。';

CREATE FUNCTION certwire.fill_due(fence bigint, max_units int)
	RETURNS TABLE (entries int, more boolean)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	looked fill_state;
	moment timestamptz := clock_timestamp();
	newest bigint;
	turned text;
	entered int;
	total int := 0;
BEGIN
	PERFORM check_fence(fence);
	SELECT s.* INTO STRICT looked FROM fill_state s;
	-- Most of the time there is nothing, and nobody has to wait for it.
	IF NOT keyset_is_current()
		OR NOT (EXISTS (SELECT FROM fill_todo) OR looked.version <> (SELECT s.version FROM entitlement_state s)
			OR EXISTS (SELECT FROM units_turned(looked.looked_at, moment))) THEN
		RETURN;
	END IF;
	newest := entitlement_lock();
	moment := clock_timestamp();
	INSERT INTO fill_todo (unit)
		SELECT c.unit FROM entitlement_change c WHERE c.version > looked.version AND c.unit IS NOT NULL
		UNION
		SELECT u.unit FROM units_turned(looked.looked_at, moment) u
		UNION
		-- What may have touched anybody, or is not known any more: whoever stands good.
		SELECT s.unit FROM standing_at(moment) s
		WHERE s.standing = 'good' AND (looked.version > newest
			OR looked.version + 1 < (SELECT min(c.version) FROM entitlement_change c)
			OR EXISTS (SELECT FROM entitlement_change c WHERE c.version > looked.version AND c.unit IS NULL))
		ON CONFLICT DO NOTHING;
	UPDATE fill_state s SET version = newest, looked_at = moment;
	FOR turned IN
		DELETE FROM fill_todo d WHERE d.unit IN (SELECT n.unit FROM fill_todo n ORDER BY n.unit LIMIT max_units) RETURNING d.unit
	LOOP
		entered := fill_in(turned);
		IF entered > 0 THEN
			PERFORM record_act('fill_due', turned, jsonb_build_object('entries', entered, 'fence', fence));
		END IF;
		total := total + entered;
	END LOOP;
	RETURN QUERY SELECT total, EXISTS (SELECT FROM fill_todo);
END
$$;
COMMENT ON FUNCTION certwire.fill_due IS 'Looks for rights that have begun, at most of so many units a call, and enters what the policies say; no row when nothing has changed. 检查新开始的接收权并按策略补发。';
GRANT EXECUTE ON FUNCTION certwire.fill_due TO certwire_dispatcher;
