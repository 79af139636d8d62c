#include "subscriber/keeping.h"

#include "common/fault.h"
#include "common/refusal.h"
#include "subscriber/db.h"
#include "subscriber/recall.h"
#include "subscriber/room.h"

enum {
	KEEPING_PARTS = 64, /* something larger lets nobody wait for the state while it is written */
	KEEPING_FILES = 8, /* each file of those that go together is open until it is durable */
};

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

void keeping_failed(
	struct unit *unit, const struct wanted *wanted, const struct err *why, uint32_t bad_part)
{
	struct err failed;

	if (why->code) {
		refuse(unit, wanted, why, bad_part);
		return;
	}
	unit_trouble(unit, "store a publication", why);
	if (!wanted_put_off(&unit->db, &wanted->id, unit_now(unit) + wanted_backoff(1), &failed))
		unit_trouble(unit, "put it off", &failed);
}

/* What takes something back moves folders, and notes some itself: it shares a transaction with nothing. */
static bool takes_back(const struct manifest *manifest)
{
	return manifest->reference_count > 0;
}

static bool goes_alone(const struct wanted *wanted, const struct manifest *manifest)
{
	return takes_back(manifest) || wanted->parts > KEEPING_PARTS ||
		   manifest->file_count > KEEPING_FILES;
}

bool keeping_add(struct keeping *keeping, const struct wanted *wanted, struct opened *opened,
	const struct store_work *work, uint32_t *ret_bad_part, struct err *err)
{
	struct unit *unit = keeping->unit;
	bool alone = goes_alone(wanted, &opened->manifest);
	size_t at;

	if (alone || keeping->count == KEEPING_MOST)
		keeping_end(keeping);
	at = keeping->count;
	*ret_bad_part = VERDICT_NO_PART;
	if (!room_check(unit, manifest_total_bytes(&opened->manifest), err) ||
		!store_write(unit->config->inbox, work, &keeping->staged[at], ret_bad_part, err))
		return false;
	opened_forget_plain(opened);
	keeping->wanted[at] = *wanted;
	keeping->opened[at] = *opened;
	*opened = (struct opened)OPENED_INIT;
	keeping->count++;
	if (alone)
		keeping_end(keeping);
	return true;
}

/* Makes one known that lies in its place. */
static bool note_one(struct keeping *keeping, size_t at, struct err *err)
{
	struct unit *unit = keeping->unit;
	const struct manifest *manifest = &keeping->opened[at].manifest;
	struct pub_id recalled[LIMIT_REFERENCES];
	size_t recalled_count;

	return recall_quarantine(unit, manifest, recalled, &recalled_count, err) &&
		   wanted_stored(&unit->db, &keeping->wanted[at], manifest, keeping->staged[at].folder,
			   recalled, recalled_count, unit_now(unit), err);
}

static void note_each(struct keeping *keeping)
{
	for (size_t i = 0; i < keeping->count; i++) {
		struct store_staged *staged = &keeping->staged[i];

		staged->failed = staged->failed || !note_one(keeping, i, &staged->why);
	}
}

/* In one transaction, but for what has its own. */
static bool note_all(struct keeping *keeping, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;

	if (takes_back(&keeping->opened[0].manifest)) {
		note_each(keeping);
		return true;
	}
	if (!tx_begin(&tx, &keeping->unit->db, err))
		return false;
	note_each(keeping);
	return tx_commit(&tx, err);
}

static void say_stored(struct keeping *keeping, size_t at)
{
	const struct store_staged *staged = &keeping->staged[at];
	struct unit *unit = keeping->unit;
	char hex[PUB_ID_SIZE];
	struct err err;

	log_line(&unit->log, LOG_LEVEL_INFO, "%s: %s in '%s'%s",
		pub_id_format(&keeping->wanted[at].id, hex),
		staged->outcome == STORE_ADOPTED ? "found whole and adopted" : "stored", staged->folder,
		staged->outcome == STORE_REPLACED ? "; what lay there before is in quarantine" : "");
	keeping->any = true;
	if (!spool_drop(&unit->spool, &keeping->wanted[at].id, &err))
		unit_trouble(unit, "tidy the spool", &err);
}

void keeping_end(struct keeping *keeping)
{
	bool known;
	struct err err;

	if (keeping->count == 0)
		return;
	store_finish(keeping->staged, keeping->count);
	known = note_all(keeping, &err);
	if (!known)
		unit_trouble(keeping->unit, "keep what was stored", &err);
	for (size_t i = 0; i < keeping->count; i++) {
		struct store_staged *staged = &keeping->staged[i];

		if (staged->failed)
			keeping_failed(keeping->unit, &keeping->wanted[i], &staged->why, VERDICT_NO_PART);
		else if (known)
			say_stored(keeping, i);
		store_staged_release(staged);
		opened_release(&keeping->opened[i]);
	}
	keeping->count = 0;
}
