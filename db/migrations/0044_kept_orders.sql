-- A plan that is kept finds rows in the order of an index, and no more of them than are asked for: never by a bitmap, which
-- gathers them all to be sorted. Which of the two a new plan was depended on what statistics there were.

SET LOCAL ROLE certwire_owner;

CREATE OR REPLACE PROCEDURE certwire.keep_plans(functions regprocedure[])
	LANGUAGE plpgsql SET search_path = certwire, pg_temp AS $$
DECLARE
	kept regprocedure;
	setting text;
BEGIN
	FOREACH kept IN ARRAY functions LOOP
		FOREACH setting IN ARRAY ARRAY['plan_cache_mode = force_generic_plan', 'join_collapse_limit = 1',
				'enable_seqscan = off', 'enable_bitmapscan = off', 'enable_hashjoin = off', 'enable_mergejoin = off'] LOOP
			EXECUTE format('ALTER FUNCTION %s SET %s', kept, setting);
		END LOOP;
	END LOOP;
END
$$;

-- All that keep theirs until now.
DO $$
DECLARE
	kept CONSTANT regprocedure[] := ARRAY(SELECT p.oid FROM pg_proc p
		WHERE p.pronamespace = 'certwire'::regnamespace AND p.proconfig @> '{enable_hashjoin=off}');
BEGIN
	CALL certwire.keep_plans(kept);
END
$$;
