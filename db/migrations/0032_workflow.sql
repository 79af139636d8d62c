-- From draft to issue: handed over for review, returned with a sealed comment, approved for a frozen
-- audience, scheduled; who may take which step.

SET LOCAL ROLE certwire_owner;

ALTER TABLE certwire.publication DROP CONSTRAINT publication_state_check;
ALTER TABLE certwire.publication
	ADD CONSTRAINT publication_state_check
		CHECK (state IN ('draft', 'review', 'approved', 'scheduled', 'issued', 'withdrawn')),
	DROP CONSTRAINT publication_approved,
	ADD COLUMN submitted_at timestamptz,
	ADD COLUMN returned_at timestamptz,
	ADD COLUMN returned_by text,
	ADD COLUMN scheduled_at timestamptz,
	ADD COLUMN scheduled_by text,
	ADD COLUMN held_back certwire.prose,
	ADD COLUMN approved_audience text[],
	ADD COLUMN edited_from text REFERENCES certwire.publication,
	ADD CONSTRAINT publication_approved CHECK (state NOT IN ('approved', 'scheduled', 'issued') OR approved_at IS NOT NULL),
	ADD CONSTRAINT publication_submitted CHECK (state <> 'review' OR submitted_at IS NOT NULL),
	ADD CONSTRAINT publication_returned CHECK (num_nulls(returned_at, returned_by) IN (0, 2)),
	ADD CONSTRAINT publication_scheduled CHECK (num_nulls(scheduled_at, scheduled_by) IN (0, 2)
		AND (state <> 'scheduled' OR scheduled_at IS NOT NULL));
COMMENT ON COLUMN certwire.publication.state IS 'draft, review, approved, scheduled, issued or withdrawn. 状态。';
COMMENT ON COLUMN certwire.publication.submitted_at IS 'When it was last handed over for review. 最近提交审签时间。';
COMMENT ON COLUMN certwire.publication.returned_at IS 'When it was last returned. 最近退回时间。';
COMMENT ON COLUMN certwire.publication.returned_by IS 'Login of who returned it. 退回人。';
COMMENT ON COLUMN certwire.publication.scheduled_at IS 'When issue is asked for by itself. 定时发布时间。';
COMMENT ON COLUMN certwire.publication.scheduled_by IS 'Login of who scheduled it. 定时发布人。';
COMMENT ON COLUMN certwire.publication.held_back IS 'Why it was not issued when it was scheduled. 定时发布未执行的原因。';
COMMENT ON COLUMN certwire.publication.approved_audience IS 'Units that would have received it when it was approved. 批准时的受众。';
COMMENT ON COLUMN certwire.publication.edited_from IS 'The draft that this one replaces. 由哪一草稿修改而来。';
CREATE INDEX publication_scheduled_due ON certwire.publication (scheduled_at) WHERE state = 'scheduled';

CREATE TABLE certwire.publication_comment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	publication text NOT NULL REFERENCES certwire.publication,
	written_by text NOT NULL DEFAULT session_user,
	written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 40 AND 8192)
);
CREATE INDEX publication_comment_of ON certwire.publication_comment (publication);
COMMENT ON TABLE certwire.publication_comment IS 'What editors say of a draft, sealed as its content is. 对草稿的意见（密封）。';
COMMENT ON COLUMN certwire.publication_comment.id IS 'Number. 编号。';
COMMENT ON COLUMN certwire.publication_comment.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.publication_comment.written_by IS 'Login of the editor. 编辑。';
COMMENT ON COLUMN certwire.publication_comment.written_at IS 'When. 时间。';
COMMENT ON COLUMN certwire.publication_comment.sealed IS 'Nonce and ciphertext under a key that follows from the content key. 密文。';

CREATE TABLE certwire.preview (
	publication text NOT NULL REFERENCES certwire.publication,
	login text NOT NULL,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	units text[] NOT NULL,
	PRIMARY KEY (publication, login)
);
COMMENT ON TABLE certwire.preview IS 'Whom an editor saw at the last preview. 各编辑上次预览所见的受众。';
COMMENT ON COLUMN certwire.preview.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.preview.login IS 'The editor. 编辑。';
COMMENT ON COLUMN certwire.preview.at IS 'When. 时间。';
COMMENT ON COLUMN certwire.preview.units IS 'Units that would have received it. 将收到的单位。';
GRANT SELECT ON certwire.publication_comment, certwire.preview TO certwire_auditor;
GRANT SELECT (id, publication, written_by, written_at) ON certwire.publication_comment TO certwire_admin;
GRANT SELECT ON certwire.preview TO certwire_admin;

-- Who would receive, as a list.

CREATE FUNCTION certwire.receivers(about certwire.publication)
	RETURNS text[] LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT CASE WHEN about.kind <> 'recall' THEN (SELECT coalesce(array_agg(a.unit ORDER BY a.unit), '{}')
		FROM audience(about.channel, about.audience) a WHERE a.receives) END
$$;
COMMENT ON FUNCTION certwire.receivers IS 'Units that would receive it now; null for a recall, which goes to whoever holds what it recalls. 此刻将收到的单位。';

-- What explains that the rule now gives another answer for a unit: an act about this unit itself. A
-- policy or a group's right that changed gives it to many at once, and was not before the approvers.
CREATE FUNCTION certwire.explained_by(unit text, channel text, after timestamptz)
	RETURNS text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT w.why FROM (
		SELECT s.since AS at, standing_zh(s.standing) || '：' || s.reason AS why FROM standing s
			WHERE s.unit = explained_by.unit AND s.since > after AND s.since <= right_now()
		UNION ALL
		SELECT greatest(e.since, e.until, e.withdrawn_at),
			CASE e.effect WHEN 'grant' THEN '单独授权' ELSE '单独禁止' END || coalesce('：' || coalesce(e.withdrawn_reason, e.reason), '')
			FROM entitlement e
			WHERE e.unit = explained_by.unit AND e.channel = explained_by.channel
				AND (e.since > after AND e.since <= right_now() OR e.until > after AND e.until <= right_now() OR e.withdrawn_at > after)
		UNION ALL
		SELECT greatest(m.since, m.until), '评选或级别、地区变更：' || m.reason FROM membership m
			WHERE m.unit = explained_by.unit
				AND (m.since > after AND m.since <= right_now() OR m.until > after AND m.until <= right_now())
		UNION ALL
		SELECT greatest(g.since, g.until), '分组变更：' || g.reason FROM group_member g
			WHERE g.unit = explained_by.unit
				AND (g.since > after AND g.since <= right_now() OR g.until > after AND g.until <= right_now())
	) w ORDER BY w.at DESC LIMIT 1
$$;
COMMENT ON FUNCTION certwire.explained_by IS 'The newest act about that unit itself since then, for people; null: there is none. 该单位权限变化的依据。';

CREATE FUNCTION certwire.audience_changes(id text)
	RETURNS TABLE (unit text, name text, receives boolean, why text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
	current_ones text[];
BEGIN
	SELECT p.* INTO about FROM publication p WHERE p.id = id;
	IF about.approved_audience IS NULL THEN
		RETURN;
	END IF;
	current_ones := receivers(about);
	RETURN QUERY
		SELECT w.unit, u.name::text, w.receives, explained_by(w.unit, about.channel, about.approved_at)
		FROM (
			SELECT n.unit, true AS receives FROM unnest(current_ones) n (unit) WHERE n.unit <> ALL (about.approved_audience)
			UNION ALL
			SELECT o.unit, false FROM unnest(about.approved_audience) o (unit) WHERE o.unit <> ALL (current_ones)
		) w JOIN unit u ON u.id = w.unit
		ORDER BY w.receives DESC, w.unit;
END
$$;
COMMENT ON FUNCTION certwire.audience_changes IS 'How the audience differs from what was approved, and which act about the unit explains it (null: none). 受众与批准时的差异。';
GRANT EXECUTE ON FUNCTION certwire.audience_changes TO certwire_editor, certwire_admin, certwire_auditor;

-- Null when each difference is explained.
CREATE FUNCTION certwire.audience_unexplained(id text)
	RETURNS text LANGUAGE sql STABLE SET search_path = certwire, pg_temp AS $$
	SELECT left(string_agg(CASE WHEN c.receives THEN '+' ELSE '-' END || c.unit, ', '), 300)
	FROM audience_changes(audience_unexplained.id) c WHERE c.why IS NULL
$$;
COMMENT ON FUNCTION certwire.audience_unexplained IS 'Units whose change no act about them explains. 无依据的受众变化。';

CREATE FUNCTION certwire.note_preview(id text, OUT previous_at timestamptz, OUT previous text[])
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	SELECT p.* INTO about FROM publication p WHERE p.id = id;
	IF about.id IS NULL THEN
		PERFORM fail('CW003', format('there is no publication %L', id), 'see: certwire list');
	END IF;
	SELECT v.at, v.units INTO previous_at, previous FROM preview v WHERE v.publication = id AND v.login = session_user FOR UPDATE;
	INSERT INTO preview (publication, login, units) VALUES (id, session_user, coalesce(receivers(about), '{}'))
		ON CONFLICT ON CONSTRAINT preview_pkey DO UPDATE SET at = clock_timestamp(), units = excluded.units;
END
$$;
COMMENT ON FUNCTION certwire.note_preview IS 'Notes whom this editor is shown, and says whom the last time. 记录预览，返回上次所见。';
GRANT EXECUTE ON FUNCTION certwire.note_preview TO certwire_editor;

-- Steps.

CREATE FUNCTION certwire.submit_publication(id text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF held.state <> 'draft' THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'only a draft is handed over for review');
	ELSIF held.drafted_by <> session_user THEN
		PERFORM fail('CW006', format('publication %s was drafted by %s', id, quote_ident(held.drafted_by)),
			'its drafter hands it over; whoever changes it (certwire edit) becomes its drafter');
	END IF;
	UPDATE publication p SET state = 'review', submitted_at = clock_timestamp() WHERE p.id = id;
	PERFORM record_act('submit_publication', id, '{}');
	RETURN 'review';
END
$$;
COMMENT ON FUNCTION certwire.submit_publication IS 'The drafter hands a draft over for review. 提交审签。';
GRANT EXECUTE ON FUNCTION certwire.submit_publication TO certwire_editor;

CREATE OR REPLACE FUNCTION certwire.add_signature(id text, kid text, signature text,
	OUT state text, OUT signatures int, OUT approvals_needed int)
	LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF signature IS NULL OR octet_length(signature) > 512 OR signature !~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$' THEN
		PERFORM fail('CW004', 'the signature is not a detached JWS', 'use: certwire approve');
	END IF;
	INSERT INTO signature (publication, kid, jws) VALUES (id, kid, signature);
	signatures := count_signatures(id);
	UPDATE publication p SET state = 'approved', approved_at = coalesce(p.approved_at, clock_timestamp()),
			approved_audience = receivers(p)
		WHERE p.id = id AND p.state IN ('draft', 'review') AND signatures >= p.approvals_needed;
	SELECT p.state, p.approvals_needed INTO STRICT state, approvals_needed FROM publication p WHERE p.id = id;
END
$$;

CREATE OR REPLACE FUNCTION certwire.approve(id text, kid text, signature text,
	OUT state text, OUT signatures int, OUT approvals_needed int)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(kid, 'editor');
	IF held.state NOT IN ('draft', 'review', 'approved', 'scheduled') THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'only what is not yet issued can be signed');
	ELSIF held.drafted_by = session_user THEN
		PERFORM fail('CW002', 'who drafted a publication cannot approve it', 'another editor must sign');
	ELSIF held.state = 'draft' THEN
		PERFORM fail('CW002', format('publication %s is not handed over for review', id),
			'its drafter runs: certwire submit ' || left(id, 8));
	ELSIF EXISTS (SELECT FROM signature s WHERE s.publication = id AND (s.signed_by = session_user OR s.kid = kid)) THEN
		PERFORM fail('CW005', format('%s has signed publication %s already', quote_ident(session_user), id),
			'another editor must sign');
	END IF;
	SELECT a.state, a.signatures, a.approvals_needed INTO state, signatures, approvals_needed
		FROM add_signature(id, kid, signature) a;
	PERFORM record_act('approve', id, jsonb_build_object('kid', kid, 'signatures', signatures, 'needed', approvals_needed));
END
$$;

CREATE FUNCTION certwire.return_publication(id text, sealed bytea)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF held.state NOT IN ('review', 'approved', 'scheduled') THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'what is under review, approved or scheduled is returned');
	ELSIF held.drafted_by = session_user THEN
		PERFORM fail('CW002', 'who drafted a publication does not return it', 'change it: certwire edit, or give it up: certwire withdraw');
	ELSIF octet_length(sealed) IS NULL OR octet_length(sealed) NOT BETWEEN 40 AND 8192 THEN
		PERFORM fail('CW004', 'a comment must come with it, sealed', 'use: certwire return ID --comment TEXT');
	END IF;
	DELETE FROM signature s WHERE s.publication = id AND s.signed_by <> held.drafted_by;
	UPDATE publication p SET state = 'draft', returned_at = clock_timestamp(), returned_by = session_user, approved_at = NULL,
			approved_audience = NULL, scheduled_at = NULL, scheduled_by = NULL, issue_requested_by = NULL, issue_requested_at = NULL,
			issue_refused_code = NULL, issue_refused_at = NULL, held_back = NULL
		WHERE p.id = id;
	INSERT INTO publication_comment (publication, sealed) VALUES (id, sealed);
	PERFORM record_act('return_publication', id, '{}');
	RETURN 'draft';
END
$$;
COMMENT ON FUNCTION certwire.return_publication IS 'Another editor gives it back with a sealed comment; approvals are void. 退回。';
GRANT EXECUTE ON FUNCTION certwire.return_publication TO certwire_editor;

CREATE FUNCTION certwire.publication_comments(id text)
	RETURNS TABLE (written_by text, written_at timestamptz, sealed bytea)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT c.written_by, c.written_at, c.sealed FROM publication_comment c
	WHERE c.publication = publication_comments.id ORDER BY c.id
$$;
COMMENT ON FUNCTION certwire.publication_comments IS 'Sealed comments, oldest first. 意见列表（密封）。';
GRANT EXECUTE ON FUNCTION certwire.publication_comments TO certwire_editor;

-- The draft that takes another's place: in the transaction that makes it, by who makes it.
CREATE FUNCTION certwire.replace_draft(id text, old text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	before publication := lock_publication(old);
	made publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF made.drafted_by <> session_user OR made.state NOT IN ('draft', 'approved') OR made.edited_from IS NOT NULL OR id = old THEN
		PERFORM fail('CW006', format('publication %s is no new draft of %s', id, quote_ident(session_user)), 'use: certwire edit');
	ELSIF before.state NOT IN ('draft', 'review', 'approved', 'scheduled') THEN
		PERFORM fail('CW002', format('publication %s is %s', old, before.state), 'only what is not issued can be changed');
	ELSIF before.channel <> made.channel OR before.kind <> made.kind THEN
		PERFORM fail('CW004', 'an edit keeps the channel and the kind', 'draft it anew');
	END IF;
	UPDATE publication p SET edited_from = old WHERE p.id = id;
	UPDATE publication p SET state = 'withdrawn', withdrawn_at = clock_timestamp(), withdrawn_by = session_user,
			withdrawn_reason = '修改为 edited as ' || left(id, 8)
		WHERE p.id = old;
	PERFORM record_act('replace_draft', id, jsonb_build_object('old', old));
	RETURN made.state;
END
$$;
COMMENT ON FUNCTION certwire.replace_draft IS 'Withdraws the draft that was changed, with all its signatures, in favour of the new one. 以新草稿取代旧草稿。';
GRANT EXECUTE ON FUNCTION certwire.replace_draft TO certwire_editor;

CREATE FUNCTION certwire.check_may_issue(held certwire.publication)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	strange text;
BEGIN
	IF held.state IN ('draft', 'review') THEN
		PERFORM fail('CW002', format('publication %s has %s of %s signatures', held.id, count_signatures(held.id),
			held.approvals_needed), 'another editor runs: certwire approve ' || left(held.id, 8));
	ELSIF held.state NOT IN ('approved', 'scheduled') THEN
		PERFORM fail('CW002', format('publication %s is %s already', held.id, held.state), 'see: certwire status ' || left(held.id, 8));
	ELSIF held.expires_at <= clock_timestamp() THEN
		PERFORM fail('CW002', format('publication %s has expired', held.id), 'draft it again');
	END IF;
	strange := audience_unexplained(held.id);
	IF strange IS NOT NULL THEN
		PERFORM fail('CW002', format('the audience of %s is not the one that was approved, and no act about these units explains it: %s',
			held.id, strange), format('look: certwire preview %s; then have it approved again: certwire return %1$s', left(held.id, 8)));
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_may_issue IS 'Refuses what is not approved, over, or for another audience than was approved. 检查是否可以发布。';

CREATE OR REPLACE FUNCTION certwire.request_issue(id text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	PERFORM check_may_issue(held);
	UPDATE publication p SET state = 'approved', issue_requested_by = session_user, issue_requested_at = clock_timestamp(),
			issue_refused_code = NULL, issue_refused_at = NULL, scheduled_at = NULL, scheduled_by = NULL, held_back = NULL
		WHERE p.id = id;
	PERFORM record_act('request_issue', id, '{}');
	PERFORM pg_notify('certwire_issue', id);
	RETURN 'approved';
END
$$;

CREATE FUNCTION certwire.schedule_publication(id text, at timestamptz)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	PERFORM check_may_issue(held);
	IF at IS NULL OR at <= clock_timestamp() THEN
		PERFORM fail('CW004', 'a publication is scheduled for a time to come', 'to issue it now: certwire issue ' || left(id, 8));
	ELSIF at < held.not_before THEN
		PERFORM fail('CW002', format('it was approved to go out no earlier than %s', time_text(held.not_before)),
			'choose a later time, or change it: certwire edit ' || left(id, 8));
	ELSIF at >= held.expires_at THEN
		PERFORM fail('CW002', format('it expires on %s', time_text(held.expires_at)), 'choose an earlier time');
	ELSIF held.issue_requested_at IS NOT NULL AND held.issue_refused_at IS NULL THEN
		PERFORM fail('CW002', format('publication %s is being issued already', id), 'see: certwire status ' || left(id, 8));
	END IF;
	UPDATE publication p SET state = 'scheduled', scheduled_at = at, scheduled_by = session_user, held_back = NULL,
			issue_requested_by = NULL, issue_requested_at = NULL, issue_refused_code = NULL, issue_refused_at = NULL
		WHERE p.id = id;
	PERFORM record_act('schedule_publication', id, jsonb_build_object('at', at));
	RETURN 'scheduled';
END
$$;
COMMENT ON FUNCTION certwire.schedule_publication IS 'Has issue asked for by itself at a time to come. 定时发布。';
GRANT EXECUTE ON FUNCTION certwire.schedule_publication TO certwire_editor;

CREATE FUNCTION certwire.release_scheduled(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	due publication;
	strange text;
	released int := 0;
BEGIN
	PERFORM check_fence(fence);
	FOR due IN SELECT p.* FROM publication p WHERE p.state = 'scheduled' AND p.scheduled_at <= clock_timestamp()
		ORDER BY p.scheduled_at, p.id LIMIT 16 FOR UPDATE
	LOOP
		strange := audience_unexplained(due.id);
		IF strange IS NULL THEN
			UPDATE publication p SET state = 'approved', issue_requested_by = due.scheduled_by, issue_requested_at = clock_timestamp()
				WHERE p.id = due.id;
			released := released + 1;
		ELSE
			UPDATE publication p SET state = 'approved', held_back = '受众与批准时不同且无依据 the audience is not the approved one: ' || strange
				WHERE p.id = due.id;
		END IF;
		PERFORM record_act('release_scheduled', due.id, jsonb_build_object('held_back', strange));
	END LOOP;
	RETURN released;
END
$$;
COMMENT ON FUNCTION certwire.release_scheduled IS 'Asks for the issue of what is scheduled for now; what has another audience than was approved waits for people. 到时提交发布。';
GRANT EXECUTE ON FUNCTION certwire.release_scheduled TO certwire_dispatcher;

CREATE OR REPLACE FUNCTION certwire.withdraw_publication(id text, reason text)
	RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	held publication := lock_publication(id);
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF held.state NOT IN ('draft', 'review', 'approved', 'scheduled') THEN
		PERFORM fail('CW002', format('publication %s is %s', id, held.state), 'what was issued is recalled, not withdrawn');
	END IF;
	UPDATE publication p SET state = 'withdrawn', withdrawn_at = clock_timestamp(), withdrawn_by = session_user,
			withdrawn_reason = told
		WHERE p.id = id;
	PERFORM record_act('withdraw_publication', id, jsonb_build_object('reason', told));
	RETURN 'withdrawn';
END
$$;

CREATE OR REPLACE FUNCTION certwire.expire_due(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	units text[];
	publications text[];
	late text;
BEGIN
	PERFORM check_fence(fence);
	-- The lock of those who number mailboxes, only when there is something to end.
	IF EXISTS (SELECT FROM delivery d JOIN publication p ON p.id = d.publication
		WHERE p.expires_at <= moment AND d.state = 'owed') THEN
		PERFORM entitlement_lock();
		WITH over AS (
			UPDATE delivery d SET state = 'expired', ended_at = moment, ended_reason = '发布件已过期（expired）', to_seal = false
				FROM publication p
				WHERE p.id = d.publication AND p.expires_at <= moment AND d.state = 'owed'
				RETURNING d.unit, d.publication
		)
		SELECT array_agg(o.unit), array_agg(o.publication) INTO units, publications FROM over o;
		PERFORM enter_voids(units, publications, moment);
	END IF;
	FOR late IN
		UPDATE publication p SET state = 'withdrawn', withdrawn_at = moment, withdrawn_by = session_user,
				withdrawn_reason = '发布前已过期（expired before issue）'
			WHERE p.expires_at <= moment AND p.state IN ('draft', 'review', 'approved', 'scheduled')
			RETURNING p.id
	LOOP
		PERFORM record_act('expire_due', late, '{}');
	END LOOP;
	RETURN coalesce(cardinality(units), 0);
END
$$;

CREATE OR REPLACE FUNCTION certwire.publications(prefix text DEFAULT '', max_rows int DEFAULT 100)
	RETURNS TABLE (id text, kind text, channel text, number text, state text, manifest_digest bytea, body_digest bytea,
		stream bytea, parts int, audience bytea, audience_digest bytea, not_before timestamptz, expires_at timestamptz,
		drafted_by text, drafted_at timestamptz, signatures int, approvals_needed int, approved_at timestamptz,
		issue_requested_by text, issue_requested_at timestamptz, issue_refused_code int, issued_at timestamptz,
		keyset int, withdrawn_reason text, deliveries int, owed int, stored int, opened int, refused int, ended int)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT p.id::text, p.kind, p.channel, p.number, p.state, p.manifest_digest, p.body_digest, p.stream, p.parts, p.audience,
		p.audience_digest, p.not_before, p.expires_at, p.drafted_by, p.drafted_at, count_signatures(p.id),
		greatest(p.approvals_needed, CASE WHEN p.state IN ('draft', 'review', 'approved', 'scheduled')
			THEN approvals_for((SELECT max(k.version) FROM keyset k), p.channel) END),
		p.approved_at, p.issue_requested_by, p.issue_requested_at, p.issue_refused_code, p.issued_at, p.keyset,
		p.withdrawn_reason::text, d.deliveries, d.owed, d.stored, d.opened, d.refused, d.ended
	FROM (SELECT w.* FROM publication w WHERE starts_with(w.id, prefix)
		ORDER BY w.drafted_at DESC, w.id LIMIT max_rows) p
	CROSS JOIN LATERAL (
		SELECT count(*)::int AS deliveries, (count(*) FILTER (WHERE y.state = 'owed'))::int AS owed,
			(count(*) FILTER (WHERE y.stored_at IS NOT NULL))::int AS stored,
			(count(*) FILTER (WHERE y.opened_at IS NOT NULL))::int AS opened,
			(count(*) FILTER (WHERE y.refused_at IS NOT NULL AND y.stored_at IS NULL))::int AS refused,
			(count(*) FILTER (WHERE y.state IN ('expired', 'recalled')))::int AS ended
		FROM delivery y WHERE y.publication = p.id
	) d
	ORDER BY p.drafted_at DESC, p.id
$$;

-- How far a publication is on its way, beside what publications() says.
CREATE FUNCTION certwire.publication_course(id text)
	RETURNS TABLE (submitted_at timestamptz, returned_at timestamptz, returned_by text, scheduled_at timestamptz,
		scheduled_by text, held_back text, edited_from text, comments int)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT p.submitted_at, p.returned_at, p.returned_by, p.scheduled_at, p.scheduled_by, p.held_back::text, p.edited_from,
		(SELECT count(*)::int FROM publication_comment c WHERE c.publication = p.id)
	FROM publication p WHERE p.id = publication_course.id
$$;
COMMENT ON FUNCTION certwire.publication_course IS 'When it was submitted, returned, scheduled; what it was edited from. 流转情况。';
GRANT EXECUTE ON FUNCTION certwire.publication_course TO certwire_editor, certwire_admin, certwire_auditor;

-- CNCERT's own units for tests: the members, in force, of a group that administrators keep.
CREATE FUNCTION certwire.test_units()
	RETURNS TABLE (unit text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT m.unit FROM group_member m
	WHERE m.group_id = 'test-units' AND m.since <= right_now() AND (m.until IS NULL OR m.until > right_now()) ORDER BY m.unit
$$;
COMMENT ON FUNCTION certwire.test_units IS 'Units in the group test-units, to which tests go. 测试单位。';
GRANT EXECUTE ON FUNCTION certwire.test_units TO certwire_editor, certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.namesakes(id text, channel text, number text)
	RETURNS TABLE (publication text, state text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT p.id::text, p.state FROM publication p
	WHERE p.channel = namesakes.channel AND p.number = namesakes.number AND p.id <> namesakes.id AND p.state <> 'withdrawn' AND p.kind <> 'recall'
	ORDER BY p.drafted_at DESC, p.id
$$;
COMMENT ON FUNCTION certwire.namesakes IS 'Other publications of that channel and number, newest first. 同期号的其他发布件。';
GRANT EXECUTE ON FUNCTION certwire.namesakes TO certwire_editor;
