-- Entries that are signed are found by their key, one by one. PostgreSQL, which had counted the table while nothing waited for a
-- signature, went through the index of all that do instead, once for each: at an issue to 10,000 units ten thousand times
-- 256 in a step. A look for one row within each of those that were given leaves it no other way, whatever it has counted.

SET LOCAL ROLE certwire_owner;

CREATE OR REPLACE FUNCTION certwire.put_entry_signatures(fence bigint, kid text, units text[], epochs bigint[], numbers bigint[],
	payloads bytea[], digests bytea[], jwss text[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	known int;
	put int;
	odd text;
BEGIN
	PERFORM check_fence(fence);
	WITH given AS (
		SELECT g.* FROM unnest(units, epochs, numbers, payloads, digests) g (unit, epoch, number, payload, digest)
	), set_now AS (
		UPDATE entry e SET payload = g.payload, digest = g.digest
		FROM given g CROSS JOIN LATERAL (SELECT x.ctid AS place FROM entry x
			WHERE x.unit = g.unit AND x.epoch = g.epoch AND x.number = g.number AND x.digest IS NULL LIMIT 1) p
		WHERE e.ctid = p.place
		RETURNING e.unit
	)
	SELECT count(*) INTO known FROM set_now;
	SELECT format('%s/%s/%s', g.unit, g.epoch, g.number) INTO odd
		FROM unnest(units, epochs, numbers, payloads, digests) g (unit, epoch, number, payload, digest)
		LEFT JOIN entry e ON e.unit = g.unit AND e.epoch = g.epoch AND e.number = g.number
		LEFT JOIN entry b ON b.unit = g.unit AND b.epoch = g.epoch AND b.number = g.number - 1
		WHERE e.unit IS NULL OR e.payload IS DISTINCT FROM g.payload OR e.digest IS DISTINCT FROM g.digest
			OR (g.number > 1 AND b.digest IS NULL)
		LIMIT 1;
	IF odd IS NOT NULL THEN
		PERFORM fail('CW005', format('entry %s is unknown, signed with another payload, or ahead of its predecessor', odd),
			'read entries_to_sign again');
	END IF;
	INSERT INTO entry_signature (unit, epoch, number, kid, jws)
		SELECT g.unit, g.epoch, g.number, kid, g.jws
		FROM unnest(units, epochs, numbers, jwss) g (unit, epoch, number, jws)
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	RETURN put;
END
$$;
CALL certwire.keep_plans(ARRAY[
	'certwire.put_entry_signatures(bigint, text, text[], bigint[], bigint[], bytea[], bytea[], text[])']::regprocedure[]);
