-- Two sessions at once: what the locks order, and what a stopped one cannot hold up.
\ir world.sql
CREATE EXTENSION dblink WITH SCHEMA tap;
SELECT no_plan();

CREATE FUNCTION t.open(name text, login text) RETURNS text LANGUAGE sql AS $$
	SELECT tap.dblink_connect(name, current_setting('t.conninfo') || ' user=' || login)
$$;
CREATE FUNCTION t.pid(name text) RETURNS int LANGUAGE sql AS $$
	SELECT pid FROM tap.dblink(name, 'SELECT pg_backend_pid()') p (pid int)
$$;
-- Waits until the session waits for another; false when it does not within ten seconds.
CREATE FUNCTION t.is_blocked(pid int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	deadline timestamptz := clock_timestamp() + interval '10 s';
BEGIN
	WHILE cardinality(pg_blocking_pids(pid)) = 0 LOOP
		IF clock_timestamp() > deadline THEN
			RETURN false;
		END IF;
		PERFORM pg_sleep(0.005);
	END LOOP;
	RETURN true;
END
$$;
CREATE FUNCTION t.audience_of(name text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(unit || ':' || number, ' ' ORDER BY unit) FROM certwire.delivery WHERE publication = t.id(name)
$$;
-- Sends a statement and takes its answer later, as one text.
CREATE FUNCTION t.answer(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	SELECT string_agg(a, ' ') INTO said FROM tap.dblink_get_result(name) r (a text);
	PERFORM FROM tap.dblink_get_result(name) r (a text);
	RETURN said;
END
$$;
SELECT set_config('t.conninfo', :'conninfo', false);
SELECT t.open('admin', 'adm'), t.open('one', 'dsp'), t.open('two', 'dsp');
SELECT t.pid('admin') AS admin_pid, t.pid('one') AS one_pid, t.pid('two') AS two_pid, t.fence() AS fence \gset

-- A suspension that is under way when an issue begins: the issue waits, and sees it.
SELECT t.ready('first');
SELECT t.as('postgres');
SELECT dblink_exec('admin', 'BEGIN');
SELECT FROM dblink('admin', 'SELECT standing FROM certwire.suspend_unit(''beta'', ''x'')') r (a text);
SELECT dblink_send_query('one', format('SELECT deliveries FROM certwire.issue_due(%s)', :fence));
SELECT ok(t.is_blocked(:one_pid), 'an issue waits for a suspension that is under way');
SELECT dblink_exec('admin', 'COMMIT');
SELECT is(t.answer('one'), '1', 'once that is committed it is seen');
SELECT is(t.audience_of('first'), 'alpha:1', 'the suspended unit is left out, though the issue began before the commit');

-- The other way round: the issue has the lock, the suspension comes after it.
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT t.ready('second');
SELECT t.as('postgres');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT deliveries FROM certwire.issue_due(%s)', :fence)) r (a text);
SELECT dblink_send_query('admin', 'SELECT standing FROM certwire.suspend_unit(''beta'', ''x'')');
SELECT ok(t.is_blocked(:admin_pid), 'a suspension waits for an issue that is under way');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('admin'), 'suspended', 'then it is done');
SELECT is(t.audience_of('second'), 'alpha:2 beta:1', 'what was issued before it stays issued');
SELECT t.as('dsp');
SELECT is_empty(format('SELECT FROM certwire.deliveries_to_seal(%s, t.id(''dsp''), 9) s WHERE s.unit = ''beta''', :fence), 'and is not sealed to it any more');

-- Sealing is ordered in the same way.
SELECT t.as('adm');
SELECT certwire.reinstate_unit('beta', 'x');
SELECT t.as('postgres');
SELECT dblink_exec('admin', 'BEGIN');
SELECT FROM dblink('admin', 'SELECT standing FROM certwire.suspend_unit(''beta'', ''x'')') r (a text);
SELECT dblink_send_query('one', format('SELECT unit FROM certwire.deliveries_to_seal(%s, t.id(''dsp''), 9)', :fence));
SELECT ok(t.is_blocked(:one_pid), 'sealing waits for a suspension that is under way');
SELECT dblink_exec('admin', 'COMMIT');
SELECT is(t.answer('one'), 'alpha alpha', 'and seals nothing to the suspended unit');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT unit FROM certwire.deliveries_to_seal(%s, t.id(''dsp''), 9)', :fence)) r (a text);
SELECT dblink_send_query('admin', 'SELECT standing FROM certwire.suspend_unit(''alpha'', ''x'')');
SELECT ok(t.is_blocked(:admin_pid), 'while deliveries are being sealed a suspension waits');
SELECT is((SELECT n FROM dblink('one', format($$SELECT certwire.put_grants(%s, ARRAY[t.id('first')], '{alpha}', '{d1}', ARRAY[t.id('alpha.d1')], ARRAY[decode(repeat('cc', 96), 'hex')])$$, :fence)) r (n int)), 1,
	'the grant is put in the same transaction');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('admin'), 'suspended', 'then the suspension is done');
SELECT t.as('dsp');
SELECT is(certwire.put_grants(:fence, ARRAY[t.id('second')], '{alpha}', '{d1}', ARRAY[t.id('alpha.d1')], ARRAY[decode(repeat('cc', 96), 'hex')]), 0,
	'a grant that comes after it is left out');

-- A dispatcher that stopped in the middle holds nobody up for long.
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x'), certwire.reinstate_unit('beta', 'x');
SELECT t.as('postgres');
SELECT dblink_exec('one', 'SET idle_in_transaction_session_timeout = ''300ms''');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT unit FROM certwire.deliveries_to_seal(%s, t.id(''dsp''), 9)', :fence)) r (a text);
SELECT is((SELECT a FROM dblink('admin', 'SELECT standing FROM certwire.suspend_unit(''alpha'', ''x'')') r (a text)), 'suspended',
	'one that idles in its transaction is ended by the server, and the suspension goes on');
SELECT throws_ok('SELECT FROM tap.dblink(''one'', ''SELECT 1'') r (a text)', NULL, NULL, 'its session is gone when it wakes');
SELECT dblink_disconnect('one');
SELECT t.open('one', 'dsp');
SELECT t.pid('one') AS one_pid \gset
SELECT t.as('adm');
SELECT certwire.reinstate_unit('alpha', 'x');

-- Two issues at once: numbers stay gapless, also when one is rolled back.
SELECT t.ready('third');
SELECT t.ready('fourth');
SELECT t.ready('fifth');
SELECT t.as('postgres');
SELECT dblink_exec('one', 'BEGIN'), dblink_exec('two', 'BEGIN');
SELECT FROM dblink('one', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''third''))', :fence)) r (a text);
SELECT dblink_send_query('two', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''fourth''))', :fence));
SELECT ok(t.is_blocked(:two_pid), 'one issue waits for another');
SELECT dblink_exec('one', 'ROLLBACK');
SELECT is(t.answer('two'), '2', 'then it is made');
SELECT dblink_exec('two', 'COMMIT');
SELECT is(t.audience_of('fourth'), 'alpha:3 beta:2', 'one that was rolled back took no number');
SELECT dblink_exec('one', 'BEGIN'), dblink_exec('two', 'BEGIN');
SELECT FROM dblink('one', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''third''))', :fence)) r (a text);
SELECT dblink_send_query('two', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''fifth''))', :fence));
SELECT ok(t.is_blocked(:two_pid), 'the next waits as well');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('two'), '2', 'and is made');
SELECT dblink_exec('two', 'COMMIT');
SELECT is(t.audience_of('third') || ' ' || t.audience_of('fifth'), 'alpha:4 beta:3 alpha:5 beta:4', 'numbers follow each other');
SELECT dblink_exec('one', 'BEGIN');
SELECT t.ready('sixth');
SELECT t.as('postgres');
SELECT FROM dblink('one', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''sixth''))', :fence)) r (a text);
SELECT dblink_send_query('two', format('SELECT deliveries FROM certwire.issue_due(%s, t.id(''sixth''))', :fence));
SELECT ok(t.is_blocked(:two_pid), 'the same one asked for twice at once');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('two'), NULL, 'is issued once');

-- The lease: it does not change hands under a transaction that relies on it.
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', format('SELECT certwire.expire_due(%s)', :fence)) r (a text);
SELECT dblink_send_query('two', 'SELECT held FROM certwire.lease_take(''dispatcher.test'', ''1 min'')');
SELECT ok(t.is_blocked(:two_pid), 'taking the lease waits for a write under the old fence');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('two'), 't', 'then it is taken');
SELECT throws_ok(format($$SELECT FROM tap.dblink('one', 'SELECT certwire.expire_due(%s)') r (a text)$$, :fence), 'CW001', NULL, 'and the old fence writes no more');

-- Two receipts of one device at once: none is lost to the watermark.
SELECT t.as('dsp');
SELECT t.sign_all();
SELECT certwire.lease_take('dispatcher.test', '1 hour');
SELECT t.fence() AS fence \gset
SELECT t.as('brk');
SELECT certwire.put_receipts('b', '{alpha,alpha}', '{d1,d1}', '{1,2}', '{r1,r2}');
SELECT t.as('postgres');
SELECT dblink_exec('one', 'BEGIN');
SELECT FROM dblink('one', $$SELECT t.settle((SELECT min(id) FROM certwire.receipts_to_judge(t.fence(), 9)), 'first', 'stored')$$) r (a text);
SELECT dblink_send_query('two', $$SELECT t.settle((SELECT max(id) FROM certwire.receipts_to_judge(t.fence(), 9)), 'second', 'stored')$$);
SELECT ok(t.is_blocked(:two_pid), 'two receipts of a device are settled one after the other');
SELECT dblink_exec('one', 'COMMIT');
SELECT is(t.answer('two'), '2', 'and the watermark passes both');
-- Nobody waits for the lock without end, and nobody who idles keeps it.
SELECT t.as('adm');
BEGIN;
SELECT certwire.set_term(4, selected_year => 2011);
SELECT is(current_setting('idle_in_transaction_session_timeout'), '1min', 'who holds the lock may not idle for longer');
SELECT is(current_setting('lock_timeout'), '5s', 'nor wait for another one for longer');
ROLLBACK;
SELECT is(current_setting('idle_in_transaction_session_timeout') || current_setting('lock_timeout'), '00', 'afterwards the session is as it was');
BEGIN;
SET LOCAL idle_in_transaction_session_timeout = '5s';
SET LOCAL lock_timeout = '100ms';
SELECT certwire.set_term(4, selected_year => 2011);
SELECT is(current_setting('idle_in_transaction_session_timeout') || current_setting('lock_timeout'), '5s100ms', 'who allows himself less is not given more');
ROLLBACK;
SELECT * FROM finish(true);
