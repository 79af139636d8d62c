-- How many of each publication's deliveries are in which state, kept beside the deliveries, so that
-- lists and boards read some hundred rows of a publication and not ten thousand.
--
-- Whoever changes a delivery only adds rows here: two who settle for one publication never wait for each
-- other. The dispatcher folds what was added into the counts now and then; a sum over both is exact in
-- every snapshot, because what was added commits with the delivery's change.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.delivery_count (
	publication text NOT NULL,
	what text NOT NULL CHECK (what IN ('owed', 'settled', 'expired', 'recalled', 'stored', 'opened', 'refused')),
	day date,
	took_s int,
	many int NOT NULL,
	CONSTRAINT delivery_count_once UNIQUE NULLS NOT DISTINCT (publication, what, day, took_s),
	CONSTRAINT delivery_count_stored CHECK (num_nulls(day, took_s) = CASE WHEN what = 'stored' THEN 0 ELSE 2 END)
);
COMMENT ON TABLE certwire.delivery_count IS 'How many deliveries of a publication are what; with delivery_count_change. 各发布件应交付项的计数。';
COMMENT ON COLUMN certwire.delivery_count.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.delivery_count.what IS 'A state of the delivery (owed, settled, expired, recalled), or stored, opened, refused (and not stored). 计数种类。';
COMMENT ON COLUMN certwire.delivery_count.day IS 'Of stored: the day, in Beijing. 存入日期。';
COMMENT ON COLUMN certwire.delivery_count.took_s IS 'Of stored: seconds since issue, as took() rounds them. 存入用时（秒，已取整）。';
COMMENT ON COLUMN certwire.delivery_count.many IS 'How many. 数量。';

CREATE TABLE certwire.delivery_count_change (
	publication text NOT NULL,
	what text NOT NULL,
	day date,
	took_s int,
	many int NOT NULL
);
COMMENT ON TABLE certwire.delivery_count_change IS 'What is to be added to delivery_count; only ever inserted, but by who folds. 待并入计数的增减。';
COMMENT ON COLUMN certwire.delivery_count_change.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.delivery_count_change.what IS 'As there. 计数种类。';
COMMENT ON COLUMN certwire.delivery_count_change.day IS 'As there. 存入日期。';
COMMENT ON COLUMN certwire.delivery_count_change.took_s IS 'As there. 存入用时。';
COMMENT ON COLUMN certwire.delivery_count_change.many IS 'How many more; negative: fewer. 增减数量。';
GRANT SELECT ON certwire.delivery_count, certwire.delivery_count_change TO certwire_admin, certwire_auditor;

-- As exact as people read it: seconds up to two minutes, then ten seconds, minutes from an hour on, hours from a day on.
CREATE FUNCTION certwire.took(issued_at timestamptz, stored_at timestamptz)
	RETURNS int LANGUAGE sql IMMUTABLE AS $$
	SELECT (s - CASE WHEN s < 120 THEN 0 WHEN s < 3600 THEN s % 10 WHEN s < 86400 THEN s % 60 ELSE s % 3600 END)::int
	FROM (SELECT greatest(0, floor(date_part('epoch', stored_at - issued_at)))::bigint AS s) exact
$$;
COMMENT ON FUNCTION certwire.took IS 'Seconds from issue to stored, rounded down as people read them; 0 when the device''s clock was behind. 发布至存入的用时（取整）。';

-- What one delivery counts as.
CREATE FUNCTION certwire.counts_as(state text, stored_at timestamptz, opened_at timestamptz, refused_at timestamptz, issued_at timestamptz)
	RETURNS TABLE (what text, day date, took_s int) LANGUAGE sql IMMUTABLE AS $$
	SELECT state, NULL::date, NULL::int
	UNION ALL
	SELECT 'stored', certwire.local_date(greatest(stored_at, issued_at)), certwire.took(issued_at, stored_at) WHERE stored_at IS NOT NULL
	UNION ALL
	SELECT 'opened', NULL, NULL WHERE opened_at IS NOT NULL
	UNION ALL
	SELECT 'refused', NULL, NULL WHERE refused_at IS NOT NULL AND stored_at IS NULL
$$;
COMMENT ON FUNCTION certwire.counts_as IS 'What a delivery in that state counts as. 一个应交付项计入哪些计数。';

CREATE FUNCTION certwire.count_entered()
	RETURNS trigger LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	INSERT INTO delivery_count_change (publication, what, day, took_s, many)
		SELECT d.publication, c.what, c.day, c.took_s, CASE TG_OP WHEN 'DELETE' THEN -count(*) ELSE count(*) END
		FROM counted d JOIN publication p ON p.id = d.publication
		CROSS JOIN LATERAL counts_as(d.state, d.stored_at, d.opened_at, d.refused_at, p.issued_at) c
		GROUP BY d.publication, c.what, c.day, c.took_s;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.count_entered IS 'Counts new deliveries, or those taken away. 计入新增或删除的应交付项。';

CREATE FUNCTION certwire.count_changed()
	RETURNS trigger LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	issued timestamptz := (SELECT p.issued_at FROM publication p WHERE p.id = NEW.publication);
BEGIN
	INSERT INTO delivery_count_change (publication, what, day, took_s, many)
		SELECT NEW.publication, c.what, c.day, c.took_s, sum(c.many)
		FROM (
			SELECT 1 AS many, n.* FROM counts_as(NEW.state, NEW.stored_at, NEW.opened_at, NEW.refused_at, issued) n
			UNION ALL
			SELECT -1, o.* FROM counts_as(OLD.state, OLD.stored_at, OLD.opened_at, OLD.refused_at, issued) o
		) c
		GROUP BY c.what, c.day, c.took_s
		HAVING sum(c.many) <> 0;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.count_changed IS 'Counts what became of a delivery. 计入应交付项的状态变化。';

CREATE TRIGGER delivery_entered AFTER INSERT ON certwire.delivery
	REFERENCING NEW TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION certwire.count_entered();
CREATE TRIGGER delivery_taken_away AFTER DELETE ON certwire.delivery
	REFERENCING OLD TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION certwire.count_entered();
-- An offer, which is the most frequent change, counts as nothing.
CREATE TRIGGER delivery_changed AFTER UPDATE ON certwire.delivery FOR EACH ROW
	WHEN (OLD.state <> NEW.state OR OLD.stored_at IS DISTINCT FROM NEW.stored_at OR OLD.opened_at IS DISTINCT FROM NEW.opened_at
		OR OLD.refused_at IS DISTINCT FROM NEW.refused_at)
	EXECUTE FUNCTION certwire.count_changed();

-- From the deliveries themselves.
CREATE FUNCTION certwire.recounted()
	RETURNS TABLE (publication text, what text, day date, took_s int, many bigint)
	LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT d.publication, c.what, c.day, c.took_s, count(*)
	FROM delivery d JOIN publication p ON p.id = d.publication
	CROSS JOIN LATERAL counts_as(d.state, d.stored_at, d.opened_at, d.refused_at, p.issued_at) c
	GROUP BY d.publication, c.what, c.day, c.took_s
$$;
COMMENT ON FUNCTION certwire.recounted IS 'The counts as the deliveries give them; reads them all. 由应交付项重新计数。';

CREATE FUNCTION certwire.recount()
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
BEGIN
	LOCK TABLE delivery IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM delivery_count_change;
	DELETE FROM delivery_count;
	INSERT INTO delivery_count (publication, what, day, took_s, many)
		SELECT r.publication, r.what, r.day, r.took_s, r.many FROM recounted() r ORDER BY r.publication, r.what, r.day, r.took_s;
END
$$;
COMMENT ON FUNCTION certwire.recount IS 'Makes the counts anew, for the owner, after deliveries were changed with triggers off. 重建计数。';
SELECT certwire.recount();

CREATE FUNCTION certwire.counts_that_differ()
	RETURNS TABLE (publication text, what text, day date, took_s int, kept bigint, recounted bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT w.publication, w.what, w.day, w.took_s, sum(w.kept)::bigint, sum(w.recounted)::bigint
	FROM (
		SELECT k.publication, k.what, k.day, k.took_s, k.many AS kept, 0 AS recounted FROM delivery_count k
		UNION ALL
		SELECT k.publication, k.what, k.day, k.took_s, k.many, 0 FROM delivery_count_change k
		UNION ALL
		SELECT r.publication, r.what, r.day, r.took_s, 0, r.many FROM recounted() r
	) w
	GROUP BY 1, 2, 3, 4 HAVING sum(w.kept) <> sum(w.recounted)
	ORDER BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION certwire.counts_that_differ IS 'Whether the counts are those of the deliveries: no row is right. Reads every delivery. 核对计数，无行即一致。';
GRANT EXECUTE ON FUNCTION certwire.counts_that_differ TO certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.fold_counts(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
DECLARE
	folded int;
BEGIN
	PERFORM check_fence(fence);
	IF NOT EXISTS (SELECT FROM delivery_count_change) THEN
		RETURN 0;
	END IF;
	WITH gone AS (
		DELETE FROM delivery_count_change RETURNING *
	), summed AS (
		SELECT g.publication, g.what, g.day, g.took_s, sum(g.many) AS many FROM gone g GROUP BY 1, 2, 3, 4
	), kept AS (
		INSERT INTO delivery_count AS k (publication, what, day, took_s, many)
		SELECT s.publication, s.what, s.day, s.took_s, s.many FROM summed s WHERE s.many <> 0
		ON CONFLICT ON CONSTRAINT delivery_count_once DO UPDATE SET many = k.many + excluded.many
	)
	SELECT count(*) INTO folded FROM gone;
	RETURN folded;
END
$$;
COMMENT ON FUNCTION certwire.fold_counts IS 'Adds the changes to the counts; the sum stays. 并入计数。';
GRANT EXECUTE ON FUNCTION certwire.fold_counts TO certwire_dispatcher;

CREATE FUNCTION certwire.counts_of(publications text[])
	RETURNS TABLE (publication text, what text, day date, took_s int, many int) LANGUAGE sql STABLE AS $$
	SELECT k.publication, k.what, k.day, k.took_s, k.many FROM certwire.delivery_count k WHERE k.publication = ANY (publications)
	UNION ALL
	SELECT k.publication, k.what, k.day, k.took_s, k.many FROM certwire.delivery_count_change k WHERE k.publication = ANY (publications)
$$;
COMMENT ON FUNCTION certwire.counts_of IS 'What adds up to the counts of these publications. 指定发布件的计数明细。';

CREATE FUNCTION certwire.totals_of(publications text[])
	RETURNS TABLE (publication text, deliveries int, owed int, stored int, opened int, refused int, expired int, recalled int)
	LANGUAGE sql STABLE AS $$
	SELECT c.publication, coalesce(sum(c.many) FILTER (WHERE c.what IN ('owed', 'settled', 'expired', 'recalled')), 0)::int,
		coalesce(sum(c.many) FILTER (WHERE c.what = 'owed'), 0)::int, coalesce(sum(c.many) FILTER (WHERE c.what = 'stored'), 0)::int,
		coalesce(sum(c.many) FILTER (WHERE c.what = 'opened'), 0)::int, coalesce(sum(c.many) FILTER (WHERE c.what = 'refused'), 0)::int,
		coalesce(sum(c.many) FILTER (WHERE c.what = 'expired'), 0)::int, coalesce(sum(c.many) FILTER (WHERE c.what = 'recalled'), 0)::int
	FROM certwire.counts_of(publications) c GROUP BY c.publication
$$;
COMMENT ON FUNCTION certwire.totals_of IS 'Counts of these publications; no row for one without deliveries. 指定发布件的计数。';

-- Lists: in pages.

DROP FUNCTION certwire.publications(text, int);
CREATE FUNCTION certwire.publications(prefix text DEFAULT '', max_rows int DEFAULT 100, before text DEFAULT NULL)
	RETURNS TABLE (id text, kind text, channel text, number text, state text, manifest_digest bytea, body_digest bytea,
		stream bytea, parts int, audience bytea, audience_digest bytea, not_before timestamptz, expires_at timestamptz,
		drafted_by text, drafted_at timestamptz, signatures int, approvals_needed int, approved_at timestamptz,
		issue_requested_by text, issue_requested_at timestamptz, issue_refused_code int, issued_at timestamptz,
		keyset int, withdrawn_reason text, deliveries int, owed int, stored int, opened int, refused int, ended int)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH chosen AS MATERIALIZED (
		SELECT w.* FROM publication w LEFT JOIN publication b ON b.id = before
		WHERE starts_with(w.id, prefix)
			AND (before IS NULL OR w.drafted_at < b.drafted_at OR (w.drafted_at = b.drafted_at AND w.id > b.id))
		ORDER BY w.drafted_at DESC, w.id LIMIT max_rows
	)
	SELECT p.id::text, p.kind, p.channel, p.number, p.state, p.manifest_digest, p.body_digest, p.stream, p.parts, p.audience,
		p.audience_digest, p.not_before, p.expires_at, p.drafted_by, p.drafted_at, count_signatures(p.id),
		greatest(p.approvals_needed, CASE WHEN p.state IN ('draft', 'review', 'approved', 'scheduled')
			THEN approvals_for((SELECT max(k.version) FROM keyset k), p.channel) END),
		p.approved_at, p.issue_requested_by, p.issue_requested_at, p.issue_refused_code, p.issued_at, p.keyset,
		p.withdrawn_reason::text, coalesce(d.deliveries, 0), coalesce(d.owed, 0), coalesce(d.stored, 0), coalesce(d.opened, 0),
		coalesce(d.refused, 0), coalesce(d.expired + d.recalled, 0)
	FROM chosen p LEFT JOIN totals_of(ARRAY(SELECT c.id::text FROM chosen c)) d ON d.publication = p.id
	ORDER BY p.drafted_at DESC, p.id
$$;
COMMENT ON FUNCTION certwire.publications IS 'Publications, newest first; at most so many, those older than another. 发布件列表。';
GRANT EXECUTE ON FUNCTION certwire.publications TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.older_publications(id text)
	RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT count(*) FROM publication w JOIN publication b ON b.id = older_publications.id
	WHERE w.drafted_at < b.drafted_at OR (w.drafted_at = b.drafted_at AND w.id > b.id)
$$;
COMMENT ON FUNCTION certwire.older_publications IS 'How many are older than that. 更早的发布件数量。';
GRANT EXECUTE ON FUNCTION certwire.older_publications TO certwire_editor, certwire_admin, certwire_auditor;

-- Boards.

DROP INDEX certwire.delivery_board;
CREATE INDEX delivery_lacking ON certwire.delivery (publication, unit) WHERE state = 'owed';

CREATE OR REPLACE FUNCTION certwire.board_publications(since timestamptz, until timestamptz)
	RETURNS TABLE (id text, kind text, channel text, number text, issued_at timestamptz, deliveries int, owed int, stored int,
		opened int, refused int, expired int, recalled int, median_s bigint, p95_s bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH chosen AS MATERIALIZED (
		SELECT p.id, p.kind, p.channel, p.number, p.issued_at FROM publication p
		WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	), ids AS MATERIALIZED (
		SELECT array_agg(c.id::text) AS of FROM chosen c
	), times AS (
		SELECT r.publication, min(r.took_s) FILTER (WHERE r.running * 2 >= r.whole) AS median_s,
			min(r.took_s) FILTER (WHERE r.running * 100 >= r.whole * 95) AS p95_s
		FROM (
			SELECT c.publication, c.took_s, sum(c.many) OVER (PARTITION BY c.publication ORDER BY c.took_s) AS running,
				sum(c.many) OVER (PARTITION BY c.publication) AS whole
			FROM ids, counts_of(ids.of) c WHERE c.what = 'stored'
		) r WHERE r.whole > 0 GROUP BY r.publication
	)
	SELECT p.id::text, p.kind, p.channel, p.number, p.issued_at, coalesce(d.deliveries, 0), coalesce(d.owed, 0), coalesce(d.stored, 0),
		coalesce(d.opened, 0), coalesce(d.refused, 0), coalesce(d.expired, 0), coalesce(d.recalled, 0), t.median_s, t.p95_s
	FROM chosen p
	LEFT JOIN totals_of((SELECT i.of FROM ids i)) d ON d.publication = p.id
	LEFT JOIN times t ON t.publication = p.id
	ORDER BY p.issued_at, p.id
$$;

CREATE OR REPLACE FUNCTION certwire.board_totals(since timestamptz, until timestamptz, OUT units int, OUT median_s bigint, OUT p95_s bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	-- Those with most deliveries first: most units are found in the first one that is looked at.
	WITH chosen AS MATERIALIZED (
		SELECT p.id::text FROM publication p
		LEFT JOIN delivery_count k ON k.publication = p.id AND k.what = 'settled'
		WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
		ORDER BY k.many DESC NULLS LAST, p.id
	), steps AS (
		SELECT c.took_s, sum(sum(c.many)) OVER (ORDER BY c.took_s) AS running, sum(sum(c.many)) OVER () AS whole
		FROM counts_of(ARRAY(SELECT h.id FROM chosen h)) c WHERE c.what = 'stored' GROUP BY c.took_s
	)
	SELECT (SELECT count(*)::int FROM unit u
			CROSS JOIN LATERAL (SELECT FROM chosen h JOIN delivery d ON d.publication = h.id AND d.unit = u.id LIMIT 1) one),
		(SELECT min(s.took_s) FROM steps s WHERE s.running * 2 >= s.whole AND s.whole > 0),
		(SELECT min(s.took_s) FROM steps s WHERE s.running * 100 >= s.whole * 95 AND s.whole > 0)
$$;

CREATE OR REPLACE FUNCTION certwire.board_units(since timestamptz, until timestamptz, max_rows int)
	RETURNS TABLE (unit text, name text, missing int, cells text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH moment AS MATERIALIZED (SELECT right_now() AS now), chosen AS MATERIALIZED (
		SELECT p.id::text, p.issued_at FROM publication p WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	), lacking AS MATERIALIZED (
		SELECT d.unit, count(*)::int AS missing FROM chosen c JOIN delivery d ON d.publication = c.id AND d.state = 'owed' GROUP BY d.unit
	), worst AS MATERIALIZED (
		(SELECT l.unit, l.missing FROM lacking l ORDER BY l.missing DESC, l.unit LIMIT max_rows)
		UNION ALL
		(SELECT u.id, 0 FROM unit u
			CROSS JOIN LATERAL (SELECT FROM chosen c JOIN delivery d ON d.publication = c.id AND d.unit = u.id LIMIT 1) one
			WHERE NOT EXISTS (SELECT FROM lacking l WHERE l.unit = u.id)
			ORDER BY u.id LIMIT greatest(0, max_rows - (SELECT count(*) FROM lacking)))
	)
	SELECT w.unit, u.name::text, w.missing,
		string_agg(CASE WHEN d.unit IS NULL THEN ' ' WHEN d.opened_at IS NOT NULL THEN 'p' WHEN d.stored_at IS NOT NULL THEN 's'
			WHEN d.state = 'expired' THEN 'x' WHEN d.state = 'recalled' THEN 'c' WHEN s.standing <> 'good' THEN 'h'
			WHEN d.refused_at IS NOT NULL THEN 'r' ELSE 'o' END, '' ORDER BY c.issued_at, c.id)
	FROM moment m
	CROSS JOIN worst w
	JOIN unit u ON u.id = w.unit
	JOIN standing s ON s.unit = w.unit AND s.since <= m.now AND (s.until IS NULL OR s.until > m.now)
	CROSS JOIN chosen c
	LEFT JOIN delivery d ON d.publication = c.id AND d.unit = w.unit
	GROUP BY w.unit, u.name, w.missing
	ORDER BY w.missing DESC, w.unit
$$;

CREATE OR REPLACE FUNCTION certwire.board_days(since timestamptz, until timestamptz)
	RETURNS TABLE (day text, issued bigint, stored bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH chosen AS MATERIALIZED (
		SELECT p.id::text, local_date(p.issued_at) AS day FROM publication p
		WHERE p.state = 'issued' AND p.issued_at >= since AND p.issued_at < until
	), daily AS MATERIALIZED (
		SELECT CASE WHEN c.what = 'stored' THEN c.day ELSE h.day END AS day, c.what = 'stored' AS is_stored, sum(c.many) AS many
		FROM chosen h JOIN counts_of(ARRAY(SELECT i.id FROM chosen i)) c ON c.publication = h.id
		WHERE c.what NOT IN ('opened', 'refused') GROUP BY 1, 2
	)
	SELECT g.day::date::text, coalesce(sum(d.many) FILTER (WHERE NOT d.is_stored), 0)::bigint,
		coalesce(sum(d.many) FILTER (WHERE d.is_stored), 0)::bigint
	FROM generate_series(local_date(since)::timestamp, local_date(least(until - interval '1 us', right_now()))::timestamp, '1 day') g (day)
	LEFT JOIN daily d ON d.day <= g.day
	GROUP BY g.day ORDER BY g.day
$$;

-- The right is looked up for what is owed alone; the moment is one for all rows.
CREATE OR REPLACE FUNCTION certwire.publication_status(id text)
	RETURNS TABLE (unit text, name text, state text, held_reason text, present boolean, epoch int, number int, offers int,
		first_offered_at timestamptz, last_offered_at timestamptz, next_offer_at timestamptz, stored_at timestamptz,
		opened_at timestamptz, refused_code int, refused_at timestamptz, ended_at timestamptz, ended_reason text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH moment AS MATERIALIZED (SELECT right_now() AS now)
	SELECT d.unit, u.name::text, d.state,
		CASE WHEN d.state = 'owed' THEN coalesce(why_not(s.standing, s.reason, r.claims IS NOT NULL),
			CASE WHEN NOT EXISTS (SELECT FROM device v WHERE v.unit = d.unit AND v.certificate IS NOT NULL
					AND v.revoked_at IS NULL AND v.not_after > m.now)
				THEN '没有有效设备（no live device）' END) END,
		EXISTS (SELECT FROM presence n WHERE n.unit = d.unit AND n.present),
		d.epoch, d.number, d.offers, d.first_offered_at, d.last_offered_at, d.next_offer_at, d.stored_at, d.opened_at,
		d.refused_code, d.refused_at, d.ended_at, d.ended_reason::text
	FROM moment m
	CROSS JOIN publication p
	JOIN delivery d ON d.publication = p.id
	JOIN unit u ON u.id = d.unit
	JOIN standing s ON s.unit = d.unit AND s.since <= m.now AND (s.until IS NULL OR s.until > m.now)
	LEFT JOIN LATERAL (SELECT true AS claims FROM claims_at(m.now) r
		WHERE d.state = 'owed' AND r.unit = d.unit AND r.channel = p.channel AND r.recalls = (p.kind = 'recall') LIMIT 1) r ON true
	WHERE p.id = publication_status.id
	ORDER BY d.unit
$$;

CREATE OR REPLACE FUNCTION certwire.overdue(since timestamptz, until timestamptz, after interval, max_rows int, only_publication text DEFAULT NULL)
	RETURNS TABLE (unit text, name text, publication text, channel text, number text, issued_at timestamptz, present boolean,
		held_reason text, refused_code int, contact text, phone text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH moment AS MATERIALIZED (SELECT right_now() AS now), late AS MATERIALIZED (
		SELECT d.unit, p.id::text AS publication, p.channel, p.number, p.issued_at, d.refused_code
		FROM moment m
		CROSS JOIN publication p
		JOIN delivery d ON d.publication = p.id AND d.state = 'owed'
		WHERE p.state = 'issued' AND p.issued_at >= overdue.since AND p.issued_at < overdue.until AND p.issued_at <= m.now - after
			AND (only_publication IS NULL OR p.id = only_publication)
		ORDER BY p.issued_at, p.id, d.unit
		LIMIT max_rows
	)
	SELECT l.unit, u.name::text, l.publication, l.channel, l.number, l.issued_at,
		EXISTS (SELECT FROM presence n WHERE n.unit = l.unit AND n.present),
		CASE WHEN s.standing <> 'good' THEN standing_zh(s.standing) || '：' || s.reason END, l.refused_code,
		k.name::text, k.phone::text
	FROM moment m
	CROSS JOIN late l
	JOIN unit u ON u.id = l.unit
	JOIN standing s ON s.unit = l.unit AND s.since <= m.now AND (s.until IS NULL OR s.until > m.now)
	LEFT JOIN LATERAL (SELECT c.name, c.phone FROM contact c
		WHERE c.unit = l.unit AND c.role = 'fixed' AND c.since <= m.now AND (c.until IS NULL OR c.until > m.now)
		ORDER BY c.since DESC LIMIT 1) k ON true
	ORDER BY l.issued_at, l.publication, l.unit
$$;
