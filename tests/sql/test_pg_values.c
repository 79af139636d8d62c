/* Values on their way to PostgreSQL and back. */
#include "tests/sql/test_pg.h"

#include <stdlib.h>
#include <string.h>

static void values_come_back_as_they_were(void **state)
{
	struct err err = {0};
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
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
	auto_pg struct pg *pg = test_pg_connect(NULL);
	struct pg_params params = PG_PARAMS_INIT;

	(void)state;
	for (int i = 0; i <= PG_PARAMS_MAX; i++)
		pg_param_int(&params, i);
	assert_refused(pg_exec(pg, "SELECT 1", &params, NULL, &err), ERR_SYSTEM, "too many");
	assert_int_equal(test_pg_number(pg, "SELECT 1"), 1);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
