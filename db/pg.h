/*
 * PostgreSQL, blocking but bounded: the one layer that talks to libpq (db/pg*.c).
 *
 *	auto_pg struct pg *pg = NULL;
 *	auto_rows struct pg_rows *rows = NULL;
 *	struct pg_params params = PG_PARAMS_INIT;
 *
 *	pg_param_text(&params, unit);
 *	pg_param_int(&params, 16);
 *	if (!pg_exec(pg, sql_owed, &params, &rows, err))
 *		return false;
 *	for (int row = 0; row < pg_row_count(rows); row++)
 *		use(pg_text(rows, row, 0), pg_int(rows, row, 1));
 *
 * A connection belongs to one thread at a time; only pg_cancel may be called from another.
 *
 * Failures are sorted by what to do about them:
 *	ERR_SYSTEM  try again: not connected, connection lost, deadline passed, deadlock, out of memory;
 *	            a transaction that was open is gone, whether a COMMIT took effect is not known
 *	ERR_DENIED  a right, a role, the state or the lease forbids it: CW001, CW002, CW006, 42501
 *	ERR_DATA    the arguments are wrong: CW003, CW004, CW005, a constraint, anything else
 * The text is one line: the server's message, then its hint. It never holds the connection string,
 * nor the statement.
 */
#ifndef CERTWIRE_DB_PG_H
#define CERTWIRE_DB_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

struct pg;

/* Zero means the default given. A missing option is zero. */
struct pg_options {
	int connect_timeout_s; /* 5; for each host of the connection string */
	int answer_timeout_ms; /* 0: for ever; no whole answer by then: connection closed, ERR_SYSTEM */
	int statement_timeout_ms; /* 0: none; the server ends a longer statement (ERR_SYSTEM) */
	int idle_transaction_timeout_ms; /* 0: none; the server ends a session idle in a transaction */
	int tcp_user_timeout_ms; /* 10000; unacknowledged data for that long: connection lost */
	int interrupt_fd; /* 0: none; once readable, every wait ends with ERR_SYSTEM (borrowed) */
};

/*
 * `conninfo` is a libpq connection string, "" for the environment (PGHOST, PGSERVICE, ...).
 * `application_name` shows in pg_stat_activity. `options` may be NULL. The session speaks UTF-8, is
 * READ COMMITTED, and has an empty search_path: statements name the schema. `*ret` is new.
 */
bool pg_connect(const char *conninfo, const char *application_name,
	const struct pg_options *options, struct pg **ret, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 4, 5)));

/* Closes; NULL is fine. An open transaction is rolled back by the server. */
void pg_free(struct pg *pg);

static inline void cleanup_pg(struct pg **pg)
{
	pg_free(*pg);
}

#define auto_pg CLEANUP(cleanup_pg)

/* False once the connection is lost: make a new one. Asks nobody. */
bool pg_is_connected(const struct pg *pg) NONNULL;

/*
 * The SQLSTATE of the last failure on this connection, "" when the server said none (connection
 * lost, deadline). Borrowed, until the next call.
 */
const char *pg_err_state(const struct pg *pg) NONNULL;

/* Whether the last failure was "lease lost" (CW001): stop acting, take the lease anew. */
bool pg_err_is_lease_lost(const struct pg *pg) NONNULL;

enum { PG_PARAMS_MAX = 24 };

/* $1, $2, ... in the order in which they are added. */
struct pg_params {
	int count;
	bool failed; /* out of memory, or more than PG_PARAMS_MAX: pg_exec says so */
	struct {
		const char *value; /* NULL: SQL NULL */
		int length;
		int format; /* 1: binary */
		unsigned type; /* oid, 0: as the statement wants */
		void *owned;
		char digits[24];
	} items[PG_PARAMS_MAX];
};

#define PG_PARAMS_INIT \
	{ \
		0 \
	}
#define auto_params CLEANUP(pg_params_release)

/* Needed only where arrays were added; pg_exec does it in every case. The list is empty again. */
void pg_params_release(struct pg_params *params) NONNULL;

struct pg_bytes {
	const void *data; /* NULL: SQL NULL */
	size_t len;
};

/* Borrowed until pg_exec; NULL is SQL NULL. Text takes on any type that the statement wants. */
void pg_param_text(struct pg_params *params, const char *text) __attribute__((nonnull(1)));
void pg_param_bytes(struct pg_params *params, const void *data, size_t len)
	__attribute__((nonnull(1)));

/* Copied. An integer takes on the type that the statement wants (int, bigint, numeric). */
void pg_param_int(struct pg_params *params, int64_t value) NONNULL;
void pg_param_bool(struct pg_params *params, bool value) NONNULL;
/* UTC seconds, as timestamptz. */
void pg_param_time(struct pg_params *params, int64_t seconds) NONNULL;
void pg_param_null(struct pg_params *params) NONNULL;

/* Copied, as text[], bytea[], bigint[], boolean[], timestamptz[]; `items` may be NULL when 0. */
void pg_param_texts(struct pg_params *params, size_t count, const char *const *items)
	__attribute__((nonnull(1)));
void pg_param_blobs(struct pg_params *params, size_t count, const struct pg_bytes *items)
	__attribute__((nonnull(1)));
void pg_param_ints(struct pg_params *params, size_t count, const int64_t *items)
	__attribute__((nonnull(1)));
void pg_param_bools(struct pg_params *params, size_t count, const bool *items)
	__attribute__((nonnull(1)));
void pg_param_times(struct pg_params *params, size_t count, const int64_t *seconds)
	__attribute__((nonnull(1)));

struct pg_rows;

/* Frees; NULL is fine. */
void pg_rows_free(struct pg_rows *rows);

static inline void cleanup_rows(struct pg_rows **rows)
{
	pg_rows_free(*rows);
}

#define auto_rows CLEANUP(cleanup_rows)

/*
 * Runs one statement. `params` may be NULL, and is released in any case. `*ret` is new; `ret` may be
 * NULL when the rows are not wanted. On failure `*ret` is untouched.
 */
bool pg_exec(struct pg *pg, const char *sql, struct pg_params *params, struct pg_rows **ret,
	struct err *err) MUST_USE __attribute__((nonnull(1, 2, 5)));

/*
 * pg_exec in two: what is done between them is done while the server works. Between them there is no
 * other statement. When the answer is not wanted any more, pg_drop_answer waits for it and drops it; it
 * does nothing when none is to come.
 */
bool pg_ask(struct pg *pg, const char *sql, struct pg_params *params, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 4)));
bool pg_answer(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
void pg_drop_answer(struct pg *pg) NONNULL;

/* The same for a statement that must give exactly one row; any other number is ERR_DATA. */
bool pg_exec_one(struct pg *pg, const char *sql, struct pg_params *params, struct pg_rows **ret,
	struct err *err) MUST_USE __attribute__((nonnull(1, 2, 4, 5)));

/* Runs any number of statements without parameters (a migration); rows are dropped. */
bool pg_exec_script(struct pg *pg, const char *sql, struct err *err) MUST_USE NONNULL;

/* READ COMMITTED always. */
bool pg_begin(struct pg *pg, struct err *err) MUST_USE NONNULL;
/* For reading alone: every statement until commit sees the database of one moment. */
bool pg_begin_snapshot(struct pg *pg, struct err *err) MUST_USE NONNULL;
/* Also fails when the server rolled back instead, because a statement had failed before. */
bool pg_commit(struct pg *pg, struct err *err) MUST_USE NONNULL;
/* Does nothing outside a transaction, or when the connection is lost. */
void pg_rollback(struct pg *pg) NONNULL;

/* Begin, act, commit; rolled back when act or commit fails, with its err. */
bool pg_transaction(struct pg *pg, bool (*act)(struct pg *pg, void *ctx, struct err *err),
	void *ctx, struct err *err) MUST_USE __attribute__((nonnull(1, 2, 4)));

/*
 * From any thread: asks the server to end what the connection runs now, which then fails with
 * ERR_SYSTEM (57014). The connection must not be freed meanwhile. May wait for the network.
 */
void pg_cancel(struct pg *pg) NONNULL;

/*
 * Rows and columns count from 0. The getters assert that row and column exist and that the column's
 * type fits: text (text, varchar, name), int (smallint, int, bigint), bool, bytes (bytea), time
 * (timestamptz). What they return is borrowed and lives as long as the rows.
 */
int pg_row_count(const struct pg_rows *rows) NONNULL;
bool pg_is_null(const struct pg_rows *rows, int row, int column) NONNULL;

/* NULL for SQL NULL. */
const char *pg_text(const struct pg_rows *rows, int row, int column) NONNULL;
/* 0 for SQL NULL. */
int64_t pg_int(const struct pg_rows *rows, int row, int column) NONNULL;
/* false for SQL NULL. */
bool pg_bool(const struct pg_rows *rows, int row, int column) NONNULL;
/* {NULL, 0} for SQL NULL. */
struct pg_bytes pg_bytes(const struct pg_rows *rows, int row, int column) NONNULL;
/* UTC seconds, rounded down; 0 for SQL NULL; infinity is INT64_MAX, -infinity INT64_MIN. */
int64_t pg_time(const struct pg_rows *rows, int row, int column) NONNULL;
/* The same in microseconds. */
int64_t pg_time_us(const struct pg_rows *rows, int row, int column) NONNULL;

/* Arrays of one dimension: their length (0 for SQL NULL), and the nth element of text[] or bytea[]
 * as bytes ({NULL, 0} for a NULL in it). Text is not NUL-terminated here. */
size_t pg_array_len(const struct pg_rows *rows, int row, int column) NONNULL;
struct pg_bytes pg_array_at(const struct pg_rows *rows, int row, int column, size_t nth) NONNULL;

struct pg_notification {
	char channel[64];
	char payload[256]; /* longer ones are cut; ours are ids */
};

/* `channel` is a name of ours, [a-z_]+ (asserted). */
bool pg_listen(struct pg *pg, const char *channel, struct err *err) MUST_USE NONNULL;

/*
 * The next notification. Waits at most `timeout_ms` for one (0: not at all, -1: for ever).
 * `*ret_found` false: none came in time. ERR_SYSTEM when the connection is lost. Call it until it
 * finds none: libpq may hold several that no poll of the socket shows.
 */
bool pg_notification(struct pg *pg, int timeout_ms, struct pg_notification *ret, bool *ret_found,
	struct err *err) MUST_USE NONNULL;

/*
 * One that libpq holds already, as it read it with the answer to something else; nothing is read for it.
 * False: there is none.
 */
bool pg_notified(struct pg *pg, struct pg_notification *ret) MUST_USE NONNULL;

/* The socket, to be polled for reading beside other descriptors; then pg_notification(pg, 0, ...). */
int pg_fd(const struct pg *pg) NONNULL;

#endif
