-- Recalls and supersessions: what an issued publication takes back, who is told so, who has confirmed it.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.publication_reference (
	publication text NOT NULL REFERENCES certwire.publication,
	relation text NOT NULL CHECK (relation IN ('recalls', 'supersedes')),
	target text NOT NULL REFERENCES certwire.publication,
	PRIMARY KEY (publication, target),
	CONSTRAINT publication_reference_other CHECK (publication <> target)
);
COMMENT ON TABLE certwire.publication_reference IS 'What a publication recalls or supersedes, as its signed manifest says. 召回或替代关系。';
COMMENT ON COLUMN certwire.publication_reference.publication IS 'The recall, or the newer publication. 召回件或新件。';
COMMENT ON COLUMN certwire.publication_reference.relation IS 'recalls or supersedes. 关系。';
COMMENT ON COLUMN certwire.publication_reference.target IS 'What it takes back. 被召回或被替代的发布件。';
CREATE INDEX publication_reference_target ON certwire.publication_reference (target);
CREATE INDEX publication_number ON certwire.publication (channel, number);
GRANT SELECT ON certwire.publication_reference TO certwire_admin, certwire_auditor;

-- Drafting.

CREATE FUNCTION certwire.relation_of(kind text)
	RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE kind WHEN 'recall' THEN 'recalls' WHEN 'supersede' THEN 'supersedes' END
$$;
COMMENT ON FUNCTION certwire.relation_of IS 'What a kind of publication does to what it names; null: publish names nothing. 种类对应的关系。';

CREATE FUNCTION certwire.check_reference(id text, relation text, old certwire.publication)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	done text := CASE relation WHEN 'recalls' THEN 'recalled' ELSE 'superseded' END;
	other text;
BEGIN
	IF old.kind = 'recall' THEN
		PERFORM fail('CW002', format('publication %s is a recall itself: it cannot be %s', left(old.id, 8), done),
			'publish anew what should hold instead');
	ELSIF old.state <> 'issued' THEN
		PERFORM fail('CW002', format('publication %s is %s: only what is issued can be %s', left(old.id, 8), old.state, done),
			'what is not issued yet is withdrawn: certwire withdraw ' || left(old.id, 8));
	END IF;
	SELECT r.publication INTO other FROM publication_reference r JOIN publication p ON p.id = r.publication
		WHERE r.target = old.id AND r.relation = relation AND r.publication <> id AND p.state <> 'withdrawn'
		ORDER BY p.drafted_at LIMIT 1;
	IF other IS NOT NULL THEN
		PERFORM fail('CW005', format('publication %s is being %s, or was, by %s already', left(old.id, 8), done, left(other, 8)),
			format('approve, issue or withdraw that one: certwire status %s', left(other, 8)));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_reference IS 'Refuses to take back what is not issued, is a recall, or is taken back already. 检查召回或替代的对象。';

CREATE FUNCTION certwire.draft_reference(id text, target text)
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
	old publication;
BEGIN
	PERFORM check_open_draft(id);
	SELECT p.* INTO STRICT about FROM publication p WHERE p.id = id;
	-- Its row is locked: of two that take it back at once, the second sees the first.
	old := lock_publication(target);
	IF relation_of(about.kind) IS NULL THEN
		PERFORM fail('CW004', format('draft %s is of kind %s and takes nothing back', id, about.kind), 'use: certwire recall, or draft --supersedes');
	ELSIF old.channel <> about.channel THEN
		PERFORM fail('CW004', format('publication %s is of channel %s', left(old.id, 8), old.channel),
			'only the editors of its own channel take a publication back');
	END IF;
	PERFORM check_reference(id, relation_of(about.kind), old);
	INSERT INTO publication_reference (publication, relation, target) VALUES (id, relation_of(about.kind), target);
END
$$;
COMMENT ON FUNCTION certwire.draft_reference IS 'Says what a draft recalls or supersedes, between begin and finish. 登记草稿所召回或替代的发布件。';
GRANT EXECUTE ON FUNCTION certwire.draft_reference TO certwire_editor;

-- At commit, when the draft is whole: its kind and what it names fit, and a number goes out twice only
-- when the newer one says that it replaces the older.
CREATE FUNCTION certwire.draft_fits()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
DECLARE
	namesake publication;
BEGIN
	IF relation_of(NEW.kind) IS NOT NULL AND NOT EXISTS (SELECT FROM publication_reference r WHERE r.publication = NEW.id) THEN
		PERFORM fail('CW002', format('draft %s is of kind %s and names nothing', NEW.id, NEW.kind),
			'call draft_reference between draft_begin and draft_finish');
	ELSIF NEW.kind = 'recall' THEN
		RETURN NULL;
	END IF;
	-- Of two drafts at once the second sees the first.
	PERFORM pg_advisory_xact_lock(hashtextextended('certwire.number ' || NEW.channel || ' ' || NEW.number, 0));
	SELECT p.* INTO namesake FROM publication p
		WHERE p.channel = NEW.channel AND p.number = NEW.number AND p.id <> NEW.id AND p.state <> 'withdrawn' AND p.kind <> 'recall'
			AND NOT EXISTS (SELECT FROM publication_reference r JOIN publication q ON q.id = r.publication
				WHERE r.target = p.id AND r.relation = 'supersedes' AND q.state <> 'withdrawn')
		ORDER BY p.drafted_at LIMIT 1;
	IF namesake.id IS NOT NULL THEN
		PERFORM fail('CW005', format('%s %s exists already: %s, %s', NEW.channel, NEW.number, left(namesake.id, 8), namesake.state),
			CASE WHEN namesake.state = 'issued' THEN format('to replace it: --supersedes %s', left(namesake.id, 8))
				ELSE format('withdraw that one first: certwire withdraw %s', left(namesake.id, 8)) END);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.draft_fits IS 'At commit: kind and references fit, and no number goes out twice unless it supersedes. 提交时检查期号与引用关系。';
CREATE CONSTRAINT TRIGGER publication_fits AFTER INSERT ON certwire.publication
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION certwire.draft_fits();

CREATE FUNCTION certwire.publication_references(id text)
	RETURNS TABLE (relation text, target text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT r.relation, r.target FROM publication_reference r WHERE r.publication = publication_references.id ORDER BY r.target
$$;
COMMENT ON FUNCTION certwire.publication_references IS 'What a publication recalls or supersedes. 所召回或替代的发布件。';
GRANT EXECUTE ON FUNCTION certwire.publication_references TO certwire_editor, certwire_dispatcher, certwire_admin, certwire_auditor;

-- The audience of a recall: whoever may have what it takes back.

CREATE OR REPLACE FUNCTION certwire.audience_rule(rule bytea)
	RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = certwire, pg_temp AS $$
DECLARE
	parsed jsonb;
BEGIN
	BEGIN
		parsed := convert_from(rule, 'UTF8')::jsonb;
	EXCEPTION WHEN data_exception THEN
		parsed := NULL;
	END;
	IF parsed IN ('{"v": 1, "rule": "entitled"}', '{"v": 1, "rule": "holders"}') THEN
		RETURN parsed;
	ELSIF jsonb_typeof(parsed) = 'object' AND parsed - 'units' = '{"v": 1, "rule": "units"}'
		AND jsonb_typeof(parsed -> 'units') = 'array' AND jsonb_array_length(parsed -> 'units') > 0
		AND NOT jsonb_path_exists(parsed, '$.units[*] ? (@.type() != "string")') THEN
		RETURN parsed;
	END IF;
	PERFORM fail('CW004', 'the audience rule is malformed',
		'use {"v":1,"rule":"entitled"} or {"v":1,"rule":"units","units":["a","b"]}, for a recall {"v":1,"rule":"holders"}');
	RETURN NULL;
END
$$;

-- Whoever was sealed to may have it, heard of or not.
CREATE FUNCTION certwire.holders(targets text[])
	RETURNS TABLE (unit text) LANGUAGE sql STABLE AS $$
	SELECT DISTINCT d.unit FROM certwire.delivery d
	WHERE d.publication = ANY (targets) AND (d.stored_at IS NOT NULL
		OR EXISTS (SELECT FROM certwire.delivery_grant g WHERE g.publication = d.publication AND g.unit = d.unit))
$$;
COMMENT ON FUNCTION certwire.holders IS 'Units that have stored these publications, or may have: they were sealed to them. 已存或可能已存这些发布件的单位。';

CREATE FUNCTION certwire.recall_audience(target text)
	RETURNS TABLE (unit text, name text, receives boolean, reason text, devices int, waits boolean)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	SELECT u.id::text, u.name::text, s.standing = 'good',
		why_not(s.standing, s.reason, true) || '；恢复资格后收到召回（told once in good standing again）',
		(SELECT count(*)::int FROM device d WHERE d.unit = u.id AND d.certificate IS NOT NULL
			AND d.revoked_at IS NULL AND d.not_after > right_now()),
		false
	FROM holders(ARRAY[recall_audience.target]) h
	JOIN unit u ON u.id = h.unit
	JOIN standing_at(right_now()) s ON s.unit = u.id
	ORDER BY s.standing <> 'good', u.id
$$;
COMMENT ON FUNCTION certwire.recall_audience IS 'Who would be told now that this publication is recalled, and who only later and why. 召回的受众预览。';
GRANT EXECUTE ON FUNCTION certwire.recall_audience TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.claims_at(at timestamptz)
	RETURNS TABLE (unit text, channel text, recalls boolean) LANGUAGE sql STABLE AS $$
	SELECT r.unit, r.channel, false FROM certwire.rights_at(at) r
	UNION ALL
	SELECT s.unit, c.id, true FROM certwire.standing_at(at) s CROSS JOIN certwire.channel c WHERE s.standing = 'good'
$$;
COMMENT ON FUNCTION certwire.claims_at IS 'What a unit may be sent at that time: its rights; a recall, whatever its rights, in good standing. 某时刻可向单位发送的内容。';

-- Issue.

-- The next gapless numbers, for those of these units that have no entry yet. The entitlement lock is held.
CREATE FUNCTION certwire.enter_units(about certwire.publication, units text[], keyset int, moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	entered int;
BEGIN
	WITH numbered AS (
		SELECT r.unit, l.epoch, 1 + coalesce((SELECT e.number FROM entry e
			WHERE e.unit = r.unit AND e.epoch = l.epoch ORDER BY e.number DESC LIMIT 1), 0) AS number
		FROM unnest(units) r (unit) CROSS JOIN ledger l
		WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.unit = r.unit AND d.publication = about.id)
	), made AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT n.unit, n.epoch, n.number, about.kind, about.id, moment, keyset FROM numbered n
	)
	INSERT INTO delivery (publication, unit, epoch, number, next_offer_at)
		SELECT about.id, n.unit, n.epoch, n.number, moment FROM numbered n;
	GET DIAGNOSTICS entered = ROW_COUNT;
	RETURN entered;
END
$$;
COMMENT ON FUNCTION certwire.enter_units IS 'Enters a publication into the mailboxes of these units. 写入指定单位信箱。';

CREATE OR REPLACE FUNCTION certwire.enter_audience(about certwire.publication, only_group text, keyset int, moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	named jsonb := audience_rule(about.audience) -> 'units';
BEGIN
	RETURN enter_units(about, ARRAY(SELECT r.unit FROM rights_at(moment) r
		WHERE r.channel = about.channel AND (named IS NULL OR named ? r.unit)
			AND (only_group IS NULL OR in_group(only_group, r.unit, moment))), keyset, moment);
END
$$;

-- What this one takes back, of its own channel, is owed to nobody any more. A recall has the last word
-- over a supersession. The entitlement lock is held.
DROP FUNCTION certwire.end_recalled;
CREATE FUNCTION certwire.take_back(newer certwire.publication, targets text[], moment timestamptz)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	ended_units text[];
	ended_publications text[];
BEGIN
	UPDATE publication p SET recalled_at = moment, recalled_by = newer.id, rest_due_at = NULL
		WHERE p.id = ANY (targets) AND p.channel = newer.channel AND p.state = 'issued' AND p.kind <> 'recall'
			AND (p.recalled_at IS NULL OR newer.kind = 'recall'
				AND EXISTS (SELECT FROM publication q WHERE q.id = p.recalled_by AND q.kind = 'supersede'));
	WITH ended AS (
		UPDATE delivery d SET state = 'recalled', ended_at = moment, to_seal = false,
				ended_reason = format(CASE newer.kind WHEN 'recall' THEN '已由 %s 号召回（recalled by %s）'
					ELSE '已由 %s 号替代（superseded by %s）' END, newer.number, left(newer.id, 8))
			FROM publication p
			WHERE p.id = d.publication AND p.recalled_by = newer.id AND d.state = 'owed'
			RETURNING d.unit, d.publication
	)
	SELECT array_agg(e.unit), array_agg(e.publication) INTO ended_units, ended_publications FROM ended e;
	IF cardinality(ended_units) > 0 THEN
		PERFORM enter_voids(ended_units, ended_publications, moment);
	END IF;
	RETURN coalesce(cardinality(ended_units), 0);
END
$$;
COMMENT ON FUNCTION certwire.take_back IS 'Ends the deliveries of what a recall or a supersession names. 终止被召回或被替代件的投递。';

CREATE OR REPLACE FUNCTION certwire.issue_due(fence bigint, only_publication text DEFAULT NULL, verified int DEFAULT NULL,
	recalls text[] DEFAULT '{}')
	RETURNS TABLE (publication text, deliveries int, channel text, parts int, to_channel boolean)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	version bigint;
	moment timestamptz;
	current_keyset keyset;
	due publication;
	policy channel_policy;
	issued int;
	ended int;
BEGIN
	PERFORM check_fence(fence);
	version := entitlement_lock();
	moment := clock_timestamp();
	SELECT k.* INTO current_keyset FROM keyset k ORDER BY k.version DESC LIMIT 1;
	SELECT p.* INTO due FROM publication p
		WHERE p.state = 'approved' AND p.issue_requested_at IS NOT NULL AND p.issue_refused_at IS NULL
			AND (only_publication IS NULL OR p.id = only_publication)
			AND (p.not_before IS NULL OR p.not_before <= moment)
			AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND count_signatures(p.id) >= approvals_for(current_keyset.version, p.channel)
		ORDER BY p.issue_requested_at, p.id
		LIMIT 1
		FOR UPDATE;
	IF due.id IS NULL THEN
		RETURN;
	-- Somebody signed since: that signature would go out unverified. In a statement after the lock.
	ELSIF count_signatures(due.id) <> verified THEN
		RETURN;
	ELSIF current_keyset.expires_at <= moment THEN
		PERFORM fail('CW002', format('keyset %s has expired', current_keyset.version),
			'the root signs a new keyset, a registrar imports it');
	END IF;
	SELECT c.* INTO STRICT policy FROM channel_policy c WHERE c.channel = due.channel AND c.until IS NULL;
	IF due.kind = 'recall' THEN
		issued := enter_units(due, ARRAY(SELECT h.unit FROM holders(recalls) h), current_keyset.version, moment);
		policy.head_start := NULL;
	ELSE
		issued := enter_audience(due, policy.preferred, current_keyset.version, moment);
	END IF;
	UPDATE publication p SET state = 'issued', issued_at = moment, keyset = current_keyset.version, issued_version = version,
			rest_due_at = moment + policy.head_start
		WHERE p.id = due.id;
	IF relation_of(due.kind) IS NOT NULL THEN
		ended := take_back(due, recalls, moment);
	END IF;
	PERFORM record_act('issue_due', due.id, jsonb_build_object('deliveries', issued, 'version', version,
		'keyset', current_keyset.version, 'fence', fence)
		|| CASE WHEN relation_of(due.kind) IS NOT NULL THEN jsonb_build_object(relation_of(due.kind), recalls, 'ended', ended) ELSE '{}' END);
	PERFORM pg_notify('certwire_issue', due.id);
	RETURN QUERY SELECT due.id::text, issued, due.channel, due.parts,
		audience_rule(due.audience) -> 'units' IS NULL AND policy.preferred IS NULL AND due.kind <> 'recall';
END
$$;

-- Claims, where they are read: as 0008, 0009 and 0012 had it with rights.

CREATE OR REPLACE FUNCTION certwire.deliveries_to_seal(fence bigint, kid text, max_rows int)
	RETURNS TABLE (publication text, unit text, content_key bytea, device text, device_kid text, certificate text)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
BEGIN
	PERFORM check_fence(fence);
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	RETURN QUERY
		SELECT d.publication, d.unit, c.sealed, v.device::text, v.kid::text, v.certificate
		FROM delivery d
		JOIN publication p ON p.id = d.publication
		JOIN claims_at(moment) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
		JOIN content_key c ON c.publication = d.publication AND c.kid = kid
		JOIN device v ON v.unit = d.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL
			AND v.not_before <= moment AND v.not_after > moment
		WHERE d.to_seal AND d.state IN ('owed', 'settled') AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
			AND NOT EXISTS (SELECT FROM delivery_grant g
				WHERE g.publication = d.publication AND g.unit = d.unit AND g.device = v.device)
		ORDER BY d.publication, d.unit, v.device
		LIMIT max_rows;
END
$$;

CREATE OR REPLACE FUNCTION certwire.put_grants(fence bigint, publications text[], units text[], devices text[], kids text[], sealeds bytea[])
	RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
	put int;
BEGIN
	PERFORM check_fence(fence);
	-- Held already when the deliveries were read in this transaction; else rights are read anew under it.
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	WITH allowed AS (
		SELECT g.publication, g.unit, g.device, g.kid, g.sealed
		FROM unnest(publications, units, devices, kids, sealeds) g (publication, unit, device, kid, sealed)
		JOIN delivery d ON d.publication = g.publication AND d.unit = g.unit AND d.state IN ('owed', 'settled')
		JOIN publication p ON p.id = d.publication AND p.recalled_at IS NULL
		JOIN claims_at(moment) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
		JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.kid = g.kid AND v.revoked_at IS NULL
			AND v.not_before <= moment AND v.not_after > moment
	)
	INSERT INTO delivery_grant (publication, unit, device, kid, sealed)
		SELECT a.publication, a.unit, a.device, a.kid, a.sealed FROM allowed a ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	-- Offered at once; and not looked at again until another device comes.
	UPDATE delivery d SET next_offer_at = least(d.next_offer_at, moment),
			to_seal = EXISTS (SELECT FROM device v
				WHERE v.unit = d.unit AND v.certificate IS NOT NULL AND v.revoked_at IS NULL AND v.not_after > moment
					AND NOT EXISTS (SELECT FROM delivery_grant g
						WHERE g.publication = d.publication AND g.unit = d.unit AND g.device = v.device))
		FROM (SELECT DISTINCT g.publication, g.unit FROM unnest(publications, units) g (publication, unit)) n
		WHERE d.publication = n.publication AND d.unit = n.unit;
	RETURN put;
END
$$;

CREATE OR REPLACE FUNCTION certwire.offers_due(fence bigint, retry interval, max_rows int)
	RETURNS TABLE (unit text, publication text, epoch int, number int, kind text, channel text, parts int,
		to_channel boolean, offers int, entry text, devices text[], kids text[], sealed bytea[])
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		-- Units take turns: the first of each, then the second of each. One with a year of backlog does not
		-- stand before another's fresh one.
		WITH ready AS MATERIALIZED (
			SELECT d.publication, d.unit, d.next_offer_at, row_number() OVER (PARTITION BY d.unit ORDER BY d.number) AS turn
			FROM delivery d
			JOIN publication p ON p.id = d.publication
			JOIN claims_at(moment) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
			JOIN entry e ON e.unit = d.unit AND e.epoch = d.epoch AND e.number = d.number AND e.digest IS NOT NULL
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
				AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present)
				AND EXISTS (SELECT FROM delivery_grant g WHERE g.publication = d.publication AND g.unit = d.unit)
		), due AS (
			SELECT d.publication, d.unit
			FROM (SELECT r.publication, r.unit FROM ready r ORDER BY r.turn, r.next_offer_at, r.unit LIMIT max_rows) n
			JOIN delivery d ON d.publication = n.publication AND d.unit = n.unit
			WHERE d.state = 'owed' AND d.next_offer_at <= moment
			FOR UPDATE OF d SKIP LOCKED
		), offered AS (
			UPDATE delivery d SET offers = d.offers + 1,
				first_offered_at = coalesce(d.first_offered_at, moment), last_offered_at = moment,
				next_offer_at = moment
					+ least(retry * power(2, least(d.offers, 20)), interval '1 hour') * (0.5 + random())
			FROM due WHERE d.publication = due.publication AND d.unit = due.unit
			RETURNING d.publication, d.unit, d.epoch, d.number, d.offers
		)
		SELECT o.unit, o.publication, o.epoch, o.number, p.kind, p.channel, p.parts,
			audience_rule(p.audience) -> 'units' IS NULL, o.offers, newest_entry_jws(o.unit, o.epoch, o.number),
			g.devices, g.kids, g.sealed
		FROM offered o
		JOIN publication p ON p.id = o.publication
		CROSS JOIN LATERAL (
			SELECT array_agg(y.device ORDER BY y.device) AS devices, array_agg(y.kid::text ORDER BY y.device) AS kids,
				array_agg(y.sealed ORDER BY y.device) AS sealed
			FROM delivery_grant y
			JOIN device v ON v.unit = y.unit AND v.device = y.device AND v.revoked_at IS NULL AND v.not_after > moment
			WHERE y.publication = o.publication AND y.unit = o.unit
		) g
		WHERE g.devices IS NOT NULL
		ORDER BY o.unit, o.number;
END
$$;

CREATE OR REPLACE FUNCTION certwire.owed_to(fence bigint, unit text, device text, epoch int, last int, have int4multirange,
	grants bigint[], max_rows int)
	RETURNS TABLE (number int, kind text, publication text, entry text, kid text, sealed bytea)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	ledger_epoch int;
BEGIN
	PERFORM check_fence(fence);
	SELECT l.epoch INTO STRICT ledger_epoch FROM ledger l;
	IF NOT EXISTS (SELECT FROM standing_at(moment) s WHERE s.unit = unit AND s.standing = 'good') THEN
		RETURN;
	END IF;
	IF epoch IS DISTINCT FROM ledger_epoch THEN
		last := 0;
		have := '{}';
		grants := '{}';
	END IF;
	-- A device that came late asks for what another device of its unit has stored: to be sealed to it.
	IF cardinality(grants) > 0 THEN
		UPDATE delivery d SET to_seal = true
			WHERE d.unit = unit AND d.epoch = ledger_epoch AND d.number = ANY (grants) AND NOT d.to_seal
				AND d.state IN ('owed', 'settled')
				AND NOT EXISTS (SELECT FROM delivery_grant g
					WHERE g.publication = d.publication AND g.unit = unit AND g.device = device);
	END IF;
	RETURN QUERY
		SELECT e.number, e.kind, e.publication, newest_entry_jws(e.unit, e.epoch, e.number), w.kid::text, w.sealed
		FROM entry e
		LEFT JOIN (
			SELECT d.publication, g.kid, g.sealed
			FROM delivery d
			JOIN publication p ON p.id = d.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
				AND p.recalled_at IS NULL
			JOIN claims_at(moment) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
			JOIN delivery_grant g ON g.publication = d.publication AND g.unit = d.unit AND g.device = device
			JOIN device v ON v.unit = g.unit AND v.device = g.device AND v.revoked_at IS NULL AND v.not_after > moment
			WHERE d.unit = unit AND d.state IN ('owed', 'settled')
		) w ON w.publication = e.publication
		WHERE e.unit = unit AND e.epoch = ledger_epoch AND e.digest IS NOT NULL
			AND ((e.number > coalesce(last, 0) AND NOT e.number <@ coalesce(have, '{}'::int4multirange))
				OR (e.number = ANY (grants) AND w.sealed IS NOT NULL))
		ORDER BY e.number
		LIMIT max_rows;
END
$$;

CREATE OR REPLACE FUNCTION certwire.parts_for(fence bigint, unit text, publication text, from_index int, to_index int)
	RETURNS TABLE (index int, data bytea, count int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
BEGIN
	PERFORM check_fence(fence);
	RETURN QUERY
		SELECT q.index, q.data, p.parts
		FROM publication_part q
		JOIN publication p ON p.id = q.publication AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND p.recalled_at IS NULL
		JOIN delivery d ON d.publication = q.publication AND d.unit = unit AND d.state IN ('owed', 'settled')
		JOIN claims_at(moment) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
		WHERE q.publication = publication AND q.index BETWEEN from_index AND to_index
		ORDER BY q.index;
END
$$;

CREATE OR REPLACE FUNCTION certwire.publication_status(id text)
	RETURNS TABLE (unit text, name text, state text, held_reason text, present boolean, epoch int, number int, offers int,
		first_offered_at timestamptz, last_offered_at timestamptz, next_offer_at timestamptz, stored_at timestamptz,
		opened_at timestamptz, refused_code int, refused_at timestamptz, ended_at timestamptz, ended_reason text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT d.unit, u.name::text, d.state,
		CASE WHEN d.state = 'owed' THEN coalesce(why_not(s.standing, s.reason, r.unit IS NOT NULL),
			CASE WHEN NOT EXISTS (SELECT FROM device v WHERE v.unit = d.unit AND v.certificate IS NOT NULL
					AND v.revoked_at IS NULL AND v.not_after > right_now())
				THEN '没有有效设备（no live device）' END) END,
		EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present),
		d.epoch, d.number, d.offers, d.first_offered_at, d.last_offered_at, d.next_offer_at, d.stored_at, d.opened_at,
		d.refused_code, d.refused_at, d.ended_at, d.ended_reason::text
	FROM delivery d
	JOIN publication p ON p.id = d.publication
	JOIN unit u ON u.id = d.unit
	JOIN standing_at(right_now()) s ON s.unit = d.unit
	LEFT JOIN claims_at(right_now()) r ON r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall')
	WHERE d.publication = publication_status.id
	ORDER BY d.unit
$$;

CREATE OR REPLACE FUNCTION certwire.effective_at(publication text, unit text)
	RETURNS TABLE (id text, channel text, number text, issued_at timestamptz, standing text, standing_reason text,
		entitled boolean, in_audience boolean, entry int, entered_at timestamptz, entitled_when_entered boolean, detail text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
	held tstzmultirange;
BEGIN
	PERFORM check_unit(unit);
	SELECT p.* INTO about FROM publication p WHERE starts_with(p.id, publication) AND octet_length(publication) >= 4
		ORDER BY p.id LIMIT 1;
	IF about.id IS NULL THEN
		PERFORM fail('CW003', format('there is no publication %L', publication), 'SELECT id, channel, number, state FROM certwire.publication');
	ELSIF (SELECT count(*) FROM publication p WHERE starts_with(p.id, publication)) > 1 THEN
		PERFORM fail('CW004', format('%L begins several publications'' ids', publication), 'give more of its digits');
	ELSIF about.issued_at IS NULL THEN
		PERFORM fail('CW002', format('publication %s is not issued', left(about.id, 8)), 'see certwire.audience for who would receive it now');
	END IF;
	held := rights_history(unit, about.channel);
	RETURN QUERY
		SELECT about.id::text, about.channel, about.number, about.issued_at, s.standing, s.reason::text,
			held @> about.issued_at, coalesce(audience_rule(about.audience) -> 'units' ? unit, true),
			e.number, e.issued_at, CASE WHEN e.issued_at IS NOT NULL THEN held @> e.issued_at END,
			CASE WHEN e.number IS NOT NULL AND e.issued_at = about.issued_at THEN '发布时即列入（entered at issue）'
				WHEN e.number IS NOT NULL THEN '事后补录（entered afterwards, by the channel''s policy）'
				WHEN s.unit IS NULL THEN '当时尚未登记（not yet known at issue）'
				WHEN about.kind = 'recall' THEN '未曾收到被召回件（never had what is recalled）'
				WHEN NOT coalesce(audience_rule(about.audience) -> 'units' ? unit, true) THEN '不在发布范围内（not in the audience）'
				WHEN NOT held @> about.issued_at THEN '当时无权接收（not entitled at issue）'
				WHEN about.rest_due_at IS NOT NULL THEN '优先期内，稍后列入（waits while others have a head start）'
				ELSE '当时有权而未列入（entitled and not entered）' END
		FROM (SELECT 1) one
		LEFT JOIN standing_at(about.issued_at) s ON s.unit = unit
		LEFT JOIN LATERAL (SELECT n.number, n.issued_at FROM entry n
			WHERE n.unit = unit AND n.publication = about.id ORDER BY n.epoch LIMIT 1) e ON true;
END
$$;

-- Reading.

CREATE FUNCTION certwire.publication_fate(id text, OUT fate text, OUT by text, OUT at timestamptz)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT CASE r.relation WHEN 'recalls' THEN 'recalled' ELSE 'superseded' END, q.id::text, q.issued_at
	FROM publication_reference r JOIN publication q ON q.id = r.publication AND q.state = 'issued'
	WHERE r.target = publication_fate.id ORDER BY r.relation, q.issued_at LIMIT 1
$$;
COMMENT ON FUNCTION certwire.publication_fate IS 'What became of an issued publication: recalled or superseded, by which and when; null: it stands. 发布件是否已被召回或替代。';
GRANT EXECUTE ON FUNCTION certwire.publication_fate TO certwire_editor, certwire_admin, certwire_auditor;

-- A unit confirms once it has stored the recall, or the newer one, and each live device of it that had
-- stored the old one has said *recalled* of that.
CREATE FUNCTION certwire.recall_confirmations(id text)
	RETURNS TABLE (unit text, name text, target text, by text, had boolean, confirmed_at timestamptz, waits_for text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT b.unit, u.name::text, r.target, r.publication, d.devices IS NOT NULL,
		CASE WHEN b.stored_at IS NOT NULL AND d.lacking IS NULL THEN greatest(b.stored_at, d.last_at) END, d.lacking
	FROM publication_reference r
	JOIN publication q ON q.id = r.publication AND q.state = 'issued'
	JOIN delivery b ON b.publication = r.publication
	JOIN unit u ON u.id = b.unit
	CROSS JOIN LATERAL (
		SELECT array_agg(i.device) AS devices, max(c.reached_at) AS last_at,
			string_agg(i.device, ', ' ORDER BY i.device) FILTER (WHERE c.device IS NULL) AS lacking
		FROM receipt_item i
		JOIN device v ON v.unit = i.unit AND v.device = i.device AND v.revoked_at IS NULL AND v.not_after > right_now()
		LEFT JOIN receipt_item c ON c.publication = i.publication AND c.unit = i.unit AND c.device = i.device AND c.state = 'recalled'
		WHERE i.publication = r.target AND i.unit = b.unit AND i.state = 'stored'
	) d
	WHERE (r.target = recall_confirmations.id OR r.publication = recall_confirmations.id)
		AND (q.kind = 'recall' OR d.devices IS NOT NULL)
	ORDER BY r.publication, r.target, b.unit
$$;
COMMENT ON FUNCTION certwire.recall_confirmations IS 'Of a recall or supersession, or of what it took back: which unit has quarantined its copies, by receipts. 召回或替代的确认情况。';
GRANT EXECUTE ON FUNCTION certwire.recall_confirmations TO certwire_editor, certwire_admin, certwire_auditor;

CREATE OR REPLACE VIEW certwire.receipt_board AS
SELECT p.channel, p.number, left(p.id, 8) AS short_id, d.unit, u.name::text,
	CASE WHEN d.state <> 'owed' THEN d.state WHEN d.refused_at IS NOT NULL THEN 'refused' WHEN d.offers > 0 THEN 'offered'
		ELSE 'owed' END AS state,
	d.offers, d.stored_at, d.opened_at, d.refused_code, i.device, i.receipt, i.settled_at, p.issued_at,
	k.confirmed || '/' || k.told AS recall_confirmed, k.confirmed_at
FROM certwire.delivery d
JOIN certwire.publication p ON p.id = d.publication
JOIN certwire.unit u ON u.id = d.unit
LEFT JOIN LATERAL (SELECT x.device, x.receipt, x.settled_at FROM certwire.receipt_item x
	WHERE x.publication = d.publication AND x.unit = d.unit AND x.state = 'stored'
	ORDER BY x.settled_at, x.device LIMIT 1) i ON true
LEFT JOIN (SELECT w.id, c.unit, c.confirmed_at, count(c.confirmed_at) OVER v AS confirmed, count(*) OVER v AS told
	FROM certwire.publication w CROSS JOIN LATERAL certwire.recall_confirmations(w.id) c
	WHERE c.by = w.recalled_by WINDOW v AS (PARTITION BY w.id)) k ON k.id = d.publication AND k.unit = d.unit;
COMMENT ON COLUMN certwire.receipt_board.recall_confirmed IS 'Where it was recalled or superseded: how many of those told have confirmed, such as 41/47. 召回确认数。';
COMMENT ON COLUMN certwire.receipt_board.confirmed_at IS 'When this unit had all its copies quarantined. 本单位确认时间。';
