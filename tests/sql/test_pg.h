/*
 * What the tests of db/pg.h share: a connection to the private cluster that they run on.
 */
#ifndef CERTWIRE_TESTS_SQL_TEST_PG_H
#define CERTWIRE_TESTS_SQL_TEST_PG_H

#include "db/pg.h"
#include "tests/unit/test.h"

/* New; `options` may be NULL. */
struct pg *test_pg_connect(const struct pg_options *options);

/* The integer that a statement gives. */
int64_t test_pg_number(struct pg *pg, const char *sql);

#endif
