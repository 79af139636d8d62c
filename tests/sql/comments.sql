-- Whoever opens the database with psql finds every object explained, in English and Chinese.
\ir world.sql
SELECT no_plan();

-- Objects of ours without a comment that holds both an English word and Chinese.
CREATE FUNCTION t.unexplained(comment text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT comment IS NULL OR comment !~ '[A-Za-z]{2}' OR comment !~ '[一-龥]'
$$;

SELECT is_empty($$
	SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v')
		AND t.unexplained(obj_description(c.oid, 'pg_class'))
$$, 'every table and view has a comment in both languages');
SELECT is_empty($$
	SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
		AND t.unexplained(col_description(c.oid, a.attnum))
$$, 'every column has a comment in both languages');
SELECT is_empty($$
	SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'certwire'::regnamespace
		AND t.unexplained(obj_description(p.oid, 'pg_proc'))
$$, 'every function has a comment in both languages');
SELECT is_empty($$
	SELECT y.typname FROM pg_type y WHERE y.typnamespace = 'certwire'::regnamespace AND y.typtype = 'd'
		AND t.unexplained(obj_description(y.oid, 'pg_type'))
$$, 'every domain has a comment in both languages');
SELECT is_empty($$
	SELECT r.rolname FROM pg_roles r WHERE r.rolname LIKE 'certwire\_%' AND t.unexplained(shobj_description(r.oid, 'pg_authid'))
$$, 'every role has a comment in both languages');
SELECT isnt_empty($$
	SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'certwire'::regnamespace AND t.unexplained(NULL)
$$, 'the check itself would find an object without comment');
SELECT is_empty($$
	SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
	UNION ALL SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
$$, 'nothing of ours lies in public');
SELECT * FROM finish(true);
