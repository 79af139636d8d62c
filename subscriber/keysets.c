#include "subscriber/keysets.h"

#include "subscriber/db.h"

#include <string.h>

static bool keysets_query(struct db *db, sqlite3_stmt **ret, struct err *err)
{
	return db_query(db, err, ret, "SELECT jws FROM keyset ORDER BY version", "");
}

bool keysets_load(struct db *db, struct keyring *ring, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!keysets_query(db, &stmt, err))
		return false;
	while (true) {
		const char *jws;

		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		jws = db_text(stmt, 0);
		if (!keyring_add(ring, jws, strlen(jws), err))
			return err_context(err, "'%s': a keyset that was kept", db->path);
	}
}

static bool keysets_holds(struct db *db, const void *jws, size_t len, bool *ret, struct err *err)
{
	int64_t held;

	/* Compared as bytes: what arrived may hold a NUL, what is kept does not. */
	if (!db_int(
			db, err, 0, &held, "SELECT 1 FROM keyset WHERE CAST(jws AS BLOB) = ?", "b", jws, len))
		return false;
	*ret = held;
	return true;
}

bool keysets_accept(struct db *db, struct keyring *ring, const void *jws, size_t len,
	int64_t *ret_version, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);
	const struct keyset *keyset;
	bool held;

	if (len > LIMIT_KEYSET_JWS)
		return err_code(
			err, REFUSAL_KEYSET_MALFORMED, "keyset: larger than %d bytes", LIMIT_KEYSET_JWS);
	if (!keysets_holds(db, jws, len, &held, err))
		return false;
	*ret_version = 0;
	if (held)
		return true;
	if (!buf_append(&text, jws, len, err) || !keyring_add_late(ring, jws, len, &keyset, err) ||
		!db_run(db, err, "INSERT INTO keyset (version, jws) VALUES (?, ?)", "it", keyset->version,
			buf_str(&text)))
		return false;
	*ret_version = keyset->version;
	return true;
}

bool keysets_check_current(const struct keyring *ring, int64_t now, struct err *err)
{
	const struct keyset *newest = keyring_newest(ring);

	if (!newest)
		return err_code(err, REFUSAL_KEYSET_EXPIRED, "no keyset has arrived yet");
	return keyset_check_current(newest, now, err);
}

bool keysets_export(struct db *db, struct buf *out, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!keysets_query(db, &stmt, err))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		if (!buf_append_str(out, db_text(stmt, 0), err) || !buf_append(out, "\n", 1, err))
			return false;
	}
}

bool keysets_import(const void *text, size_t len, struct keyring *ring, struct err *err)
{
	const char *at = text;
	const char *end = at + len;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		if (!line_end)
			line_end = end;
		if (!keyring_add(ring, at, (size_t)(line_end - at), err))
			return false;
		at = line_end < end ? line_end + 1 : end;
	}
	return true;
}
