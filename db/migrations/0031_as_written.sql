-- What people write is understood the same way everywhere.

SET LOCAL ROLE certwire_owner;

CREATE OR REPLACE FUNCTION certwire.check_region(region text)
	RETURNS text LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	found text := import_region(btrim(region));
BEGIN
	IF found IS NULL AND region IS NOT NULL THEN
		PERFORM fail('CW003', format('there is no region %L', region),
			'give a province''s code of GB/T 2260 or its name: SELECT * FROM certwire.region');
	END IF;
	RETURN found;
END
$$;

CREATE OR REPLACE FUNCTION certwire.check_group(group_id text)
	RETURNS void LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF EXISTS (SELECT FROM unit_group g WHERE '@' || g.id = group_id) THEN
		PERFORM fail('CW004', format('%L is a group where a unit could stand', group_id),
			format('only a group can stand here: write it without the @, %L', substr(group_id, 2)));
	ELSIF group_id IS NULL OR NOT EXISTS (SELECT FROM unit_group g WHERE g.id = group_id) THEN
		PERFORM fail('CW003', format('there is no group %L', group_id),
			'see certwire.unit_group, or make it: SELECT certwire.make_group(''<id>'', ''<name>'')');
	END IF;
END
$$;
