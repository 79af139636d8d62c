-- Editors are told of publications that a restore has lost: the units hold them, and people quote their ids.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.lost_to_restore(digits text)
	RETURNS TABLE (publication text, units int)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT l.publication, l.units FROM lost_publications l
	WHERE l.channel IS NULL AND starts_with(l.publication, lost_to_restore.digits)
	ORDER BY l.first_reached_at, l.publication
$$;
COMMENT ON FUNCTION certwire.lost_to_restore IS 'Publications whose ids begin so, which units hold and the restored database does not know. 恢复后库中没有而单位持有的发布件。';
GRANT EXECUTE ON FUNCTION certwire.lost_to_restore TO certwire_editor, certwire_registrar, certwire_admin, certwire_auditor;
