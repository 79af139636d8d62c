/* The other half of receive.h: from everything there to stored, or refused with its reason. */
#include "subscriber/receive.h"

#include "common/cleanup.h"
#include "common/refusal.h"
#include "subscriber/db.h"
#include "subscriber/keysets.h"
#include "subscriber/mailbox.h"
#include "subscriber/recall.h"
#include "subscriber/room.h"
#include "subscriber/store.h"
#include "subscriber/verdict.h"
#include "subscriber/wanted.h"

#include <sodium.h>

#include <string.h>

enum {
	KEEPING_MOST = 8,
	KEEPING_PARTS = 64, /* something larger lets nobody wait for the state while it is written */
};

struct spool_source {
	const struct spool *spool;
	const struct pub_id *id;
	uint32_t unreadable; /* the part that the disk lost, or VERDICT_NO_PART */
};

static bool read_part(
	void *context, uint32_t index, uint8_t part[static PART_BYTES], struct err *err)
{
	struct spool_source *source = context;

	if (spool_read(source->spool, source->id, index, part, err))
		return true;
	source->unreadable = index;
	return false;
}

/*
 * What was stored and is made known to the state in one transaction. Until then its parts stay, so that
 * who is killed before has all that it takes to adopt the folders.
 */
struct keeping {
	struct unit *unit;
	struct tx tx;
	struct pub_id stored[KEEPING_MOST];
	size_t count;
	bool any; /* was made known */
};

static void keeping_end(struct keeping *keeping)
{
	struct unit *unit = keeping->unit;
	size_t count = keeping->count;
	struct err err;

	keeping->count = 0;
	if (keeping->tx.db && !tx_commit(&keeping->tx, &err)) {
		unit_trouble(unit, "keep what was stored", &err);
		tx_rollback(&keeping->tx);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		keeping->any = true;
		if (!spool_drop(&unit->spool, &keeping->stored[i], &err))
			unit_trouble(unit, "tidy the spool", &err);
	}
}

/* What is thrown away so that asking again can bring something better. */
static bool drop_refused(
	struct unit *unit, const struct pub_id *id, int code, uint32_t bad_part, struct err *err)
{
	switch (code) {
	case REFUSAL_PART_SEALED:
		if (bad_part != VERDICT_NO_PART)
			return spool_drop_part(&unit->spool, id, bad_part, err);
		return spool_drop(&unit->spool, id, err);
	case REFUSAL_BODY_DIGEST:
	case REFUSAL_BODY_END:
	case REFUSAL_EXPIRED:
		return spool_drop(&unit->spool, id, err);
	default:
		return true;
	}
}

static void refuse(
	struct unit *unit, const struct wanted *wanted, const struct err *why, uint32_t bad_part)
{
	int64_t now = unit_now(unit);
	int64_t wait = wanted_backoff(wanted->failures + 1);
	char hex[PUB_ID_SIZE];
	struct err err;

	(void)pub_id_format(&wanted->id, hex);
	/* One bad part among good ones is asked for at once; the pace of asking has its own backoff. */
	if (why->code == REFUSAL_PART_SEALED)
		wait = 0;
	log_line(&unit->log, LOG_LEVEL_WARNING, "%s: refused: %d %s", hex, why->code, why->text);
	if (!drop_refused(unit, &wanted->id, why->code, bad_part, &err) ||
		!wanted_refuse(&unit->db, wanted, why, now + wait, why->code == REFUSAL_EXPIRED, now, &err))
		unit_trouble(unit, "record it", &err);
}

/* What takes something back moves folders, and notes some itself: it shares a transaction with nothing. */
static bool keeping_begin(struct keeping *keeping, const struct manifest *manifest, struct err *err)
{
	if (manifest->reference_count > 0) {
		keeping_end(keeping);
		return true;
	}
	return keeping->tx.db || tx_begin(&keeping->tx, &keeping->unit->db, err);
}

static bool keep(struct keeping *keeping, const struct wanted *wanted,
	const struct store_work *work, uint32_t *ret_bad_part, struct err *err)
{
	struct unit *unit = keeping->unit;
	const struct manifest *manifest = &work->opened->manifest;
	struct pub_id recalled[LIMIT_REFERENCES];
	char folder[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	char hex[PUB_ID_SIZE];
	size_t recalled_count;

	if (!room_check(unit, manifest_total_bytes(manifest), err) ||
		!store_publication(unit->config->inbox, work, folder, &outcome, ret_bad_part, err) ||
		!keeping_begin(keeping, manifest, err) ||
		!recall_quarantine(unit, manifest, recalled, &recalled_count, err) ||
		!wanted_stored(
			&unit->db, wanted, manifest, folder, recalled, recalled_count, unit_now(unit), err))
		return false;
	log_line(&unit->log, LOG_LEVEL_INFO, "%s: %s in '%s'%s", pub_id_format(&wanted->id, hex),
		outcome == STORE_ADOPTED ? "found whole and adopted" : "stored", folder,
		outcome == STORE_REPLACED ? "; what lay there before is in quarantine" : "");
	return true;
}

static bool judge_and_keep(
	struct keeping *keeping, const struct wanted *wanted, uint32_t *ret_bad_part, struct err *err)
{
	struct unit *unit = keeping->unit;
	auto_buf struct buf entry_jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_buf struct buf keysets = BUF_INIT(KEYSETS_FILE_MAX);
	auto_entry struct entry entry = ENTRY_INIT;
	auto_opened struct opened opened = OPENED_INIT;
	struct spool_source source = {&unit->spool, &wanted->id, VERDICT_NO_PART};
	struct verdict_input input = {
		.entry = &entry,
		.sealed = wanted->sealed,
		.device = &unit->key,
		.content_key = unit->content_key,
		.source = read_part,
		.source_context = &source,
		.ring = &unit->ring,
		.now = unit_true_now(unit),
		.max_bytes = LIMIT_PUBLICATION_BYTES,
	};
	struct store_work work = {
		.input = &input, .opened = &opened, .entry_jws = &entry_jws, .keysets = &keysets};
	bool ok;

	*ret_bad_part = VERDICT_NO_PART;
	if (!mailbox_entry(&unit->db, wanted->epoch, wanted->number, &entry_jws, &entry, err))
		return false;
	ok = verdict_judge(&input, &opened, ret_bad_part, err) &&
		 keysets_export(&unit->db, &keysets, err) &&
		 keep(keeping, wanted, &work, ret_bad_part, err);
	sodium_memzero(unit->content_key->bytes, unit->content_key->len);
	if (source.unreadable != VERDICT_NO_PART)
		*ret_bad_part = source.unreadable;
	return ok;
}

static void settle_one(struct keeping *keeping, const struct wanted *wanted)
{
	struct unit *unit = keeping->unit;
	uint32_t bad_part = VERDICT_NO_PART;
	struct err err = {.code = 0};
	struct err failed;

	if (keeping->count == KEEPING_MOST || wanted->parts > KEEPING_PARTS)
		keeping_end(keeping);
	if (judge_and_keep(keeping, wanted, &bad_part, &err)) {
		keeping->stored[keeping->count++] = wanted->id;
		return;
	}
	if (err.code) {
		refuse(unit, wanted, &err, bad_part);
		return;
	}
	unit_trouble(unit, "store a publication", &err);
	if (!wanted_put_off(&unit->db, &wanted->id, unit_now(unit) + wanted_backoff(1), &failed))
		unit_trouble(unit, "put it off", &failed);
}

/* Removes what is spooled of publications that are not wanted any more. */
static bool tidy(struct unit *unit, struct err *err)
{
	for (size_t i = unit->spool.count; i-- > 0;) {
		const struct pub_id id = unit->spool.items[i].id;
		struct wanted wanted;
		char hex[PUB_ID_SIZE];
		int64_t known;
		bool found;

		if (!wanted_find(&unit->db, &id, &wanted, &found, err) ||
			!db_int(&unit->db, err, 0, &known, "SELECT 1 FROM publication WHERE id = ?", "t",
				pub_id_format(&id, hex)))
			return false;
		if (found ? !spool_want(&unit->spool, &id, wanted.parts, err)
				  : known && !spool_drop(&unit->spool, &id, err))
			return false;
	}
	return true;
}

static void ready_one(struct keeping *keeping, const struct wanted *wanted)
{
	struct unit *unit = keeping->unit;
	struct err err = {.code = 0};

	if (!wanted->has_grant)
		return;
	if (spool_complete(&unit->spool, &wanted->id))
		settle_one(keeping, wanted);
	else if (!room_check(unit, room_needed(unit, &wanted->id, wanted->parts), &err) && err.code)
		refuse(unit, wanted, &err, VERDICT_NO_PART);
}

bool receive_ready(struct unit *unit)
{
	struct wanted_page page = {.now = unit_now(unit)};
	struct keeping keeping = {.unit = unit};
	bool any = true;
	struct err err;

	if (!tidy(unit, &err)) {
		unit_trouble(unit, "tidy the spool", &err);
		return false;
	}
	while (any) {
		if (!wanted_turn_page(&unit->db, &page, &any, &err)) {
			unit_trouble(unit, "see what is complete", &err);
			break;
		}
		for (size_t i = 0; i < page.count; i++)
			ready_one(&keeping, &page.list[i]);
	}
	keeping_end(&keeping);
	return keeping.any;
}
