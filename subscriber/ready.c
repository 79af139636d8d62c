/* The other half of receive.h: from everything there to stored, or refused with its reason. */
#include "subscriber/receive.h"

#include "common/cleanup.h"
#include "subscriber/db.h"
#include "subscriber/keeping.h"
#include "subscriber/keysets.h"
#include "subscriber/mailbox.h"
#include "subscriber/room.h"
#include "subscriber/verdict.h"
#include "subscriber/wanted.h"

#include <sodium.h>

#include <string.h>

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
		 keeping_add(keeping, wanted, &opened, &work, ret_bad_part, err);
	sodium_memzero(unit->content_key->bytes, unit->content_key->len);
	if (source.unreadable != VERDICT_NO_PART)
		*ret_bad_part = source.unreadable;
	return ok;
}

static void settle_one(struct keeping *keeping, const struct wanted *wanted)
{
	uint32_t bad_part = VERDICT_NO_PART;
	struct err err = {.code = 0};

	if (!judge_and_keep(keeping, wanted, &bad_part, &err))
		keeping_failed(keeping->unit, wanted, &err, bad_part);
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
		keeping_failed(unit, wanted, &err, VERDICT_NO_PART);
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
