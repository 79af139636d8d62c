#include "subscriber/mailbox.h"

#include "subscriber/db.h"
#include "subscriber/state.h"
#include "subscriber/wanted.h"

#include <string.h>

static const struct digest digest_zero;

static bool column_digest(sqlite3_stmt *stmt, int column, struct digest *ret)
{
	if (sqlite3_column_bytes(stmt, column) != DIGEST_BYTES)
		return false;
	memcpy(ret->bytes, sqlite3_column_blob(stmt, column), DIGEST_BYTES);
	return true;
}

/* `which` is a column of entry that holds a digest. */
static bool mailbox_column(struct db *db, const char *sql, int64_t epoch, int64_t number,
	struct digest *ret, bool *ret_found, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt, sql, "ii", epoch, number) || !db_next(db, stmt, &row, err))
		return false;
	if (row && !column_digest(stmt, 0, ret))
		return err_set(err, ERR_SYSTEM, "'%s': entry %lld is damaged", db->path, (long long)number);
	*ret_found = row;
	return true;
}

bool mailbox_digest(struct db *db, int64_t epoch, int64_t number, struct digest *ret,
	bool *ret_found, struct err *err)
{
	return mailbox_column(db,
		"SELECT digest FROM entry WHERE epoch = ? AND number = ? AND doubted < 2", epoch, number,
		ret, ret_found, err);
}

/* 206: what comes before must be what `previous` says, and what comes after must say it of this. */
static bool mailbox_check_chain(struct db *db, const struct entry *entry, struct err *err)
{
	struct digest before = digest_zero;
	struct digest after;
	bool has_before = entry->number == 1;
	bool has_after;

	if (!has_before &&
		!mailbox_digest(db, entry->epoch, entry->number - 1, &before, &has_before, err))
		return false;
	if (has_before && !digest_equal(&before, &entry->previous))
		return err_code(err, REFUSAL_ENTRY_CHAIN, "entry %lld does not follow the one before it",
			(long long)entry->number);
	if (!mailbox_column(db,
			"SELECT previous FROM entry WHERE epoch = ? AND number = ? AND doubted < 2",
			entry->epoch, entry->number + 1, &after, &has_after, err))
		return false;
	if (has_after && !digest_equal(&after, &entry->digest))
		return err_code(err, REFUSAL_ENTRY_CHAIN,
			"entry %lld is not the one that the next one follows", (long long)entry->number);
	return true;
}

/* The same payload signed anew, because the key that signed it first was lost: keep the new word. */
static bool mailbox_renew(struct db *db, const struct keyring *ring, const struct entry *entry,
	const char *jws, struct err *err)
{
	auto_buf struct buf held_jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry held = ENTRY_INIT;
	struct err why;
	int64_t same;

	/* Word for word what is held, as in an offer that is made again. */
	if (!db_int(db, err, 0, &same,
			"SELECT 1 FROM entry WHERE epoch = ? AND number = ? AND jws = ? AND doubted = 0", "iit",
			entry->epoch, entry->number, jws))
		return false;
	if (same)
		return true;
	if (!mailbox_entry(db, entry->epoch, entry->number, &held_jws, &held, err))
		return false;
	if (entry_verify(&held, keyring_newest(ring), &why))
		jws = buf_str(&held_jws);
	return db_run(db, err, "UPDATE entry SET jws = ?, doubted = 0 WHERE epoch = ? AND number = ?",
		"tii", jws, entry->epoch, entry->number);
}

/* What a lost key alone has signed gives way to what a valid one says. */
static bool mailbox_give_way(struct db *db, const struct entry *entry, struct err *err)
{
	return db_run(db, err,
			   "UPDATE publication SET state = 'ended', sealed = NULL"
			   " WHERE state = 'wanted' AND epoch = ? AND number = ?",
			   "ii", entry->epoch, entry->number) &&
		   db_run(db, err, "DELETE FROM entry WHERE epoch = ? AND number = ? AND doubted = 2", "ii",
			   entry->epoch, entry->number);
}

bool mailbox_doubt_all(struct db *db, struct err *err)
{
	return db_run(db, err, "UPDATE entry SET doubted = 1 WHERE doubted = 0", "");
}

bool mailbox_doubt_unproven(
	struct db *db, const struct keyring *ring, int64_t *ret_count, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	auto_tx struct tx tx = TX_INIT;
	bool row;

	*ret_count = 0;
	if (!tx_begin(&tx, db, err) ||
		!db_query(db, err, &stmt,
			"SELECT number, jws, epoch FROM entry WHERE epoch = (SELECT epoch FROM self)"
			" AND doubted < 2 ORDER BY number",
			""))
		return false;
	while (true) {
		auto_entry struct entry entry = ENTRY_INIT;
		const char *jws;
		struct err why;

		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			break;
		jws = db_text(stmt, 1);
		if (entry_parse(jws, strlen(jws), &entry, &why) &&
			entry_verify(&entry, keyring_newest(ring), &why))
			continue;
		if (!db_run(db, err, "UPDATE entry SET doubted = 2 WHERE epoch = ? AND number = ?", "ii",
				sqlite3_column_int64(stmt, 2), sqlite3_column_int64(stmt, 0)))
			return false;
		(*ret_count)++;
	}
	return tx_commit(&tx, err);
}

static bool mailbox_insert(
	struct db *db, const struct entry *entry, const char *jws, int64_t now, struct err *err)
{
	char id[PUB_ID_SIZE];
	bool is_void = entry->kind == KIND_VOID;

	return db_run(db, err,
			   "INSERT INTO entry (epoch, number, kind, publication, target, previous, digest, jws,"
			   " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			   "iittibbti", entry->epoch, entry->number, kind_name(entry->kind),
			   is_void ? NULL : pub_id_format(&entry->publication, id), entry->target,
			   entry->previous.bytes, sizeof entry->previous.bytes, entry->digest.bytes,
			   sizeof entry->digest.bytes, jws, now) &&
		   state_raise_epoch(db, entry->epoch, err) &&
		   (is_void ? wanted_end_target(db, entry, err) : wanted_add(db, entry, now, err));
}

static bool mailbox_judge(struct db *db, const struct keyring *ring, const char *unit,
	const char *jws, struct entry *ret, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	const struct keyset *newest = keyring_newest(ring);
	int64_t epoch;

	if (!entry_parse(jws, strlen(jws), &entry, err))
		return false;
	if (!newest)
		return err_code(err, REFUSAL_ENTRY_KEYSET, "no keyset has arrived yet");
	if (!entry_verify(&entry, newest, err) || !state_epoch(db, &epoch, err) ||
		!entry_check_owner(&entry, unit, epoch, err))
		return false;
	*ret = entry;
	entry = (struct entry)ENTRY_INIT;
	return true;
}

/* From where it was known to be held, one entry after the other. */
bool mailbox_last(struct db *db, int64_t epoch, int64_t *ret, struct err *err)
{
	return db_int(db, err, 0, ret,
		"WITH RECURSIVE held (number) AS"
		" (SELECT coalesce((SELECT held FROM self WHERE held_epoch = ?1), 0) UNION ALL"
		"  SELECT entry.number FROM held CROSS JOIN entry"
		"   WHERE epoch = ?1 AND entry.number = held.number + 1 AND doubted = 0)"
		" SELECT max(number) FROM held",
		"i", epoch);
}

/* Within the caller's transaction: an older epoch than the one remembered is never gone back to. */
static bool mailbox_remember(struct db *db, int64_t epoch, struct err *err)
{
	int64_t last;

	return mailbox_last(db, epoch, &last, err) &&
		   db_run(db, err,
			   "UPDATE self SET held_epoch = ?1, held = ?2"
			   " WHERE held_epoch < ?1 OR (held_epoch = ?1 AND held < ?2)",
			   "ii", epoch, last);
}

bool mailbox_accept(struct db *db, const struct keyring *ring, const char *unit, const char *jws,
	int64_t now, struct entry *ret, enum mailbox_news *ret_news, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	auto_tx struct tx tx = TX_INIT;
	struct digest held;
	int64_t doubted;
	bool is_held;

	if (!mailbox_judge(db, ring, unit, jws, &entry, err) || !tx_begin(&tx, db, err) ||
		!mailbox_column(db, "SELECT digest FROM entry WHERE epoch = ? AND number = ?", entry.epoch,
			entry.number, &held, &is_held, err) ||
		!db_int(db, err, 0, &doubted, "SELECT doubted FROM entry WHERE epoch = ? AND number = ?",
			"ii", entry.epoch, entry.number))
		return false;
	if (doubted == 2 && !digest_equal(&held, &entry.digest)) {
		if (!mailbox_give_way(db, &entry, err))
			return false;
		is_held = false;
	}
	if (is_held && !digest_equal(&held, &entry.digest))
		return err_code(err, REFUSAL_ENTRY_CONFLICT, "another entry is held under number %lld",
			(long long)entry.number);
	if (is_held) {
		if (!mailbox_renew(db, ring, &entry, jws, err))
			return false;
	} else if (!mailbox_check_chain(db, &entry, err) ||
			   !mailbox_insert(db, &entry, jws, now, err)) {
		return false;
	}
	if (!mailbox_remember(db, entry.epoch, err) || !tx_commit(&tx, err))
		return false;
	*ret_news = !is_held ? MAILBOX_NEW : doubted ? MAILBOX_SURE : MAILBOX_HELD;
	*ret = entry;
	entry = (struct entry)ENTRY_INIT;
	return true;
}

bool mailbox_have(struct db *db, int64_t epoch, int64_t last, struct ranges *ret, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	*ret = (struct ranges){.count = 0};
	if (!db_query(db, err, &stmt,
			"SELECT number FROM entry WHERE epoch = ? AND number > ? AND doubted = 0 ORDER BY "
			"number",
			"ii", epoch, last))
		return false;
	while (true) {
		uint32_t number;

		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		number = (uint32_t)sqlite3_column_int64(stmt, 0);
		if (!ranges_add(ret, number, number))
			return true;
	}
}

bool mailbox_entry(struct db *db, int64_t epoch, int64_t number, struct buf *jws, struct entry *ret,
	struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt, "SELECT jws FROM entry WHERE epoch = ? AND number = ?", "ii",
			epoch, number) ||
		!db_next(db, stmt, &row, err) || !buf_append_str(jws, row ? db_text(stmt, 0) : "", err))
		return false;
	if (!entry_parse(buf_str(jws), jws->len, ret, err))
		return err_set(
			err, ERR_SYSTEM, "'%s': entry %lld is missing or damaged", db->path, (long long)number);
	return true;
}
