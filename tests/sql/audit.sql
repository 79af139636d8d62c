-- The audit is a chain in the order of commits: no gaps, no forks, and nobody changes it.
\ir world.sql
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT no_plan();
SELECT set_config('t.conninfo', :'conninfo', false);
\set vectors `cat :'here'/audit_chain.json`

CREATE FUNCTION t.open(name text, login text) RETURNS text LANGUAGE sql AS $$
	SELECT tap.dblink_connect(name, current_setting('t.conninfo') || ' user=' || login)
$$;
-- Waits until the session waits for another; false when it does not within ten seconds.
CREATE FUNCTION t.is_blocked(name text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	deadline timestamptz := clock_timestamp() + interval '10 s';
	session int := (SELECT s.pid FROM pg_stat_activity s WHERE s.application_name = name AND s.datname = current_database());
BEGIN
	WHILE cardinality(pg_blocking_pids(session)) = 0 LOOP
		IF clock_timestamp() > deadline THEN
			RETURN false;
		END IF;
		PERFORM pg_sleep(0.005);
	END LOOP;
	RETURN true;
END
$$;
CREATE FUNCTION t.sequence_of(act text, subject text) RETURNS bigint LANGUAGE sql AS $$
	SELECT max(l.sequence) FROM certwire.audit a JOIN certwire.audit_link l ON l.audit = a.id
	WHERE a.act = sequence_of.act AND a.subject = sequence_of.subject
$$;
CREATE FUNCTION t.newest() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
	SELECT max(sequence) FROM certwire.audit_link
$$;
-- Links that are not what the one before and their own row give, and whatever lies beside the chain.
CREATE FUNCTION t.wrong_links() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM (
		SELECT l.sequence, l.digest, lag(l.digest::bytea, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY l.sequence) AS previous,
			row_number() OVER (ORDER BY l.sequence) AS n, a.*
		FROM certwire.audit a FULL JOIN certwire.audit_link l ON l.audit = a.id
	) x
	WHERE x.sequence IS DISTINCT FROM x.n OR x.digest IS DISTINCT FROM
		sha256(x.previous || certwire.audit_bytes(x.sequence, x.at, x.login, x.act, x.subject, x.detail))
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

-- The bytes.
SELECT is(encode(sha256(decode(coalesce(lag(v.digest) OVER (ORDER BY v.sequence), repeat('00', 32)), 'hex')
		|| certwire.audit_bytes(v.sequence, v.at, v.login, v.act, v.subject, v.detail::jsonb)), 'hex'), v.digest,
	format('link %s is that of the vector', v.sequence))
FROM json_to_recordset(:'vectors') v (sequence bigint, at timestamptz, login text, act text, subject text, detail text, digest text);
SELECT is(v.detail::jsonb::text, v.detail, format('the JSON of vector %s is as it is written out', v.sequence))
FROM json_to_recordset(:'vectors') v (sequence bigint, detail text);
SELECT is(v.at_us, (extract(epoch FROM v.at) * 1000000)::bigint, format('and so is the time of vector %s', v.sequence))
FROM json_to_recordset(:'vectors') v (sequence bigint, at timestamptz, at_us bigint);

-- The chain.
SELECT cmp_ok(t.newest(), '>', 10::bigint, 'what was done so far is in the chain');
SELECT is(t.wrong_links(), 0::bigint, 'every act is linked, without gaps, each to the one before');
SELECT t.newest() AS before \gset
SELECT t.as('adm');
BEGIN;
SELECT certwire.suspend_unit('alpha', 'x');
SAVEPOINT s;
SELECT certwire.reinstate_unit('alpha', 'undone');
ROLLBACK TO s;
SELECT certwire.reinstate_unit('alpha', 'kept');
SELECT is(t.newest(), :before::bigint, 'nothing is linked before the commit');
COMMIT;
BEGIN;
SELECT certwire.suspend_unit('alpha', 'undone');
ROLLBACK;
SELECT t.as('postgres');
SELECT is(t.newest(), :before::bigint + 2, 'at the commit all that was not undone is, and takes numbers without gaps');
SELECT is(t.wrong_links(), 0::bigint, 'the chain goes on');

-- A session may have its acts linked at once; it cannot do without, nor weaken the commit.
SELECT t.as('adm');
BEGIN;
SET LOCAL synchronous_commit = off;
SELECT certwire.suspend_unit('alpha', 'x');
SET CONSTRAINTS certwire.audit_linked IMMEDIATE;
SELECT is(t.newest(), :before::bigint + 3, 'constraints made immediate link what was done');
SELECT certwire.reinstate_unit('alpha', 'x');
SELECT is(t.newest(), :before::bigint + 4, 'and each act after it');
SELECT is(current_setting('synchronous_commit'), 'on', 'an act is durable before anybody sees it');
SELECT is(current_setting('idle_in_transaction_session_timeout'), '2s', 'and who holds up other commits may not idle');
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT certwire.bind_key(t.id('ed1'), 'ed1', 'editor');
SELECT throws_ok('SET CONSTRAINTS certwire.audit_linked IMMEDIATE', 'CW002', 'nothing that is audited is done under REPEATABLE READ',
	'an act under another level, which may not see the newest link, is refused');
ROLLBACK;
SELECT t.as('postgres');
SELECT is(t.wrong_links(), 0::bigint, 'the chain goes on');

-- Many acts in one transaction, as an import has them.
INSERT INTO certwire.audit (act, subject) SELECT 'import', 'unit-' || n FROM generate_series(1, 3000) n;
SELECT is(t.sequence_of('import', 'unit-3000') - t.sequence_of('import', 'unit-1'), 2999::bigint, 'they are linked in their order');
SELECT is(t.wrong_links(), 0::bigint, 'the chain goes on');

-- Two sessions at once.
SELECT t.open('one', 'adm application_name=one'), t.open('two', 'adm application_name=two');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT login FROM certwire.bind_key(%L, ''ed1'', ''editor'')', t.id('ed1'))) r (a text);
SELECT throws_ok('SELECT FROM tap.dblink(''two'', ''SELECT 1/0'') r (a int)', NULL, NULL, 'the second session is there');
SELECT is((SELECT a FROM dblink('two', 'SELECT standing FROM certwire.suspend_unit(''alpha'', ''while one idles'')') r (a text)), 'suspended',
	'an administrator who idles in a transaction holds up nobody''s commit');
SELECT dblink_exec('one', 'COMMIT');
SELECT cmp_ok(t.sequence_of('bind_key', 'ed1'), '>', t.sequence_of('suspend_unit', 'alpha'),
	'the order is that of the commits, not of the calls');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT login FROM certwire.bind_key(%L, ''ed1'', ''editor'')', t.id('ed1'))) r (a text);
SELECT dblink_exec('one', 'SET CONSTRAINTS certwire.audit_linked IMMEDIATE');
SELECT dblink_send_query('two', 'SELECT standing FROM certwire.reinstate_unit(''alpha'', ''x'')');
SELECT ok(t.is_blocked('two'), 'two commits at once are linked one after the other');
SELECT dblink_exec('one', 'COMMIT');
SELECT is((SELECT a FROM dblink_get_result('two') r (a text)), 'good', 'then the second is done');
SELECT is(t.sequence_of('reinstate_unit', 'alpha') - t.sequence_of('bind_key', 'ed1'), 1::bigint, 'it is the next link');
SELECT is(t.wrong_links(), 0::bigint, 'the chain is whole');

-- Nobody changes it.
SELECT throws_ok(format(act, c.name), 'CW002', 'the audit is never changed', format(act, c.name) || ' is refused to everybody')
FROM unnest(ARRAY['audit', 'audit_link', 'audit_anchor', 'audit_end']) c (name),
	unnest(ARRAY['DELETE FROM certwire.%I', 'TRUNCATE certwire.%I CASCADE']) act;
SELECT throws_ok('UPDATE certwire.audit_link SET sequence = sequence', 'CW002', NULL, 'no link is changed');
SELECT throws_ok('UPDATE certwire.audit_anchor SET sequence = 1', 'CW002', NULL, 'no anchor is changed');
SELECT throws_ok('UPDATE certwire.audit_end SET one = true', 'CW002', NULL, 'the row whose lock orders them stays');
SELECT is_empty($$
	SELECT r.login, c.relname FROM unnest(ARRAY['adm', 'reg', 'ed1', 'dsp', 'brk', 'aud', 'stranger']) r (login), pg_class c
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relname LIKE 'audit%' AND c.relkind = 'r'
		AND has_table_privilege(r.login, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
$$, 'no role writes it');

-- Anchors.
SELECT t.as('dsp');
SELECT t.fence() AS fence, t.newest() AS newest \gset
SELECT is(h.audit_sequence, :newest::bigint, 'a head names the newest link') FROM certwire.heads_of(:fence, '{alpha}') h;
SELECT is(certwire.put_anchor(:fence, h.audit_sequence, h.audit_digest, 'a.b.c'), true, 'a head is kept as an anchor')
FROM certwire.heads_of(:fence, '{alpha}') h;
SELECT is(certwire.put_anchor(:fence, h.audit_sequence, h.audit_digest, 'd.e.f'), false, 'one for each link')
FROM certwire.heads_of(:fence, '{alpha}') h;
SELECT throws_ok(format('SELECT certwire.put_anchor(%s, 1, t.digest(''x''), ''a.b.c'')', :fence), 'CW005', NULL,
	'one that does not fit the chain is refused');
SELECT throws_ok('SELECT certwire.put_anchor(0, 1, t.digest(''x''), ''a.b.c'')', 'CW001', NULL, 'and so is one without the lease');
SELECT t.as('postgres');
SELECT results_eq('SELECT sequence, jws FROM certwire.audit_anchor', format('VALUES (%s::bigint, ''a.b.c'')', :newest), 'the first stays');
SELECT * FROM finish(true);
