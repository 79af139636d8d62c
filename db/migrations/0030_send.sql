-- A back number to one unit, and reminding those who lack a publication.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.check_sendable(about certwire.publication, unit text, moment timestamptz)
	RETURNS void LANGUAGE plpgsql STABLE SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	short text := left(about.id, 8);
	why text;
BEGIN
	IF about.state <> 'issued' OR about.kind = 'recall' THEN
		PERFORM fail('CW002', format('publication %s is %s', short, CASE about.state WHEN 'issued' THEN 'a recall' ELSE about.state END),
			'only what is issued can be sent as a back number');
	ELSIF about.recalled_at IS NOT NULL THEN
		PERFORM fail('CW002', format('publication %s was taken back by %s', short, left(about.recalled_by, 8)), 'send what replaced it');
	ELSIF about.expires_at <= moment THEN
		PERFORM fail('CW002', format('publication %s has expired', short), 'draft it again');
	ELSIF EXISTS (SELECT FROM delivery d WHERE d.publication = about.id AND d.unit = unit) THEN
		PERFORM fail('CW005', format('publication %s was entered for %s already', short, unit), 'offer it again: certwire remind ' || short);
	ELSIF NOT coalesce(audience_rule(about.audience) -> 'units' ? unit, true) THEN
		PERFORM fail('CW002', format('%s is not in the audience that the editors signed for %s', unit, short), 'draft a publication for it');
	END IF;
	SELECT a.reason INTO why FROM audience(about.channel) a WHERE a.unit = unit AND NOT a.receives;
	IF why IS NOT NULL THEN
		PERFORM fail('CW002', format('%s may not receive %s now: %s', unit, about.channel, why), 'an administrator sees each rule: certwire.why');
	END IF;
END
$$;
COMMENT ON FUNCTION certwire.check_sendable IS 'Refuses a back number that may not be sent, with the reason. 检查能否补发。';

-- Like what a policy gives of the past: an ordinary entry, with the editors and the keyset of the issue.
CREATE FUNCTION certwire.send_publication(id text, unit text)
	RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication;
	newest keyset;
	moment timestamptz;
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	PERFORM check_unit(unit);
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	about := lock_publication(id);
	SELECT k.* INTO newest FROM keyset k ORDER BY k.version DESC LIMIT 1;
	IF newest.expires_at <= moment THEN
		PERFORM fail('CW002', format('keyset %s has expired', newest.version), 'the root signs a new keyset, a registrar imports it');
	END IF;
	PERFORM check_sendable(about, unit, moment);
	PERFORM enter_units(about, ARRAY[unit], about.keyset, moment);
	PERFORM record_act('send_publication', id, jsonb_build_object('unit', unit));
	PERFORM pg_notify('certwire_issue', id);
	RETURN (SELECT u.name FROM unit u WHERE u.id = unit);
END
$$;
COMMENT ON FUNCTION certwire.send_publication IS 'Enters an issued publication for one unit that may receive it now and has no entry of it. 向单个单位补发。';
GRANT EXECUTE ON FUNCTION certwire.send_publication TO certwire_editor;

CREATE FUNCTION certwire.remind(id text)
	RETURNS TABLE (unit text, name text, held_reason text, present boolean, offers int, last_offered_at timestamptz, refused_code int,
		contact text)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	about publication := lock_publication(id);
	reminded int;
BEGIN
	PERFORM check_my_key(NULL, 'editor');
	IF about.state <> 'issued' THEN
		PERFORM fail('CW002', format('publication %s is %s', left(about.id, 8), about.state), 'only what is issued can be offered again');
	END IF;
	UPDATE delivery d SET next_offer_at = clock_timestamp() WHERE d.publication = id AND d.state = 'owed';
	GET DIAGNOSTICS reminded = ROW_COUNT;
	PERFORM record_act('remind', id, jsonb_build_object('units', reminded));
	PERFORM pg_notify('certwire_issue', id);
	RETURN QUERY
		SELECT s.unit, s.name, s.held_reason, s.present, s.offers, s.last_offered_at, s.refused_code,
			coalesce((SELECT string_agg(concat_ws(' ', c.name, c.phone, c.mail), '；' ORDER BY c.role DESC, c.since)
				FROM contact c WHERE c.unit = s.unit AND c.since <= right_now() AND (c.until IS NULL OR c.until > right_now())),
				'没有联系人（no contact on file）')
		FROM publication_status(id) s
		WHERE s.state = 'owed'
		ORDER BY s.held_reason IS NOT NULL, s.present, s.unit;
END
$$;
COMMENT ON FUNCTION certwire.remind IS 'Has a publication offered again at once to who lacks it, and says whom to phone. 立即重新推送并列出联系人。';
GRANT EXECUTE ON FUNCTION certwire.remind TO certwire_editor;
