#include "subscriber/outbox.h"

#include "common/buf.h"
#include "common/fault.h"
#include "subscriber/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool outbox_owe(struct db *db, const struct receipt_item *item, struct err *err)
{
	char hex[PUB_ID_SIZE];

	return db_run(db, err,
		"INSERT OR IGNORE INTO item (publication, epoch, entry, manifest, state, code, at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
		"tiibtii", pub_id_format(&item->publication, hex), item->epoch, item->entry,
		item->manifest.bytes, sizeof item->manifest.bytes, receipt_state_name(item->state),
		(int64_t)item->code, item->at);
}

static bool item_read(struct db *db, sqlite3_stmt *stmt, struct receipt_item *ret, struct err *err)
{
	const char *id = db_text(stmt, 1);
	const char *state = db_text(stmt, 5);

	*ret = (struct receipt_item){
		.epoch = sqlite3_column_int64(stmt, 2),
		.entry = sqlite3_column_int64(stmt, 3),
		.code = sqlite3_column_int(stmt, 6),
		.at = sqlite3_column_int64(stmt, 7),
	};
	if (!pub_id_parse(id, strlen(id), &ret->publication) ||
		sqlite3_column_bytes(stmt, 4) != DIGEST_BYTES ||
		!receipt_state_parse(state, strlen(state), &ret->state))
		return err_set(err, ERR_SYSTEM, "'%s': an item owed is damaged", db->path);
	memcpy(ret->manifest.bytes, sqlite3_column_blob(stmt, 4), DIGEST_BYTES);
	return true;
}

static bool outbox_gather(
	struct db *db, struct receipt *receipt, int64_t *ret_last_id, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT id, publication, epoch, entry, manifest, state, code, at FROM item"
			" WHERE receipt IS NULL ORDER BY id LIMIT ?",
			"i", (int64_t)LIMIT_RECEIPT_ITEMS))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		if (!item_read(db, stmt, &receipt->items[receipt->item_count], err))
			return false;
		receipt->item_count++;
		*ret_last_id = sqlite3_column_int64(stmt, 0);
	}
}

bool outbox_next(struct db *db, int64_t *ret, struct err *err)
{
	int64_t newest;

	if (!db_int(db, err, 0, &newest, "SELECT receipts FROM self", ""))
		return false;
	*ret = newest + 1;
	return true;
}

bool outbox_keep(
	struct db *db, int64_t number, const char *jws, int64_t now, bool is_reply, struct err *err)
{
	return db_run(db, err,
			   "INSERT INTO receipt (number, jws, signed_at, is_reply) VALUES (?, ?, ?, ?)", "itii",
			   number, jws, now, (int64_t)is_reply) &&
		   db_run(db, err, "UPDATE self SET receipts = ?", "i", number);
}

static bool outbox_make(
	struct db *db, struct receipt *receipt, const struct signing_key *key, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_RECEIPT_JWS);
	auto_tx struct tx tx = TX_INIT;
	int64_t last_id = 0;

	if (!tx_begin(&tx, db, err) || !outbox_gather(db, receipt, &last_id, err))
		return false;
	if (receipt->item_count == 0)
		return true;
	if (!outbox_next(db, &receipt->number, err) || !receipt_sign(receipt, key, &jws, err) ||
		!outbox_keep(db, receipt->number, buf_str(&jws), receipt->sent_at, false, err) ||
		!db_run(db, err, "UPDATE item SET receipt = ? WHERE receipt IS NULL AND id <= ?", "ii",
			receipt->number, last_id))
		return false;
	fault_point("unit-before-receipt-commit");
	if (!tx_commit(&tx, err))
		return false;
	fault_point("unit-after-receipt-commit");
	return true;
}

bool outbox_sign(struct db *db, const char *unit, const char *device, const struct signing_key *key,
	int64_t now, int64_t *ret_number, struct err *err)
{
	auto_free struct receipt *receipt = calloc(1, sizeof *receipt);

	if (!receipt)
		return err_set(err, ERR_SYSTEM, "out of memory");
	(void)snprintf(receipt->unit, sizeof receipt->unit, "%s", unit);
	(void)snprintf(receipt->device, sizeof receipt->device, "%s", device);
	receipt->sent_at = now;
	if (!outbox_make(db, receipt, key, err))
		return false;
	*ret_number = receipt->item_count ? receipt->number : 0;
	return true;
}

bool outbox_numbers(struct db *db, int64_t *ret_newest, int64_t *ret_settled, struct err *err)
{
	return db_int(db, err, 0, ret_newest, "SELECT receipts FROM self", "") &&
		   db_int(db, err, 0, ret_settled, "SELECT settled FROM self", "");
}

/*
 * Numbers up to `settled` were given away by a later life of this state. What this life signed above
 * its own watermark may never have been seen: it is owed again, under numbers above.
 */
static bool outbox_jump(struct db *db, int64_t settled, int64_t own_settled, struct err *err)
{
	return db_run(db, err, "UPDATE item SET receipt = NULL WHERE receipt > ?", "i", own_settled) &&
		   db_run(db, err, "UPDATE reply SET receipt = NULL WHERE receipt > ?", "i", own_settled) &&
		   db_run(db, err, "UPDATE self SET receipts = ?1, settled = ?1", "i", settled);
}

bool outbox_settle(struct db *db, int64_t settled, bool *ret_moved, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;
	int64_t newest;
	int64_t own;

	if (!tx_begin(&tx, db, err) || !outbox_numbers(db, &newest, &own, err))
		return false;
	*ret_moved = settled > own;
	if (settled <= own)
		return true;
	if (settled > newest) {
		if (!outbox_jump(db, settled, own, err))
			return false;
	} else if (!db_run(db, err, "UPDATE self SET settled = ?", "i", settled)) {
		return false;
	}
	fault_point("unit-before-settled-commit");
	return tx_commit(&tx, err);
}

bool outbox_mark_refused(struct db *db, int64_t number, int code, struct err *err)
{
	return db_run(db, err, "UPDATE receipt SET refused = ?2 WHERE number = ?1 AND refused <> ?2",
		"ii", number, (int64_t)code);
}

bool outbox_pending(struct db *db, int64_t *ret_items, int64_t *ret_receipts, struct err *err)
{
	return db_int(db, err, 0, ret_items,
			   "SELECT (SELECT count(*) FROM item WHERE receipt IS NULL)"
			   " + (SELECT count(*) FROM reply WHERE receipt IS NULL)",
			   "") &&
		   db_int(db, err, 0, ret_receipts,
			   "SELECT count(*) FROM receipt, self WHERE number > settled", "");
}

bool outbox_unsettled(
	struct db *db, int64_t after, outbox_each *each, void *context, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT number, jws, is_reply FROM receipt, self WHERE number > settled AND number > ?"
			" ORDER BY number",
			"i", after))
		return false;
	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row || !each(context, sqlite3_column_int64(stmt, 0), db_text(stmt, 1),
						sqlite3_column_int(stmt, 2) != 0))
			return true;
	}
}

bool outbox_find_stored(struct db *db, const struct pub_id *id, outbox_each *each, void *context,
	bool *ret_found, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	char hex[PUB_ID_SIZE];
	bool row;

	if (!db_query(db, err, &stmt,
			"SELECT r.number, r.jws FROM receipt r JOIN item i ON i.receipt = r.number"
			" WHERE i.publication = ? AND i.state = 'stored' ORDER BY r.number DESC LIMIT 1",
			"t", pub_id_format(id, hex)) ||
		!db_next(db, stmt, &row, err))
		return false;
	if (row)
		(void)each(context, sqlite3_column_int64(stmt, 0), db_text(stmt, 1), false);
	*ret_found = row;
	return true;
}
