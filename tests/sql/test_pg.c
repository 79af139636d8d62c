#include "db/pg.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/unit/test.h"

static struct pg *connected(const struct pg_options *options)
{
	struct err err = {0};
	struct pg *pg = NULL;

	assert_done(pg_connect("", "test_pg", options, &pg, &err));
	return pg;
}

static int64_t number(struct pg *pg, const char *sql)
{
	struct err err = {0};
	auto_rows struct pg_rows *rows = NULL;

	assert_done(pg_exec_one(pg, sql, NULL, &rows, &err));
	return pg_int(rows, 0, 0);
}

static void values_come_back_as_they_were(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	pg_param_text(&params, "周报");
	pg_param_bytes(&params, "\0\1\xff", 3);
	pg_param_int(&params, INT64_MIN);
	pg_param_bool(&params, true);
	pg_param_time(&params, 4102444800);
	pg_param_int(&params, -7);
	pg_param_bytes(&params, "", 0);
	assert_done(pg_exec_one(pg,
		"SELECT $1::text, $2::bytea, $3::bigint, $4::boolean, $5::timestamptz, $6::int, $7::bytea,"
		" to_char($5 AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'x'::name, 3::smallint",
		&params, &rows, &err));
	assert_string_equal(pg_text(rows, 0, 0), "周报");
	assert_int_equal(pg_bytes(rows, 0, 1).len, 3);
	assert_memory_equal(pg_bytes(rows, 0, 1).data, "\0\1\xff", 3);
	assert_true(pg_int(rows, 0, 2) == INT64_MIN);
	assert_true(pg_bool(rows, 0, 3));
	assert_true(pg_time(rows, 0, 4) == 4102444800);
	assert_int_equal(pg_int(rows, 0, 5), -7);
	assert_false(pg_is_null(rows, 0, 6));
	assert_int_equal(pg_bytes(rows, 0, 6).len, 0);
	assert_string_equal(pg_text(rows, 0, 7), "2100-01-01");
	assert_string_equal(pg_text(rows, 0, 8), "x");
	assert_int_equal(pg_int(rows, 0, 9), 3);
	assert_int_equal(params.count, 0);
}

static void a_null_is_told_from_nothing(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	pg_param_null(&params);
	pg_param_text(&params, NULL);
	pg_param_bytes(&params, NULL, 0);
	assert_done(pg_exec_one(pg,
		"SELECT $1::int, $2::text, $3::bytea, NULL::boolean, NULL::timestamptz, NULL::text[]",
		&params, &rows, &err));
	for (int column = 0; column < 6; column++)
		assert_true(pg_is_null(rows, 0, column));
	assert_int_equal(pg_int(rows, 0, 0), 0);
	assert_null(pg_text(rows, 0, 1));
	assert_null(pg_bytes(rows, 0, 2).data);
	assert_false(pg_bool(rows, 0, 3));
	assert_int_equal(pg_time(rows, 0, 4), 0);
	assert_int_equal(pg_array_len(rows, 0, 5), 0);
}

static void times_outside_any_calendar_are_kept_apart(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	auto_rows struct pg_rows *rows = NULL;

	(void)state;
	assert_done(pg_exec_one(pg,
		"SELECT 'infinity'::timestamptz, '-infinity'::timestamptz,"
		" '1969-12-31 23:59:58.5Z'::timestamptz, '2000-01-01 00:00:00.9Z'::timestamptz",
		NULL, &rows, &err));
	assert_true(pg_time(rows, 0, 0) == INT64_MAX);
	assert_true(pg_time(rows, 0, 1) == INT64_MIN);
	assert_int_equal(pg_time(rows, 0, 2), -2);
	assert_int_equal(pg_time(rows, 0, 3), 946684800);
}

static void arrays_come_back_as_they_were(void **state)
{
	struct err err = {0};
	static const char *const texts[] = {"a", NULL, "", "长, \"{}"};
	static const struct pg_bytes blobs[] = {{"\0x", 2}, {NULL, 0}, {"", 0}};
	static const int64_t ints[] = {1, -2, INT64_MAX}, times[] = {0, 4102444800};
	static const bool bools[] = {true, false};
	auto_pg struct pg *pg = connected(NULL);
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	pg_param_texts(&params, 4, texts);
	pg_param_blobs(&params, 3, blobs);
	pg_param_ints(&params, 3, ints);
	pg_param_bools(&params, 2, bools);
	pg_param_times(&params, 2, times);
	pg_param_texts(&params, 0, NULL);
	assert_done(pg_exec_one(pg,
		"SELECT $1::text[], $2::bytea[], $3::bigint[]::text, $4::boolean[]::text,"
		" extract(epoch FROM ($5::timestamptz[])[2])::bigint, cardinality($6::text[])",
		&params, &rows, &err));
	assert_int_equal(pg_array_len(rows, 0, 0), 4);
	assert_memory_equal(pg_array_at(rows, 0, 0, 0).data, "a", 1);
	assert_null(pg_array_at(rows, 0, 0, 1).data);
	assert_non_null(pg_array_at(rows, 0, 0, 2).data);
	assert_int_equal(pg_array_at(rows, 0, 0, 2).len, 0);
	assert_int_equal(pg_array_at(rows, 0, 0, 3).len, strlen(texts[3]));
	assert_memory_equal(pg_array_at(rows, 0, 0, 3).data, texts[3], strlen(texts[3]));
	assert_int_equal(pg_array_len(rows, 0, 1), 3);
	assert_memory_equal(pg_array_at(rows, 0, 1, 0).data, "\0x", 2);
	assert_null(pg_array_at(rows, 0, 1, 1).data);
	assert_string_equal(pg_text(rows, 0, 2), "{1,-2,9223372036854775807}");
	assert_string_equal(pg_text(rows, 0, 3), "{t,f}");
	assert_int_equal(pg_int(rows, 0, 4), 4102444800);
	assert_int_equal(pg_int(rows, 0, 5), 0);
}

static void a_batch_larger_than_any_socket_buffer_arrives(void **state)
{
	struct err err = {0};
	enum { COUNT = 64, SIZE = 256 * 1024 };
	auto_free char *data = calloc(1, SIZE);
	struct pg_bytes blobs[COUNT];
	auto_pg struct pg *pg = connected(NULL);
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		blobs[i] = (struct pg_bytes){data, SIZE};
	pg_param_blobs(&params, COUNT, blobs);
	assert_done(pg_exec_one(pg, "SELECT sum(octet_length(b))::bigint FROM unnest($1::bytea[]) b",
		&params, &rows, &err));
	assert_int_equal(pg_int(rows, 0, 0), (int64_t)COUNT * SIZE);
}

static void too_many_parameters_are_an_error(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	for (int i = 0; i <= PG_PARAMS_MAX; i++)
		pg_param_int(&params, i);
	assert_refused(pg_exec(pg, "SELECT 1", &params, NULL, &err), ERR_SYSTEM, "too many");
	assert_int_equal(number(pg, "SELECT 1"), 1);
}

static void refusals_are_sorted_by_what_to_do(void **state)
{
	struct err err = {0};
	static const struct {
		const char *sqlstate;
		enum err_kind kind;
	} cases[] = {
		{"CW001", ERR_DENIED},
		{"CW002", ERR_DENIED},
		{"CW003", ERR_DATA},
		{"CW004", ERR_DATA},
		{"CW005", ERR_DATA},
		{"CW006", ERR_DENIED},
		{"42501", ERR_DENIED},
		{"23505", ERR_DATA},
		{"22P02", ERR_DATA},
		{"40P01", ERR_SYSTEM},
		{"53300", ERR_SYSTEM},
		{"57P01", ERR_SYSTEM},
		{"25006", ERR_SYSTEM},
	};
	auto_pg struct pg *pg = connected(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char sql[160];

		snprintf(sql, sizeof sql,
			"DO 'BEGIN RAISE ''no'' USING ERRCODE = ''%s'', HINT = ''do''; END'",
			cases[i].sqlstate);
		assert_refused(pg_exec(pg, sql, NULL, NULL, &err), cases[i].kind, "no: do");
		assert_string_equal(pg_err_state(pg), cases[i].sqlstate);
		assert_int_equal(pg_err_is_lease_lost(pg), i == 0);
	}
	assert_int_equal(number(pg, "SELECT 1"), 1);
	assert_string_equal(pg_err_state(pg), "");
}

static void a_refusal_is_one_line_without_the_statement(void **state)
{
	auto_pg struct pg *pg = connected(NULL);
	struct err err = {0};

	(void)state;
	assert_false(pg_exec(pg,
		"DO $$BEGIN RAISE E'two\\nlines' USING ERRCODE = 'CW004', DETAIL = 'a secret'; END$$", NULL,
		NULL, &err));
	assert_null(strchr(err.text, '\n'));
	assert_null(strstr(err.text, "secret"));
	assert_null(strstr(err.text, "RAISE"));
}

static void a_database_without_the_schema_says_what_to_run(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);

	(void)state;
	assert_refused(
		pg_exec(pg, "SELECT certwire.my_key()", NULL, NULL, &err), ERR_DATA, "certwire-db migrate");
}

static void a_commit_after_a_failure_is_a_failure(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);

	(void)state;
	assert_done(pg_exec(pg, "CREATE TEMP TABLE kept (x int)", NULL, NULL, &err));
	assert_done(pg_begin(pg, &err));
	assert_done(pg_exec(pg, "INSERT INTO pg_temp.kept VALUES (1)", NULL, NULL, &err));
	assert_refused(pg_exec(pg, "SELECT 1 / 0", NULL, NULL, &err), ERR_DATA, "division by zero");
	assert_refused(pg_commit(pg, &err), ERR_DATA, "rolled back");
	assert_int_equal(number(pg, "SELECT count(*) FROM pg_temp.kept"), 0);
}

static bool insert_then_fail(struct pg *pg, void *ctx, struct err *err)
{
	bool *fails = ctx;

	if (!pg_exec(pg, "INSERT INTO pg_temp.kept VALUES (1)", NULL, NULL, err))
		return false;
	return !*fails || err_set(err, ERR_DATA, "as told");
}

static void a_transaction_is_kept_or_undone_as_a_whole(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	bool fails = true;

	(void)state;
	assert_done(pg_exec(pg, "CREATE TEMP TABLE kept (x int)", NULL, NULL, &err));
	assert_refused(pg_transaction(pg, insert_then_fail, &fails, &err), ERR_DATA, "as told");
	assert_int_equal(number(pg, "SELECT count(*) FROM pg_temp.kept"), 0);
	fails = false;
	assert_done(pg_transaction(pg, insert_then_fail, &fails, &err));
	assert_int_equal(number(pg, "SELECT count(*) FROM pg_temp.kept"), 1);
}

static void a_session_is_read_committed_whatever_the_server_says(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = NULL;
	auto_rows struct pg_rows *rows = NULL;

	(void)state;
	assert_done(pg_connect(
		"options='-c default_transaction_isolation=serializable -c client_encoding=latin1'",
		"test_pg", NULL, &pg, &err));
	assert_done(pg_exec_one(pg,
		"SELECT current_setting('transaction_isolation'), current_setting('client_encoding'),"
		" current_setting('search_path'), current_setting('application_name')",
		NULL, &rows, &err));
	assert_string_equal(pg_text(rows, 0, 0), "read committed");
	assert_string_equal(pg_text(rows, 0, 1), "UTF8");
	assert_string_equal(pg_text(rows, 0, 2), "");
	assert_string_equal(pg_text(rows, 0, 3), "test_pg");
}

static void another_number_of_rows_than_one_is_refused(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	struct pg_rows *rows = NULL;

	(void)state;
	assert_refused(pg_exec_one(pg, "SELECT 1 WHERE false", NULL, &rows, &err), ERR_DATA, "0 rows");
	assert_refused(
		pg_exec_one(pg, "SELECT generate_series(1, 2)", NULL, &rows, &err), ERR_DATA, "2 rows");
	assert_null(rows);
}

static void a_script_stops_at_its_first_failure(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);

	(void)state;
	assert_done(
		pg_exec_script(pg, "CREATE TEMP TABLE s (x int); INSERT INTO pg_temp.s VALUES (1);", &err));
	assert_refused(
		pg_exec_script(pg, "INSERT INTO pg_temp.s VALUES (2); SELECT 1 / 0; SELECT 3", &err),
		ERR_DATA, "division by zero");
	assert_int_equal(number(pg, "SELECT count(*) FROM pg_temp.s"), 1);
}

static void notifications_come_in_order_and_only_when_listened_for(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL), *other = connected(NULL);
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

static void a_connection_that_was_ended_says_so_and_is_over(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL), *other = connected(NULL);
	struct pg_notification got;
	bool found;
	char sql[80];

	(void)state;
	snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)",
		(int)number(pg, "SELECT pg_backend_pid()"));
	assert_done(pg_exec(other, sql, NULL, NULL, &err));
	assert_refused(pg_notification(pg, 10000, &got, &found, &err), ERR_SYSTEM, "database");
	assert_false(pg_is_connected(pg));
	assert_refused(pg_exec(pg, "SELECT 1", NULL, NULL, &err), ERR_SYSTEM, "not connected");
	assert_refused(pg_begin(pg, &err), ERR_SYSTEM, "not connected");
	pg_rollback(pg);
}

static void a_frozen_server_costs_the_deadline_and_no_more(void **state)
{
	struct err err = {0};
	struct pg_options options = {.answer_timeout_ms = 200};
	auto_pg struct pg *pg = connected(&options);
	pid_t backend = (pid_t)number(pg, "SELECT pg_backend_pid()");

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
	auto_pg struct pg *pg = connected(&options);

	(void)state;
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "timeout");
	assert_string_equal(pg_err_state(pg), "57014");
	assert_true(pg_is_connected(pg));
}

static void the_server_ends_a_session_that_idles_in_a_transaction(void **state)
{
	struct err err = {0};
	struct pg_options options = {.idle_transaction_timeout_ms = 50};
	auto_pg struct pg *pg = connected(&options);
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
	pg = connected(&options);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "interrupted");
	pg_free(pg);
	close(ends[0]);
	close(ends[1]);
}

static void *cancel_until_told(void *arg)
{
	struct pg *pg = arg;
	auto_pg struct pg *other = connected(NULL);

	/* Only once the statement runs: a cancel that comes before it would do nothing. */
	while (number(other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 0)
		;
	pg_cancel(pg);
	return NULL;
}

static void a_statement_is_cancelled_from_another_thread(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = connected(NULL);
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, cancel_until_told, pg), 0);
	assert_refused(pg_exec(pg, "SELECT pg_sleep(60)", NULL, NULL, &err), ERR_SYSTEM, "cancel");
	pthread_join(thread, NULL);
	assert_int_equal(number(pg, "SELECT 1"), 1);
}

static void no_error_shows_a_password(void **state)
{
	static const char *const bad[] = {"password=hunter2 host", "hunter2", "password='hunter2",
		"postgresql://u:hunter2@/x?nonsense=1", "host=/nowhere password=hunter2",
		"host=127.0.0.1 port=1 password=hunter2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};
		struct pg *pg = NULL;

		assert_false(pg_connect(bad[i], "test_pg", NULL, &pg, &err));
		assert_null(strstr(err.text, "hunter2"));
		assert_int_equal(err.kind, i < 4 ? ERR_USAGE : ERR_SYSTEM);
		assert_null(pg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_were),
		cmocka_unit_test(a_null_is_told_from_nothing),
		cmocka_unit_test(times_outside_any_calendar_are_kept_apart),
		cmocka_unit_test(arrays_come_back_as_they_were),
		cmocka_unit_test(a_batch_larger_than_any_socket_buffer_arrives),
		cmocka_unit_test(too_many_parameters_are_an_error),
		cmocka_unit_test(refusals_are_sorted_by_what_to_do),
		cmocka_unit_test(a_refusal_is_one_line_without_the_statement),
		cmocka_unit_test(a_database_without_the_schema_says_what_to_run),
		cmocka_unit_test(a_commit_after_a_failure_is_a_failure),
		cmocka_unit_test(a_transaction_is_kept_or_undone_as_a_whole),
		cmocka_unit_test(a_session_is_read_committed_whatever_the_server_says),
		cmocka_unit_test(another_number_of_rows_than_one_is_refused),
		cmocka_unit_test(a_script_stops_at_its_first_failure),
		cmocka_unit_test(notifications_come_in_order_and_only_when_listened_for),
		cmocka_unit_test(a_connection_that_was_ended_says_so_and_is_over),
		cmocka_unit_test(a_frozen_server_costs_the_deadline_and_no_more),
		cmocka_unit_test(the_server_ends_what_takes_too_long),
		cmocka_unit_test(the_server_ends_a_session_that_idles_in_a_transaction),
		cmocka_unit_test(an_interrupt_ends_a_wait),
		cmocka_unit_test(a_statement_is_cancelled_from_another_thread),
		cmocka_unit_test(no_error_shows_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
