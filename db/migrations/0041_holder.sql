-- Who takes the entitlement lock in the very moment in which another lets it go is known by name, too.

SET LOCAL ROLE certwire_owner;

CREATE OR REPLACE FUNCTION certwire.entitlement_lock()
	RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = certwire, pg_temp AS $$
DECLARE
	locked bigint;
	idle interval := current_setting('idle_in_transaction_session_timeout')::interval;
	patience interval := current_setting('lock_timeout')::interval;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM fail('CW002', format('rights cannot be read or changed under %s',
			upper(current_setting('transaction_isolation'))), 'use READ COMMITTED, the default');
	END IF;
	IF patience = interval '0' OR patience > interval '5 seconds' THEN
		PERFORM set_config('lock_timeout', '5s', true);
	END IF;
	BEGIN
		SELECT s.version INTO STRICT locked FROM entitlement_state s FOR UPDATE;
	EXCEPTION WHEN lock_not_available THEN
		PERFORM fail('CW002', format('the entitlements are locked by %s', coalesce(entitlement_holder(), 'somebody who has just ended')),
			'try again when that transaction has ended; the operator may end it: SELECT pg_terminate_backend(<process>)');
	END;
	-- Says who holds the row. Its last holder lets go of both in ending, one after the other: that moment is waited for.
	PERFORM pg_advisory_xact_lock(1128616532, 1);
	IF idle = interval '0' OR idle > interval '1 minute' THEN
		PERFORM set_config('idle_in_transaction_session_timeout', '60s', true);
	END IF;
	RETURN locked;
END
$$;
