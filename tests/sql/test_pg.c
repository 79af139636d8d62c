#include "tests/sql/test_pg.h"

struct pg *test_pg_connect(const struct pg_options *options)
{
	struct err err = {0};
	struct pg *pg = NULL;

	assert_done(pg_connect("", "test_pg", options, &pg, &err));
	return pg;
}

int64_t test_pg_number(struct pg *pg, const char *sql)
{
	struct err err = {0};
	auto_rows struct pg_rows *rows = NULL;

	assert_done(pg_exec_one(pg, sql, NULL, &rows, &err));
	return pg_int(rows, 0, 0);
}
