#include "subscriber/replies.h"

#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "subscriber/config.h"
#include "subscriber/db.h"
#include "subscriber/outbox.h"

bool replies_owe(struct db *db, const struct reply_content *content, struct err *err)
{
	char hex[PUB_ID_SIZE];

	return db_run(db, err,
		"INSERT INTO reply (publication, manifest, answer, seats, note, at)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		"tbtiti", pub_id_format(&content->publication, hex), content->manifest.bytes,
		sizeof content->manifest.bytes, reply_answer_name(content->answer), (int64_t)content->seats,
		content->note, content->at);
}

/* `*ret_id` is 0 when none is owed. */
static bool read_owed(
	struct db *db, struct reply_content *content, int64_t *ret_id, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	*ret_id = 0;
	if (!db_query(db, err, &stmt,
			"SELECT publication, manifest, answer, seats, note, at, id FROM reply"
			" WHERE receipt IS NULL ORDER BY id LIMIT 1",
			"") ||
		!db_next(db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	if (!pub_id_parse(db_text(stmt, 0), strlen(db_text(stmt, 0)), &content->publication) ||
		sqlite3_column_bytes(stmt, 1) != DIGEST_BYTES ||
		!reply_answer_parse(db_text(stmt, 2), strlen(db_text(stmt, 2)), &content->answer))
		return err_set(err, ERR_SYSTEM, "'%s': a reply owed is damaged", db->path);
	memcpy(content->manifest.bytes, sqlite3_column_blob(stmt, 1), DIGEST_BYTES);
	content->seats = sqlite3_column_int(stmt, 3);
	(void)snprintf(content->note, sizeof content->note, "%s", db_text(stmt, 4));
	content->at = sqlite3_column_int64(stmt, 5);
	*ret_id = sqlite3_column_int64(stmt, 6);
	return true;
}

static bool seal_and_keep(
	struct unit *unit, struct reply_content *content, int64_t id, struct err *err)
{
	auto_free struct reply *reply = calloc(1, sizeof *reply);
	auto_buf struct buf jws = BUF_INIT(LIMIT_REPLY_JWS);

	if (!reply)
		return err_set(err, ERR_SYSTEM, "out of memory");
	(void)snprintf(content->unit, sizeof content->unit, "%s", unit->config->unit);
	(void)snprintf(content->device, sizeof content->device, "%s", unit->config->device);
	if (!reply_seal(content, keyring_newest(&unit->ring), unit_true_now(unit), reply, err))
		return false;
	reply->sent_at = unit_now(unit);
	return reply_sign(reply, &unit->key, &jws, err) &&
		   outbox_keep(&unit->db, content->number, buf_str(&jws), reply->sent_at, true, err) &&
		   db_run(&unit->db, err, "UPDATE reply SET receipt = ? WHERE id = ?", "ii",
			   content->number, id);
}

bool replies_sign(struct unit *unit, int64_t *ret_number, struct err *err)
{
	struct reply_content content = {.number = 0};
	auto_tx struct tx tx = TX_INIT;
	int64_t id;

	*ret_number = 0;
	if (!keyring_newest(&unit->ring))
		return true;
	if (!tx_begin(&tx, &unit->db, err) || !read_owed(&unit->db, &content, &id, err))
		return false;
	if (!id)
		return true;
	if (!outbox_next(&unit->db, &content.number, err) || !seal_and_keep(unit, &content, id, err) ||
		!tx_commit(&tx, err))
		return false;
	*ret_number = content.number;
	return true;
}

bool replies_find(struct db *db, const char *id, struct reply_said *ret, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	struct reply_said said = {.found = false};

	if (!db_query(db, err, &stmt,
			"SELECT answer, seats, note, at, reply.receipt IS NOT NULL,"
			" coalesce(reply.receipt <= settled, 0), coalesce(refused, 0) FROM reply"
			" CROSS JOIN self LEFT JOIN receipt ON number = reply.receipt"
			" WHERE publication = ? ORDER BY id DESC LIMIT 1",
			"t", id) ||
		!db_next(db, stmt, &said.found, err))
		return false;
	if (said.found) {
		(void)snprintf(said.answer, sizeof said.answer, "%s", db_text(stmt, 0));
		said.seats = sqlite3_column_int64(stmt, 1);
		(void)snprintf(said.note, sizeof said.note, "%s", db_text(stmt, 2));
		said.at = sqlite3_column_int64(stmt, 3);
		said.signed_ = sqlite3_column_int(stmt, 4) != 0;
		said.settled = sqlite3_column_int(stmt, 5) != 0;
		said.refused = sqlite3_column_int(stmt, 6);
	}
	*ret = said;
	return true;
}

void reply_said_state(const struct reply_said *said, const char **ret_zh, const char **ret_en)
{
	static const char *const texts[][2] = {
		{"CNCERT 未采信", "refused by CNCERT"},
		{"CNCERT 已收到", "CNCERT has it"},
		{"已签发，等待 CNCERT 确认", "signed and sent, not yet settled"},
		{"等待发送", "waiting to be sent"},
	};
	size_t nth = said->refused ? 0 : said->settled ? 1 : said->signed_ ? 2 : 3;

	*ret_zh = texts[nth][0];
	*ret_en = texts[nth][1];
}
