-- Who has settled is owed nothing when a publication ends, so no void is entered; but another device of the unit may be
-- in the middle of receiving it, and would ask for ever. It is told when it asks.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.asked_and_over(unit text, numbers bigint[], publications text[], moment timestamptz)
	RETURNS SETOF text LANGUAGE sql VOLATILE SET search_path = certwire, pg_temp AS $$
	SELECT d.publication
	FROM delivery d
	JOIN ledger l ON l.epoch = d.epoch
	JOIN publication p ON p.id = d.publication AND (p.expires_at <= moment OR p.recalled_at IS NOT NULL)
	JOIN entry e ON e.unit = d.unit AND e.epoch = d.epoch AND e.number = d.number AND e.digest IS NOT NULL
	WHERE d.unit = asked_and_over.unit AND d.state = 'settled'
		AND (d.number = ANY (numbers) OR d.publication = ANY (publications))
		AND NOT EXISTS (SELECT FROM entry v WHERE v.unit = d.unit AND v.epoch = d.epoch AND v.target = d.number)
	ORDER BY d.number
$$;
COMMENT ON FUNCTION certwire.asked_and_over IS 'Of what a device asks for, that which has ended after its unit had settled it, and which no void names yet. 设备所求中已结清且已终止者。';

CREATE FUNCTION certwire.end_asked(fence bigint, unit text, numbers bigint[], publications text[])
	RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	moment timestamptz := clock_timestamp();
	over text[];
BEGIN
	PERFORM check_fence(fence);
	-- The lock of those who number mailboxes, only when there is something to say; then it is read once more.
	IF NOT EXISTS (SELECT FROM asked_and_over(unit, numbers, publications, moment)) THEN
		RETURN 0;
	END IF;
	PERFORM entitlement_lock();
	over := ARRAY(SELECT a FROM asked_and_over(unit, numbers, publications, moment) a);
	PERFORM enter_voids(array_fill(unit, ARRAY[cardinality(over)]), over, moment);
	RETURN cardinality(over);
END
$$;
COMMENT ON FUNCTION certwire.end_asked IS 'Says in the mailbox that nothing will come any more for what a device still asks for. 告知设备所求已终止。';
GRANT EXECUTE ON FUNCTION certwire.end_asked TO certwire_dispatcher;
