/*
 * What the files of db/pg.h share. Nobody else includes this.
 *
 *	pg.c         connecting
 *	pg_wait.c    waiting on the socket, with a deadline
 *	pg_exec.c    statements and transactions
 *	pg_listen.c  notifications
 *	pg_error.c   what a failure means
 *	pg_params.c  parameters on their way out
 *	pg_rows.c    rows on their way in
 */
#ifndef CERTWIRE_DB_PG_PRIVATE_H
#define CERTWIRE_DB_PG_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

enum { PG_STATE_SIZE = 6 };

struct pg {
	PGconn *conn; /* NULL once it was given up */
	PGcancel *cancel; /* never changes, so that pg_cancel needs no lock */
	int answer_timeout_ms;
	int interrupt_fd;
	char state[PG_STATE_SIZE]; /* SQLSTATE of the last failure */
};

/* Fixed object ids of built-in types (PostgreSQL's pg_type.dat). */
enum {
	PG_TYPE_BOOL = 16,
	PG_TYPE_BYTEA = 17,
	PG_TYPE_NAME = 19,
	PG_TYPE_INT8 = 20,
	PG_TYPE_INT2 = 21,
	PG_TYPE_INT4 = 23,
	PG_TYPE_TEXT = 25,
	PG_TYPE_BOOL_ARRAY = 1000,
	PG_TYPE_BYTEA_ARRAY = 1001,
	PG_TYPE_TEXT_ARRAY = 1009,
	PG_TYPE_INT8_ARRAY = 1016,
	PG_TYPE_VARCHAR = 1043,
	PG_TYPE_TIMESTAMPTZ = 1184,
	PG_TYPE_TIMESTAMPTZ_ARRAY = 1185,
};

/* Seconds from 1970 to 2000, where PostgreSQL's binary times begin. */
#define PG_TIME_ORIGIN_S 946684800LL

/* A point of clock_monotonic_ms; negative: never. */
int64_t pg_deadline(int timeout_ms);

/* `*ret_ready` is what the socket is ready for of poll's events, 0 once the deadline has passed. */
bool pg_wait(struct pg *pg, short events, int64_t deadline, short *ret_ready,
	struct err *err) MUST_USE NONNULL;

/* Waits, and takes in what came; past the deadline the connection is closed and it fails. */
bool pg_wait_or_give_up(
	struct pg *pg, short events, int64_t deadline, struct err *err) MUST_USE NONNULL;

/* Connected, and the parameters were complete; begins anew with no SQLSTATE. */
bool pg_is_usable(struct pg *pg, const struct pg_params *params, struct err *err) MUST_USE
	__attribute__((nonnull(1, 3)));

/*
 * True when the statement succeeded, the result being untouched. Else it is cleared, and err and
 * pg->state say why.
 */
bool pg_error_check(struct pg *pg, PGresult *result, struct err *err) MUST_USE NONNULL;

/* The connection's own trouble, ERR_SYSTEM. */
void pg_describe_trouble(const PGconn *conn, const char *what, struct err *err) NONNULL;

/* The same, returning false; inline, so that an analyser sees that it does. */
static inline bool pg_error_connection(const PGconn *conn, const char *what, struct err *err)
{
	pg_describe_trouble(conn, what, err);
	return false;
}

/* Takes the result, never NULL; NULL when out of memory, the result being cleared. */
struct pg_rows *pg_rows_new(PGresult *result) MUST_USE NONNULL;

#endif
