#include "subscriber/db.h"

#include "common/language.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_TIMEOUT_MS = 10000 };

static bool db_fail(struct db *db, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "'%s': %s", db->path ? db->path : "?",
		db->handle ? sqlite3_errmsg(db->handle) : language_text("out of memory"));
}

static bool db_open_flags(const char *path, int flags, struct db *ret, struct err *err)
{
	struct db db = {.handle = NULL, .path = strdup(path)};

	if (!db.path)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (sqlite3_open_v2(path, &db.handle, flags | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK) {
		db_fail(&db, err);
		db_close(&db);
		return false;
	}
	(void)sqlite3_busy_timeout(db.handle, BUSY_TIMEOUT_MS);
	(void)sqlite3_extended_result_codes(db.handle, 1);
	*ret = db;
	return true;
}

bool db_open(const char *path, struct db *ret, struct err *err)
{
	/* SQLite gives -wal and -shm the mode of the file itself, so it is made with the right one. */
	mode_t before = umask(077);
	bool ok = db_open_flags(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ret, err);

	if (ok && !db_script(ret,
				  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
				  "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
				  err)) {
		db_close(ret);
		ok = false;
	}
	(void)umask(before);
	return ok;
}

bool db_open_readonly(const char *path, struct db *ret, struct err *err)
{
	return db_open_flags(path, SQLITE_OPEN_READWRITE, ret, err) &&
		   db_script(ret, "PRAGMA query_only = ON", err);
}

void db_close(struct db *db)
{
	(void)sqlite3_close_v2(db->handle);
	free(db->path);
	*db = (struct db){.handle = NULL};
}

bool db_script(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return true;
}

static int db_bind_one(sqlite3_stmt *stmt, int at, char letter, va_list args)
{
	switch (letter) {
	case 'i':
		return sqlite3_bind_int64(stmt, at, va_arg(args, int64_t));
	case 't':
		return sqlite3_bind_text(stmt, at, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
	case 'b': {
		const void *data = va_arg(args, const void *);
		size_t len = va_arg(args, size_t);

		return sqlite3_bind_blob64(stmt, at, data, len, SQLITE_TRANSIENT);
	}
	default:
		return SQLITE_MISUSE;
	}
}

static bool db_prepare(struct db *db, struct err *err, sqlite3_stmt **ret, const char *sql,
	const char *format, va_list args)
{
	auto_stmt sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_fail(db, err);
	for (int i = 0; format[i]; i++) {
		if (db_bind_one(stmt, i + 1, format[i], args) != SQLITE_OK)
			return db_fail(db, err);
	}
	*ret = TAKE(stmt);
	return true;
}

bool db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct err *err)
{
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(db, err);
	*ret_row = rc == SQLITE_ROW;
	return true;
}

bool db_query(
	struct db *db, struct err *err, sqlite3_stmt **ret, const char *sql, const char *format, ...)
{
	va_list args;
	bool ok;

	va_start(args, format);
	ok = db_prepare(db, err, ret, sql, format, args);
	va_end(args);
	return ok;
}

bool db_run(struct db *db, struct err *err, const char *sql, const char *format, ...)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row = true;
	va_list args;
	bool ok;

	va_start(args, format);
	ok = db_prepare(db, err, &stmt, sql, format, args);
	va_end(args);
	while (ok && row)
		ok = db_next(db, stmt, &row, err);
	return ok;
}

bool db_int(struct db *db, struct err *err, int64_t fallback, int64_t *ret, const char *sql,
	const char *format, ...)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row = false;
	va_list args;
	bool ok;

	va_start(args, format);
	ok = db_prepare(db, err, &stmt, sql, format, args);
	va_end(args);
	if (!ok || !db_next(db, stmt, &row, err))
		return false;
	*ret = row && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_int64(stmt, 0)
															  : fallback;
	return true;
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes64(db->handle);
}

const char *db_text(sqlite3_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	return text ? (const char *)text : "";
}

bool db_data_version(struct db *db, int64_t *ret, struct err *err)
{
	return db_int(db, err, 0, ret, "PRAGMA data_version", "");
}

bool tx_begin(struct tx *tx, struct db *db, struct err *err)
{
	if (!db_script(db, "BEGIN IMMEDIATE", err))
		return false;
	tx->db = db;
	return true;
}

bool tx_commit(struct tx *tx, struct err *err)
{
	struct db *db = tx->db;

	if (!db_script(db, "COMMIT", err))
		return false;
	tx->db = NULL;
	return true;
}

void tx_rollback(struct tx *tx)
{
	if (tx->db)
		(void)sqlite3_exec(tx->db->handle, "ROLLBACK", NULL, NULL, NULL);
	tx->db = NULL;
}
