#include "subscriber/db.h"

#include "common/language.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_TIMEOUT_MS = 10000 };

/* As many as there are different statements in the program. */
struct db_statement {
	uint64_t hash; /* of its text */
	sqlite3_stmt *stmt; /* owned */
};

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
				  "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
				  "PRAGMA temp_store = MEMORY;",
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
	for (size_t i = 0; i < db->statement_count; i++)
		sqlite3_finalize(db->statements[i].stmt);
	free(db->statements);
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

/* FNV-1a */
static uint64_t db_hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash;
}

/* One that is prepared and whose rows nobody reads; NULL when there is none. */
static sqlite3_stmt *db_find(const struct db *db, const char *sql, uint64_t hash)
{
	for (size_t i = 0; i < db->statement_count; i++) {
		sqlite3_stmt *stmt = db->statements[i].stmt;

		if (db->statements[i].hash == hash && strcmp(sqlite3_sql(stmt), sql) == 0 &&
			!sqlite3_stmt_busy(stmt))
			return stmt;
	}
	return NULL;
}

static bool db_add(
	struct db *db, const char *sql, uint64_t hash, sqlite3_stmt **ret, struct err *err)
{
	struct db_statement *more = reallocarray(db->statements, db->statement_count + 1, sizeof *more);
	sqlite3_stmt *stmt;

	if (!more)
		return err_set(err, ERR_SYSTEM, "out of memory");
	db->statements = more;
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
		SQLITE_OK)
		return db_fail(db, err);
	more[db->statement_count++] = (struct db_statement){.hash = hash, .stmt = stmt};
	*ret = stmt;
	return true;
}

static bool db_prepare(struct db *db, struct err *err, sqlite3_stmt **ret, const char *sql,
	const char *format, va_list args)
{
	uint64_t hash = db_hash(sql);
	auto_stmt sqlite3_stmt *stmt = db_find(db, sql, hash);

	if (!stmt && !db_add(db, sql, hash, &stmt, err))
		return false;
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
	bool is_inner = sqlite3_get_autocommit(db->handle) == 0;

	if (!db_run(db, err, is_inner ? "SAVEPOINT tx" : "BEGIN IMMEDIATE", ""))
		return false;
	*tx = (struct tx){.db = db, .is_inner = is_inner};
	return true;
}

bool tx_commit(struct tx *tx, struct err *err)
{
	struct db *db = tx->db;

	if (!db_run(db, err, tx->is_inner ? "RELEASE tx" : "COMMIT", ""))
		return false;
	tx->db = NULL;
	return true;
}

void tx_rollback(struct tx *tx)
{
	if (tx->db)
		(void)sqlite3_exec(tx->db->handle, tx->is_inner ? "ROLLBACK TO tx; RELEASE tx" : "ROLLBACK",
			NULL, NULL, NULL);
	tx->db = NULL;
}
