-- What was issued before a unit had the right, and is put into its mailbox after all: for newcomers,
-- for units that come back, and for those who wait while others have a head start.

SET LOCAL ROLE certwire_owner;

-- The lock is held. A publication comes into a mailbox once; entries stay gapless. Its editors are judged as
-- of its issue, by the keyset of then: who retired since has signed nevertheless.
CREATE FUNCTION certwire.enter_missed(unit text, channel text, after timestamptz, max_rows int)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	newest keyset;
	last int;
	entered int;
BEGIN
	SELECT k.* INTO newest FROM keyset k ORDER BY k.version DESC LIMIT 1;
	IF newest.version IS NULL OR newest.expires_at <= moment THEN
		RETURN 0;
	END IF;
	SELECT e.number INTO last FROM entry e JOIN ledger l ON l.epoch = e.epoch WHERE e.unit = unit ORDER BY e.number DESC LIMIT 1;
	WITH missed AS (
		SELECT p.id, p.kind, p.issued_at, p.keyset
		FROM publication p
		WHERE p.channel = channel AND p.state = 'issued' AND p.issued_at > after AND p.kind IN ('publish', 'supersede') AND p.recalled_at IS NULL
			AND p.rest_due_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > moment)
			AND coalesce(audience_rule(p.audience) -> 'units' ? unit, true)
			AND NOT EXISTS (SELECT FROM delivery d WHERE d.unit = unit AND d.publication = p.id)
		ORDER BY p.issued_at DESC, p.id
		LIMIT max_rows
	), numbered AS (
		SELECT m.id, m.kind, m.keyset, l.epoch, (coalesce(last, 0) + row_number() OVER (ORDER BY m.issued_at, m.id))::int AS number
		FROM missed m CROSS JOIN ledger l
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
COMMENT ON FUNCTION certwire.enter_missed IS 'Enters what was issued on the channel after a time and the unit has no entry of. 补录已发布件。';

CREATE FUNCTION certwire.fill_in(unit text, only_channel text DEFAULT NULL)
	RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := right_now();
	was_good_until timestamptz;
	policy channel_policy;
	is_new boolean;
	filled int := 0;
BEGIN
	SELECT max(s.until) INTO was_good_until FROM standing s
		WHERE s.unit = unit AND s.standing = 'good' AND s.until <= moment;
	FOR policy IN
		SELECT p.* FROM channel_policy p JOIN rights_at(moment) r ON r.channel = p.channel
		WHERE p.until IS NULL AND r.unit = unit AND (only_channel IS NULL OR p.channel = only_channel)
		ORDER BY p.channel
	LOOP
		is_new := was_good_until IS NULL OR only_channel IS NOT NULL;
		IF is_new AND EXISTS (SELECT FROM entry e JOIN publication p ON p.id = e.publication
			WHERE e.unit = unit AND p.channel = policy.channel) THEN
			CONTINUE;
		ELSIF is_new AND policy.backlog = 'days' THEN
			filled := filled + enter_missed(unit, policy.channel, moment - make_interval(days => policy.backlog_days), NULL);
		ELSIF is_new AND policy.backlog = 'latest' THEN
			filled := filled + enter_missed(unit, policy.channel, '-infinity', 1);
		ELSIF NOT is_new AND policy.gap = 'all' THEN
			filled := filled + enter_missed(unit, policy.channel, was_good_until, NULL);
		ELSIF NOT is_new AND policy.gap = 'since' THEN
			filled := filled + enter_missed(unit, policy.channel, greatest(was_good_until, policy.gap_since), NULL);
		END IF;
	END LOOP;
	RETURN filled;
END
$$;
COMMENT ON FUNCTION certwire.fill_in IS 'Gives a unit what the policies say of the time before it had, or had again, the right. 按策略补发。';

CREATE FUNCTION certwire.issue_rest(fence bigint)
	RETURNS TABLE (publication text, deliveries int)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz;
	due publication;
	newest keyset;
	entered int := 0;
BEGIN
	PERFORM check_fence(fence);
	IF NOT EXISTS (SELECT FROM publication p WHERE p.rest_due_at <= clock_timestamp()) THEN
		RETURN;
	END IF;
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	SELECT k.* INTO STRICT newest FROM keyset k ORDER BY k.version DESC LIMIT 1;
	IF newest.expires_at <= moment THEN
		PERFORM fail('CW002', format('keyset %s has expired', newest.version), 'the root signs a new keyset, a registrar imports it');
	END IF;
	SELECT p.* INTO due FROM publication p WHERE p.rest_due_at <= moment ORDER BY p.rest_due_at, p.id LIMIT 1 FOR UPDATE;
	IF due.id IS NULL THEN
		RETURN;
	END IF;
	IF due.expires_at IS NULL OR due.expires_at > moment THEN
		entered := enter_audience(due, NULL, due.keyset, moment);
	END IF;
	UPDATE publication p SET rest_due_at = NULL WHERE p.id = due.id;
	PERFORM record_act('issue_rest', due.id, jsonb_build_object('deliveries', entered, 'fence', fence));
	PERFORM pg_notify('certwire_issue', due.id);
	RETURN QUERY SELECT due.id::text, entered;
END
$$;
COMMENT ON FUNCTION certwire.issue_rest IS 'Once a head start is over, enters one publication for everyone else who may receive it. 优先期结束后向其余单位发布。';
GRANT EXECUTE ON FUNCTION certwire.issue_rest TO certwire_dispatcher;
