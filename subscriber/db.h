/*
 * SQLite in the shape of this house: one file of state, statements with their values, transactions
 * that roll back when their block is left. Every failure is ERR_SYSTEM and names the file.
 *
 * Values are described by a format, one letter each: i int64_t, t const char * (NULL: null),
 * b const void * and size_t (both: bytes; a NULL pointer: null).
 */
#ifndef CERTWIRE_SUBSCRIBER_DB_H
#define CERTWIRE_SUBSCRIBER_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

struct db_statement;

struct db {
	sqlite3 *handle; /* owned */
	char *path; /* owned */
	struct db_statement *statements; /* owned: what was prepared, for the next time it is asked */
	size_t statement_count;
};

/* Gives a statement back, so that the next who asks the same finds it prepared. */
static inline void cleanup_stmt(sqlite3_stmt **stmt)
{
	if (!*stmt)
		return;
	(void)sqlite3_reset(*stmt);
	(void)sqlite3_clear_bindings(*stmt);
}

#define auto_stmt CLEANUP(cleanup_stmt)

/*
 * Opens or makes the file (mode 0600): WAL, synchronous=FULL, foreign keys, a patient lock. What SQLite
 * sets aside while it works stays in memory: the confined daemon has no folder for it.
 */
bool db_open(const char *path, struct db *ret, struct err *err) MUST_USE NONNULL;

/* Opens an existing file to look into it; nothing is written. */
bool db_open_readonly(const char *path, struct db *ret, struct err *err) MUST_USE NONNULL;

/* Closes; a zeroed one is fine. */
void db_close(struct db *db) NONNULL;

#define auto_db CLEANUP(db_close)

/* Runs statements without values or rows. */
bool db_script(struct db *db, const char *sql, struct err *err) MUST_USE NONNULL;

/* Runs one statement with its values, and passes over rows it may give. */
bool db_run(struct db *db, struct err *err, const char *sql, const char *format, ...) MUST_USE;

/*
 * Begins one that gives rows: db_next fetches each. `*ret` belongs to the db, which keeps it prepared;
 * auto_stmt gives it back. The same question may be asked again while the rows of the first are read.
 */
bool db_query(struct db *db, struct err *err, sqlite3_stmt **ret, const char *sql,
	const char *format, ...) MUST_USE;

/* `*ret_row` tells whether there is one; then sqlite3_column_* read it. */
bool db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct err *err) MUST_USE NONNULL;

/* The first column of the first row; `fallback` when there is no row or it is null. */
bool db_int(struct db *db, struct err *err, int64_t fallback, int64_t *ret, const char *sql,
	const char *format, ...) MUST_USE;

/* How many rows the last db_run changed. */
int64_t db_changes(struct db *db) NONNULL;

/* A text column, "" when null; borrowed until the next db_next. */
const char *db_text(sqlite3_stmt *stmt, int column) NONNULL;

/* Changes whenever another connection, such as another process, has written. */
bool db_data_version(struct db *db, int64_t *ret, struct err *err) MUST_USE NONNULL;

/*
 *	auto_tx struct tx tx = TX_INIT;
 *	if (!tx_begin(&tx, db, err)) ...
 *	... tx_commit(&tx, err)
 *
 * Begins as a writer at once, so that it never fails halfway for another writer's sake. Within another
 * it is a part of that one: it is kept once the outer one is, and undone alone when it is left before.
 */
struct tx {
	struct db *db; /* borrowed; NULL when none is open */
	bool is_inner;
};

/* clang-format off */
#define TX_INIT {.db = NULL}
/* clang-format on */

#define auto_tx CLEANUP(tx_rollback)

bool tx_begin(struct tx *tx, struct db *db, struct err *err) MUST_USE NONNULL;
bool tx_commit(struct tx *tx, struct err *err) MUST_USE NONNULL;

/* Does nothing when none is open. */
void tx_rollback(struct tx *tx) NONNULL;

#endif
