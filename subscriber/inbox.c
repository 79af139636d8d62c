#include "subscriber/inbox.h"

#include "common/file.h"
#include "common/receipt.h"
#include "subscriber/db.h"
#include "subscriber/document.h"
#include "subscriber/outbox.h"
#include "subscriber/store.h"

#include <stdio.h>
#include <string.h>

/* A recall of the same number comes last, what it took back before it, what stands first. */
#define DOCUMENT_RANK \
	"CASE WHEN state = 'recalled' THEN 1 WHEN EXISTS (SELECT 1 FROM entry" \
	" WHERE entry.publication = publication.id AND entry.kind = 'recall') THEN 2 ELSE 0 END"

static void document_text(char *out, size_t size, sqlite3_stmt *stmt, int column)
{
	(void)snprintf(out, size, "%s", db_text(stmt, column));
}

void document_read(sqlite3_stmt *stmt, struct document *ret)
{
	*ret = (struct document){
		.epoch = sqlite3_column_int64(stmt, 6),
		.number = sqlite3_column_int64(stmt, 7),
		.bytes = sqlite3_column_int64(stmt, 9),
		.stored_at = sqlite3_column_int64(stmt, 10),
		.opened_at = sqlite3_column_int64(stmt, 11),
		.reply_by = sqlite3_column_int64(stmt, 13),
		.deadline = sqlite3_column_int64(stmt, 14),
		.starts = sqlite3_column_int64(stmt, 15),
		.ends = sqlite3_column_int64(stmt, 16),
	};
	document_text(ret->id, sizeof ret->id, stmt, 0);
	document_text(ret->state, sizeof ret->state, stmt, 1);
	document_text(ret->channel, sizeof ret->channel, stmt, 2);
	document_text(ret->label, sizeof ret->label, stmt, 3);
	document_text(ret->title, sizeof ret->title, stmt, 4);
	document_text(ret->folder, sizeof ret->folder, stmt, 5);
	document_text(ret->kind, sizeof ret->kind, stmt, 12);
	document_text(ret->taken_back_by, sizeof ret->taken_back_by, stmt, 18);
	ret->superseded = sqlite3_column_int(stmt, 19);
	if (sqlite3_column_bytes(stmt, 8) == DIGEST_BYTES)
		memcpy(ret->manifest.bytes, sqlite3_column_blob(stmt, 8), DIGEST_BYTES);
}

static bool document_each(
	struct db *db, sqlite3_stmt *stmt, inbox_each *each, void *context, struct err *err)
{
	struct document document;
	bool row;

	while (true) {
		if (!db_next(db, stmt, &row, err))
			return false;
		if (!row)
			return true;
		document_read(stmt, &document);
		if (!each(context, &document, err))
			return false;
	}
}

struct finding {
	struct document *ret;
	size_t count;
};

static bool find_one(void *context, const struct document *document, struct err *err)
{
	struct finding *finding = context;

	(void)err;
	if (finding->count++ == 0)
		*finding->ret = *document;
	return true;
}

static bool is_id_prefix(const char *name)
{
	size_t len = strspn(name, "0123456789abcdef");

	return len >= 4 && len < PUB_ID_SIZE && name[len] == '\0';
}

bool inbox_find(struct db *db, const char *name, struct document *ret, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	struct finding finding = {.ret = ret};

	if (!db_query(db, err, &stmt,
			"WITH named (named_id, rank) AS (SELECT publication.id, " DOCUMENT_RANK DOCUMENT_FROM
			" AND (label = ?1 OR (?2 AND substr(publication.id, 1, length(?1)) = ?1)))"
			" SELECT " DOCUMENT_COLUMNS DOCUMENT_FROM
			" AND publication.id IN (SELECT named_id FROM named"
			" WHERE rank = (SELECT min(rank) FROM named)) LIMIT 2",
			"ti", name, (int64_t)is_id_prefix(name)) ||
		!document_each(db, stmt, find_one, &finding, err))
		return false;
	if (finding.count == 1)
		return true;
	return finding.count
			   ? err_set(err, ERR_USAGE, "'%s' names more than one document: write more of its id",
					 ERR_QUOTED(name))
			   : err_set(err, ERR_USAGE, "'%s' names no document in the inbox: see 'inbox list'",
					 ERR_QUOTED(name));
}

bool inbox_folder_path(
	const struct config *config, const struct document *document, struct buf *path, struct err *err)
{
	char name[sizeof document->folder];

	(void)snprintf(name, sizeof name, "%s", document->folder);
	if (strcmp(document->state, "recalled") != 0)
		return buf_printf(path, err, "%s/%s", config->inbox, name);
	*strchrnul(name, '/') = '-';
	return buf_printf(path, err, "%s/" STORE_QUARANTINE "/%s", config->inbox, name);
}

bool inbox_open_folder(const struct config *config, const struct document *document,
	struct buf *path, int *ret_fd, struct err *err)
{
	return inbox_folder_path(config, document, path, err) &&
		   file_open_dir(buf_str(path), ret_fd, err);
}

bool inbox_mark_opened(struct db *db, const struct document *document, int64_t now, struct err *err)
{
	struct receipt_item item = {
		.epoch = document->epoch,
		.entry = document->number,
		.manifest = document->manifest,
		.state = RECEIPT_OPENED,
		.at = now,
	};
	auto_tx struct tx tx = TX_INIT;

	if (!pub_id_parse(document->id, strlen(document->id), &item.publication))
		return err_set(err, ERR_SYSTEM, "'%s': a publication is damaged", db->path);
	if (!tx_begin(&tx, db, err) ||
		!db_run(db, err, "UPDATE publication SET opened_at = ? WHERE id = ? AND opened_at IS NULL",
			"it", now, document->id))
		return false;
	if (db_changes(db) == 0)
		return true;
	return outbox_owe(db, &item, err) && tx_commit(&tx, err);
}
