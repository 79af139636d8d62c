-- A broker that reads everything anew asks for the names a page at a time: for all at once a change would wait.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.copy_names_after(after text, most int)
	RETURNS TABLE (unit text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT u.id::text FROM unit u WHERE u.id > after ORDER BY u.id LIMIT most
$$;
COMMENT ON FUNCTION certwire.copy_names_after IS 'The next units'' ids, at most so many, after one of them ('''': the first ones). 其后的单位标识（分页）。';
GRANT EXECUTE ON FUNCTION certwire.copy_names_after TO certwire_broker;
