-- What is signed is found by its key, however many entries wait.
\ir world.sql
SELECT plan(3);

SELECT t.ready('one');
SELECT t.as('dsp');
SELECT certwire.issue_due(t.fence());
-- The table is counted while nothing waits, and then much does: as when a publication goes to many.
SELECT t.as('postgres');
INSERT INTO certwire.entry (unit, epoch, number, kind, issued_at, keyset, payload, digest)
	SELECT 'alpha', 1, n, 'void', now(), 1, 'x', t.digest('x') FROM generate_series(1000, 4000) n;
UPDATE certwire.entry SET payload = 'x', digest = t.digest('x');
ANALYZE certwire.entry;
INSERT INTO certwire.entry (unit, epoch, number, kind, issued_at, keyset)
	SELECT 'beta', 1, n, 'void', now(), 1 FROM generate_series(2, 1001) n;
GRANT SELECT ON ALL TABLES IN SCHEMA certwire TO dsp;

BEGIN;
SELECT t.as('dsp');
SELECT is(certwire.put_entry_signatures(t.fence(), t.id('dsp'), '{beta,beta}', '{1,1}', '{2,3}', '{y,z}',
	ARRAY[t.digest('y'), t.digest('z')], '{j2,j3}'), 2, 'two of a thousand that wait are signed');
SELECT t.as('postgres');
SELECT cmp_ok((SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'certwire.entry'::regclass), '<', 100::bigint,
	'the others are not looked at');
COMMIT;
SELECT is((SELECT count(*) FROM certwire.entry WHERE digest IS NULL), 998::bigint, 'and stay as they were');
SELECT * FROM finish(true);
