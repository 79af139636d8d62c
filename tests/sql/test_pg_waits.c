/* Waiting for PostgreSQL: notifications, deadlines, interrupts, connections that end. */
#include "tests/sql/test_pg.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

static void notifications_come_in_order_and_only_when_listened_for(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL), *other = test_pg_connect(NULL);
	struct pg_notification got;
	bool found = true;

	(void)state;
	assert_done(pg_listen(pg, "certwire_issue", &err));
	assert_done(pg_notification(pg, 0, &got, &found, &err));
	assert_false(found);
	assert_done(pg_exec(other,
		"SELECT pg_notify('certwire_issue', 'one'), pg_notify('other', 'x'), "
		"pg_notify('certwire_issue', 'two')",
		NULL, NULL, &err));
	assert_done(pg_notification(pg, 10000, &got, &found, &err));
	assert_true(found);
	assert_string_equal(got.channel, "certwire_issue");
	assert_string_equal(got.payload, "one");
	assert_done(pg_notification(pg, 10000, &got, &found, &err));
	assert_true(found);
	assert_string_equal(got.payload, "two");
	assert_done(pg_notification(pg, 0, &got, &found, &err));
	assert_false(found);
	assert_true(pg_fd(pg) >= 0);
}

static void what_is_notified_with_an_answer_is_held_until_it_is_asked_for(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);
	struct pg_notification got;

	(void)state;
	assert_false(pg_notified(pg, &got));
	assert_done(pg_listen(pg, "certwire_issue", &err));
	assert_false(pg_notified(pg, &got));
	assert_done(
		pg_exec(pg, "SELECT pg_notify('certwire_issue', 'one'), pg_notify('certwire_issue', 'two')",
			NULL, NULL, &err));
	assert_true(pg_notified(pg, &got));
	assert_string_equal(got.channel, "certwire_issue");
	assert_string_equal(got.payload, "one");
	assert_true(pg_notified(pg, &got));
	assert_string_equal(got.payload, "two");
	assert_false(pg_notified(pg, &got));
}

static void a_connection_that_was_ended_says_so_and_is_over(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL), *other = test_pg_connect(NULL);
	struct pg_notification got;
	bool found;
	char sql[80];

	(void)state;
	snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)",
		(int)test_pg_number(pg, "SELECT pg_backend_pid()"));
	assert_done(pg_exec(other, sql, NULL, NULL, &err));
	assert_refused(pg_notification(pg, 10000, &got, &found, &err), ERR_SYSTEM, "database");
	assert_false(pg_is_connected(pg));
	assert_false(pg_notified(pg, &got));
	assert_refused(pg_exec(pg, "SELECT 1", NULL, NULL, &err), ERR_SYSTEM, "not connected");
	assert_refused(pg_begin(pg, &err), ERR_SYSTEM, "not connected");
	pg_rollback(pg);
}

static void a_frozen_server_costs_the_deadline_and_no_more(void **state)
{
	struct err err = {0};
	struct pg_options options = {.answer_timeout_ms = 200};
	auto_pg struct pg *pg = test_pg_connect(&options);
	pid_t backend = (pid_t)test_pg_number(pg, "SELECT pg_backend_pid()");

	(void)state;
	assert_int_equal(kill(backend, SIGSTOP), 0);
	assert_refused(pg_exec(pg, "SELECT 1", NULL, NULL, &err), ERR_SYSTEM, "no answer in time");
	assert_int_equal(kill(backend, SIGCONT), 0);
	assert_false(pg_is_connected(pg));
	assert_int_equal(pg_fd(pg), -1);
}

static void the_server_ends_what_takes_too_long(void **state)
{
	struct err err = {0};
	struct pg_options options = {.statement_timeout_ms = 50};
	auto_pg struct pg *pg = test_pg_connect(&options);

	(void)state;
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "timeout");
	assert_string_equal(pg_err_state(pg), "57014");
	assert_true(pg_is_connected(pg));
}

static void the_server_ends_a_session_that_idles_in_a_transaction(void **state)
{
	struct err err = {0};
	struct pg_options options = {.idle_transaction_timeout_ms = 50};
	auto_pg struct pg *pg = test_pg_connect(&options);
	struct pg_notification got;
	bool found;

	(void)state;
	assert_done(pg_begin(pg, &err));
	assert_refused(pg_notification(pg, 10000, &got, &found, &err), ERR_SYSTEM, "database");
	assert_false(pg_is_connected(pg));
}

static void an_interrupt_ends_a_wait(void **state)
{
	struct err err = {0};
	int ends[2];
	struct pg_options options = {0};
	struct pg *pg;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	options.interrupt_fd = ends[0];
	pg = test_pg_connect(&options);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "interrupted");
	pg_free(pg);
	close(ends[0]);
	close(ends[1]);
}

static void *cancel_until_told(void *arg)
{
	struct pg *pg = arg;
	auto_pg struct pg *other = test_pg_connect(NULL);

	/* Only once the statement runs: a cancel that comes before it would do nothing. */
	while (test_pg_number(
			   other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 0)
		;
	pg_cancel(pg);
	return NULL;
}

static void a_statement_is_cancelled_from_another_thread(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, cancel_until_told, pg), 0);
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "cancel");
	pthread_join(thread, NULL);
	assert_int_equal(test_pg_number(pg, "SELECT 1"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notifications_come_in_order_and_only_when_listened_for),
		cmocka_unit_test(what_is_notified_with_an_answer_is_held_until_it_is_asked_for),
		cmocka_unit_test(a_connection_that_was_ended_says_so_and_is_over),
		cmocka_unit_test(a_frozen_server_costs_the_deadline_and_no_more),
		cmocka_unit_test(the_server_ends_what_takes_too_long),
		cmocka_unit_test(the_server_ends_a_session_that_idles_in_a_transaction),
		cmocka_unit_test(an_interrupt_ends_a_wait),
		cmocka_unit_test(a_statement_is_cancelled_from_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
