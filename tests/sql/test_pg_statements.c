/* Statements, transactions and what a refusal says. */
#include "tests/sql/test_pg.h"

#include <stdio.h>
#include <string.h>

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
	auto_pg struct pg *pg = test_pg_connect(NULL);

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
	assert_int_equal(test_pg_number(pg, "SELECT 1"), 1);
	assert_string_equal(pg_err_state(pg), "");
}

static void a_refusal_is_one_line_without_the_statement(void **state)
{
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);

	(void)state;
	assert_refused(
		pg_exec(pg, "SELECT certwire.my_key()", NULL, NULL, &err), ERR_DATA, "certwire-db migrate");
}

static void a_question_and_its_answer_may_be_apart(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	pg_param_int(&params, 20);
	assert_done(pg_ask(pg, "SELECT $1::int + 1", &params, &err));
	assert_done(pg_answer(pg, &rows, &err));
	assert_int_equal(pg_int(rows, 0, 0), 21);
	assert_done(pg_ask(pg, "SELECT 1 / 0", NULL, &err));
	assert_refused(pg_answer(pg, &rows, &err), ERR_DATA, "division by zero");
	assert_int_equal(test_pg_number(pg, "SELECT 1"), 1);
}

static void an_answer_that_is_not_wanted_is_not_taken_for_the_next(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);

	(void)state;
	pg_drop_answer(pg);
	assert_done(pg_ask(pg, "SELECT 7", NULL, &err));
	pg_drop_answer(pg);
	assert_int_equal(test_pg_number(pg, "SELECT 8"), 8);
	assert_done(pg_ask(pg, "SELECT 1 / 0", NULL, &err));
	pg_drop_answer(pg);
	assert_int_equal(test_pg_number(pg, "SELECT 9"), 9);
}

static void a_commit_after_a_failure_is_a_failure(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);

	(void)state;
	assert_done(pg_exec(pg, "CREATE TEMP TABLE kept (x int)", NULL, NULL, &err));
	assert_done(pg_begin(pg, &err));
	assert_done(pg_exec(pg, "INSERT INTO pg_temp.kept VALUES (1)", NULL, NULL, &err));
	assert_refused(pg_exec(pg, "SELECT 1 / 0", NULL, NULL, &err), ERR_DATA, "division by zero");
	assert_refused(pg_commit(pg, &err), ERR_DATA, "rolled back");
	assert_int_equal(test_pg_number(pg, "SELECT count(*) FROM pg_temp.kept"), 0);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
	bool fails = true;

	(void)state;
	assert_done(pg_exec(pg, "CREATE TEMP TABLE kept (x int)", NULL, NULL, &err));
	assert_refused(pg_transaction(pg, insert_then_fail, &fails, &err), ERR_DATA, "as told");
	assert_int_equal(test_pg_number(pg, "SELECT count(*) FROM pg_temp.kept"), 0);
	fails = false;
	assert_done(pg_transaction(pg, insert_then_fail, &fails, &err));
	assert_int_equal(test_pg_number(pg, "SELECT count(*) FROM pg_temp.kept"), 1);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);

	(void)state;
	assert_done(
		pg_exec_script(pg, "CREATE TEMP TABLE s (x int); INSERT INTO pg_temp.s VALUES (1);", &err));
	assert_refused(
		pg_exec_script(pg, "INSERT INTO pg_temp.s VALUES (2); SELECT 1 / 0; SELECT 3", &err),
		ERR_DATA, "division by zero");
	assert_int_equal(test_pg_number(pg, "SELECT count(*) FROM pg_temp.s"), 1);
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
		cmocka_unit_test(refusals_are_sorted_by_what_to_do),
		cmocka_unit_test(a_refusal_is_one_line_without_the_statement),
		cmocka_unit_test(a_database_without_the_schema_says_what_to_run),
		cmocka_unit_test(a_question_and_its_answer_may_be_apart),
		cmocka_unit_test(an_answer_that_is_not_wanted_is_not_taken_for_the_next),
		cmocka_unit_test(a_commit_after_a_failure_is_a_failure),
		cmocka_unit_test(a_transaction_is_kept_or_undone_as_a_whole),
		cmocka_unit_test(a_session_is_read_committed_whatever_the_server_says),
		cmocka_unit_test(another_number_of_rows_than_one_is_refused),
		cmocka_unit_test(a_script_stops_at_its_first_failure),
		cmocka_unit_test(no_error_shows_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
