#include "subscriber/wanted.h"

#include "subscriber/catalog.h"
#include "subscriber/db.h"
#include "subscriber/hooks.h"
#include "subscriber/outbox.h"

#include <string.h>

enum { BACKOFF_FIRST_S = 30, BACKOFF_LAST_S = 3600 };

#define WANTED_COLUMNS "id, epoch, number, manifest, parts, sealed, code, failures, retry_at"

static bool wanted_read(struct db *db, sqlite3_stmt *stmt, struct wanted *ret, struct err *err)
{
	const char *id = db_text(stmt, 0);
	const void *sealed = sqlite3_column_blob(stmt, 5);

	*ret = (struct wanted){
		.epoch = sqlite3_column_int64(stmt, 1),
		.number = sqlite3_column_int64(stmt, 2),
		.parts = (uint32_t)sqlite3_column_int64(stmt, 4),
		.code = sqlite3_column_int(stmt, 6),
		.failures = sqlite3_column_int64(stmt, 7),
		.retry_at = sqlite3_column_int64(stmt, 8),
	};
	if (!pub_id_parse(id, strlen(id), &ret->id) || sqlite3_column_bytes(stmt, 3) != DIGEST_BYTES)
		return err_set(err, ERR_SYSTEM, "'%s': a publication is damaged", db->path);
	memcpy(ret->manifest.bytes, sqlite3_column_blob(stmt, 3), DIGEST_BYTES);
	ret->has_grant = sealed && sqlite3_column_bytes(stmt, 5) == GRANT_BYTES;
	if (ret->has_grant)
		memcpy(ret->sealed, sealed, GRANT_BYTES);
	return true;
}

bool wanted_turn_page(struct db *db, struct wanted_page *page, bool *ret_any, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	const struct wanted *last;
	size_t count = 0;
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT " WANTED_COLUMNS " FROM publication WHERE state = 'wanted' AND retry_at <= ?"
			" AND (epoch, number) > (?, ?) ORDER BY epoch, number LIMIT ?",
			"iiii", page->now, page->epoch, page->number, (int64_t)WANTED_LIST_MAX))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			break;
		if (!wanted_read(db, stmt, &page->list[count++], err))
			return false;
	}
	page->count = count;
	*ret_any = count > 0;
	if (count == 0)
		return true;
	last = &page->list[count - 1];
	page->epoch = last->epoch;
	page->number = last->number;
	return true;
}

bool wanted_find(
	struct db *db, const struct pub_id *id, struct wanted *ret, bool *ret_found, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	char hex[PUB_ID_SIZE];
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT " WANTED_COLUMNS " FROM publication WHERE id = ? AND state = 'wanted'", "t",
			pub_id_format(id, hex)) ||
		!db_next(db, stmt, &row, err) || (row && !wanted_read(db, stmt, ret, err)))
		return false;
	*ret_found = row;
	return true;
}

bool wanted_next_retry(struct db *db, int64_t now, int64_t *ret, struct err *err)
{
	return db_int(db, err, INT64_MAX, ret,
		"SELECT min(retry_at) FROM publication WHERE state = 'wanted' AND retry_at > ?", "i", now);
}

/* A device that stored it before its mailbox began anew says so under the new number. */
static bool wanted_owe_again(
	struct db *db, const struct entry *entry, const char *id, int64_t now, struct err *err)
{
	struct receipt_item item = {
		.publication = entry->publication,
		.epoch = entry->epoch,
		.entry = entry->number,
		.manifest = entry->manifest,
		.state = RECEIPT_STORED,
		.at = now,
	};
	int64_t stored;
	int64_t same;

	if (!db_int(db, err, 0, &stored,
			"SELECT stored_at FROM publication WHERE id = ? AND state IN ('stored', 'recalled')",
			"t", id) ||
		!db_int(db, err, 0, &same, "SELECT 1 FROM publication WHERE id = ? AND manifest = ?", "tb",
			id, entry->manifest.bytes, sizeof entry->manifest.bytes))
		return false;
	if (!stored)
		return true;
	item.at = stored;
	if (!same) {
		item.at = now;
		item.state = RECEIPT_REFUSED;
		item.code = REFUSAL_MANIFEST_DIGEST;
	}
	return outbox_owe(db, &item, err);
}

bool wanted_add(struct db *db, const struct entry *entry, int64_t now, struct err *err)
{
	char id[PUB_ID_SIZE];
	size_t size = sizeof entry->manifest.bytes;

	(void)pub_id_format(&entry->publication, id);
	/* A void may have come before what it voids, a recall before what it recalls. */
	return db_run(db, err,
			   "INSERT INTO publication (id, epoch, number, manifest, parts, received_at, state)"
			   " SELECT ?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN"
			   " EXISTS (SELECT 1 FROM entry INDEXED BY entry_void"
			   "  WHERE epoch = ?2 AND kind = 'void' AND target = ?3)"
			   " OR EXISTS (SELECT 1 FROM recalled WHERE publication = ?1)"
			   " THEN 'ended' ELSE 'wanted' END WHERE true"
			   " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, number = excluded.number,"
			   " manifest = iif(state = 'stored' OR state = 'recalled', manifest, "
			   "excluded.manifest),"
			   " parts = excluded.parts, sealed = NULL, retry_at = 0,"
			   " state = iif(state = 'ended', excluded.state, state)"
			   " WHERE (excluded.epoch, excluded.number) > (epoch, number)",
			   "tiibii", id, entry->epoch, entry->number, entry->manifest.bytes, size,
			   (int64_t)entry->body.parts, now) &&
		   wanted_owe_again(db, entry, id, now, err);
}

bool wanted_end_target(struct db *db, const struct entry *entry, struct err *err)
{
	return db_run(db, err,
		"UPDATE publication SET state = 'ended', sealed = NULL WHERE state = 'wanted' AND id ="
		" (SELECT publication FROM entry WHERE epoch = ? AND number = ?)",
		"ii", entry->epoch, entry->target);
}

bool wanted_end_older(struct db *db, int64_t epoch, struct err *err)
{
	return db_run(db, err,
		"UPDATE publication SET state = 'ended', sealed = NULL WHERE state = 'wanted' AND epoch < "
		"?",
		"i", epoch);
}

bool wanted_again(struct db *db, const char *id, struct err *err)
{
	return db_run(db, err,
		"UPDATE publication SET state = 'wanted', sealed = NULL, code = 0, reason = '',"
		" failures = 0, retry_at = 0 WHERE id = ? AND state = 'stored'",
		"t", id);
}

bool wanted_set_grant(struct db *db, const struct pub_id *id,
	const uint8_t sealed[static GRANT_BYTES], struct err *err)
{
	char hex[PUB_ID_SIZE];

	return db_run(db, err,
		"UPDATE publication SET sealed = ?, failures = 0, retry_at = 0, code = 0, reason = ''"
		" WHERE id = ? AND state = 'wanted'",
		"bt", sealed, (size_t)GRANT_BYTES, pub_id_format(id, hex));
}

int64_t wanted_backoff(int64_t failures)
{
	int64_t wait = BACKOFF_FIRST_S;

	for (int64_t i = 1; i < failures && wait < BACKOFF_LAST_S; i++)
		wait *= 2;
	return wait < BACKOFF_LAST_S ? wait : BACKOFF_LAST_S;
}

static struct receipt_item wanted_item(
	const struct wanted *wanted, enum receipt_state state, int64_t now)
{
	return (struct receipt_item){
		.publication = wanted->id,
		.epoch = wanted->epoch,
		.entry = wanted->number,
		.manifest = wanted->manifest,
		.state = state,
		.at = now,
	};
}

bool wanted_refuse(struct db *db, const struct wanted *wanted, const struct err *why,
	int64_t retry_at, bool final, int64_t now, struct err *err)
{
	struct receipt_item item = wanted_item(wanted, RECEIPT_REFUSED, now);
	auto_tx struct tx tx = TX_INIT;
	char hex[PUB_ID_SIZE];

	item.code = why->code;
	return tx_begin(&tx, db, err) &&
		   db_run(db, err,
			   "UPDATE publication SET code = ?, reason = ?, failures = failures + 1, retry_at = ?,"
			   " state = ? WHERE id = ? AND state = 'wanted'",
			   "ititt", (int64_t)why->code, why->text, retry_at, final ? "ended" : "wanted",
			   pub_id_format(&wanted->id, hex)) &&
		   outbox_owe(db, &item, err) && tx_commit(&tx, err);
}

bool wanted_put_off(struct db *db, const struct pub_id *id, int64_t retry_at, struct err *err)
{
	char hex[PUB_ID_SIZE];

	return db_run(db, err,
		"UPDATE publication SET retry_at = ?, failures = failures + 1"
		" WHERE id = ? AND state = 'wanted'",
		"it", retry_at, pub_id_format(id, hex));
}

/* Owes *recalled* for one that was in the inbox; one still wanted will not be asked for any more. */
static bool wanted_recall(
	struct db *db, const struct pub_id *id, const struct manifest *by, int64_t now, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	struct wanted wanted;
	struct receipt_item item;
	char hex[PUB_ID_SIZE];
	char by_hex[PUB_ID_SIZE];
	bool row;

	(void)pub_id_format(id, hex);
	if (!db_run(db, err,
			"INSERT INTO recalled (publication, by, relation) VALUES (?, ?, ?)"
			" ON CONFLICT (publication) DO UPDATE SET by = excluded.by,"
			" relation = excluded.relation WHERE relation = 'supersedes'",
			"ttt", hex, pub_id_format(&by->id, by_hex),
			by->kind == KIND_RECALL ? "recalls" : "supersedes") ||
		!db_run(db, err,
			"UPDATE publication SET state = 'ended', sealed = NULL WHERE id = ? AND state = "
			"'wanted'",
			"t", hex) ||
		!db_query(db, err, &stmt,
			"SELECT " WANTED_COLUMNS " FROM publication WHERE id = ? AND state = 'stored'", "t",
			hex) ||
		!db_next(db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	if (!wanted_read(db, stmt, &wanted, err))
		return false;
	item = wanted_item(&wanted, RECEIPT_RECALLED, now);
	return db_run(db, err, "UPDATE publication SET state = 'recalled' WHERE id = ?", "t", hex) &&
		   outbox_owe(db, &item, err) && hooks_owe_recall(db, hex, now, err);
}

bool wanted_stored(struct db *db, const struct wanted *wanted, const struct manifest *manifest,
	const char *folder, const struct pub_id *recalled, size_t recalled_count, int64_t now,
	struct err *err)
{
	struct receipt_item item = wanted_item(wanted, RECEIPT_STORED, now);
	auto_tx struct tx tx = TX_INIT;
	char hex[PUB_ID_SIZE];

	if (!tx_begin(&tx, db, err) ||
		!db_run(db, err,
			"UPDATE publication SET state = 'stored', stored_at = ?, folder = ?, channel = ?,"
			" label = ?, title = ?, bytes = ?, sealed = NULL, code = 0, reason = '', retry_at = 0"
			" WHERE id = ? AND state = 'wanted'",
			"ittttit", now, folder, manifest->channel, manifest->number, manifest->title,
			manifest_total_bytes(manifest), pub_id_format(&wanted->id, hex)) ||
		!outbox_owe(db, &item, err) || !catalog_add(db, manifest, err) ||
		!hooks_owe_stored(db, manifest, now, err))
		return false;
	for (size_t i = 0; i < recalled_count; i++) {
		if (!wanted_recall(db, &recalled[i], manifest, now, err))
			return false;
	}
	return tx_commit(&tx, err);
}

bool wanted_inbox_bytes(struct db *db, int64_t *ret, struct err *err)
{
	return db_int(db, err, 0, ret,
		"SELECT sum(bytes) FROM publication WHERE state IN ('stored', 'recalled')"
		" AND removed_at IS NULL",
		"");
}
