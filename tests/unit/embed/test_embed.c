#include "tests/unit/test.h"

#include "common/file.h"

#include "db/embedded.h"

/* The embedded text is the file's, byte by byte. */
static void assert_is_file(const char *text, const char *path)
{
	auto_buf struct buf file = BUF_INIT(0);
	struct err err;

	assert_done(file_read(path, 65536, &file, &err));
	assert_string_equal(text, buf_str(&file));
}

static void a_query_is_embedded_byte_by_byte(void **state)
{
	(void)state;
	assert_is_file(sql_unit_standing, SAMPLES "/queries/unit-standing.sql");
	assert_string_equal(sql_empty, "");
}

static void migrations_are_listed_in_order(void **state)
{
	(void)state;
	assert_int_equal(sql_migration_count, 2);
	assert_int_equal(sql_migrations[0].version, 1);
	assert_string_equal(sql_migrations[0].name, "first");
	assert_is_file(sql_migrations[0].text, SAMPLES "/migrations/0001_first.sql");
	assert_int_equal(sql_migrations[1].version, 2);
	assert_is_file(sql_migrations[1].text, SAMPLES "/migrations/0002_long.sql");
	assert_null(sql_migrations[2].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_embedded_byte_by_byte),
		cmocka_unit_test(migrations_are_listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
