-- One dispatcher writes the ledger; whoever lost the lease cannot.
\ir world.sql
SELECT no_plan();

SELECT t.as('dsp');
SELECT is((SELECT held FROM certwire.lease_take('other', '1 min')), false, 'a lease that is held is not taken');
SELECT is((SELECT fence FROM certwire.lease_take('other', '1 min')), t.fence(), 'and its fence is told');
SELECT t.fence() AS before \gset
SELECT results_eq('SELECT fence, held FROM certwire.lease_take(''dispatcher.test'', ''1 min'')', format('VALUES (%s::bigint, true)', :before + 1),
	'its holder may take it anew, under a new fence');
SELECT throws_ok(format('SELECT certwire.issue_due(%s)', :before), 'CW001', 'the lease is lost', 'the old fence is worth nothing');
SELECT ok(certwire.lease_renew(t.fence(), '1 hour'), 'a lease is renewed');
SELECT ok(NOT certwire.lease_renew(:before, '1 hour'), 'not under an old fence');
SELECT ok(NOT certwire.lease_renew(t.fence(), '2 hours'), 'not for too long');
SELECT throws_ok('SELECT certwire.lease_take('''', ''1 min'')', 'CW004', NULL, 'a holder has a name');
SELECT throws_ok('SELECT certwire.lease_take(''x'', ''-1 s'')', 'CW004', NULL, 'a lease has a length');

-- Every function that takes a fence refuses a wrong one, before it looks at anything else.
SELECT t.as('postgres');
CREATE FUNCTION t.call_with(p pg_proc, fence bigint) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT certwire.%I(%s)', p.proname, string_agg(CASE a.place WHEN 1 THEN fence::text ELSE 'NULL::' || format_type(a.type, NULL) END, ', ' ORDER BY a.place))
	FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, place)
$$;
CREATE TABLE t.fenced AS SELECT p.proname, t.call_with(p, 0) AS call FROM pg_proc p
	WHERE p.pronamespace = 'certwire'::regnamespace AND p.proargnames[1] = 'fence' AND has_function_privilege('dsp', p.oid, 'EXECUTE')
		AND p.proname NOT IN ('lease_renew', 'lease_release', 'lease_take');
GRANT SELECT ON t.fenced TO dsp;
SELECT t.as('dsp');
SELECT ok((SELECT count(*) FROM t.fenced) >= 20, 'there are functions to try');
SELECT throws_ok(f.call, 'CW001', NULL, f.proname || ' refuses a wrong fence') FROM t.fenced f ORDER BY f.proname;
SELECT is_empty($$
	SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'certwire'::regnamespace AND has_function_privilege('dsp', p.oid, 'EXECUTE')
		AND p.proname NOT IN (SELECT proname FROM t.fenced)
		AND p.proname NOT IN ('lease_take', 'lease_renew', 'lease_release', 'current_keysets', 'my_key', 'publication_references', 'right_now',
			'ledger_figures', 'broker_figures')
$$, 'the dispatcher has no function without a fence but those of the lease, and for reading keysets, references and what is measured');

-- Time runs out.
SELECT t.as('postgres');
UPDATE certwire.lease SET expires_at = clock_timestamp() - interval '1 ms';
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.issue_due(t.fence())', 'CW001', NULL, 'past its time the lease is lost, nobody having taken it');
SELECT ok(NOT certwire.lease_renew(t.fence(), '1 min'), 'and is not renewed');
SELECT t.fence() AS old \gset
SELECT ok((SELECT held FROM certwire.lease_take('other', '1 min')), 'another takes it');
SELECT throws_ok(format('SELECT certwire.expire_due(%s)', :old), 'CW001', NULL, 'one that was stopped and wakes can do no harm');
SELECT is((SELECT held FROM certwire.lease_take('dispatcher.test', '1 min')), false, 'and does not get it back');
SELECT ok(certwire.lease_release(t.fence()), 'a lease is given back');
SELECT ok((SELECT held FROM certwire.lease_take('dispatcher.test', '1 min')), 'and then free at once');
SELECT ok(NOT certwire.lease_release(:old), 'nobody gives back what is another''s');

-- A row that nobody has locked since it was written has no xmax.
SELECT ok(certwire.lease_renew(t.fence(), '1 min'), 'who holds it renews it');
SELECT certwire.heads_of(t.fence(), '{}'), certwire.heads_channels(t.fence(), '{}'), certwire.parts_owed(t.fence(), 'alpha', 'none');
SELECT certwire.owed_to(t.fence(), 'alpha', 'd1', 0, 0, '{}', '{}', 16), certwire.device_of(t.fence(), 'alpha', 'd1'),
	certwire.publication_parts(t.fence(), 'none', 0, 0);
SELECT t.as('postgres');
SELECT is((SELECT l.xmax::text FROM certwire.lease l), '0', 'who reads leaves the lease''s row alone, and with it the disk');
SELECT t.as('dsp');
SELECT certwire.expire_due(t.fence());
SELECT t.as('postgres');
SELECT isnt((SELECT l.xmax::text FROM certwire.lease l), '0', 'who writes holds it');
SELECT * FROM finish(true);
