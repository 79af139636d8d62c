#include "broker-plugins/entitlement/handed.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 1024 };

/* This machine's idea of the database's clock may be off by as much as an answer is on its way. */
#define CLOCK_MARGIN_US (10 * US_PER_S)

static struct handed_unit *slot_of(struct handed_unit *slots, size_t mask, const char *name)
{
	size_t at = table_hash(name) & mask;

	while (slots[at].name[0] && strcmp(slots[at].name, name) != 0)
		at = (at + 1) & mask;
	return &slots[at];
}

bool handed_init(struct handed *handed, size_t units, struct err *err)
{
	size_t size = SLOTS_MIN;

	while (size / 2 < units)
		size *= 2;
	*handed = (struct handed){.mask = size - 1};
	handed->slots = calloc(size, sizeof(*handed->slots));
	if (!handed->slots)
		return err_set(err, ERR_SYSTEM, "out of memory for the digests of %zu units", units);
	return true;
}

void handed_release(struct handed *handed)
{
	free(handed->slots);
	handed->slots = NULL;
}

static bool grow(struct handed *handed, struct err *err)
{
	struct handed larger;

	if (!handed_init(&larger, handed->count * 2, err))
		return false;
	larger.count = handed->count;
	larger.bytes = handed->bytes;
	for (size_t i = 0; i <= handed->mask; i++)
		if (handed->slots[i].name[0])
			*slot_of(larger.slots, larger.mask, handed->slots[i].name) = handed->slots[i];
	handed_release(handed);
	*handed = larger;
	return true;
}

/* The unit's slot, which holds its name now. NULL when memory is short. */
static struct handed_unit *take_slot(struct handed *handed, const char *name, struct err *err)
{
	struct handed_unit *slot;

	if (handed->count > handed->mask / 4 * 3 && !grow(handed, err))
		return NULL;
	slot = slot_of(handed->slots, handed->mask, name);
	if (!slot->name[0]) {
		strncpy(slot->name, name, sizeof(slot->name) - 1);
		handed->count++;
	}
	return slot;
}

bool handed_put(struct handed *handed, const struct unit *unit, int64_t asked_us, struct err *err)
{
	struct handed_unit *slot = take_slot(handed, unit->name, err);

	if (!slot)
		return false;
	handed->bytes += unit_bytes(unit) - slot->bytes;
	slot->bytes = unit_bytes(unit);
	slot->digest = unit_digest(unit);
	slot->until_us = unit_next_change(unit, NULL, asked_us);
	return true;
}

bool handed_excuse(struct handed *handed, const char *name, struct err *err)
{
	struct handed_unit *slot = take_slot(handed, name, err);

	if (!slot)
		return false;
	slot->until_us = INT64_MIN;
	return true;
}

static void add(struct drift *drift, const char *name)
{
	if (drift->count < DRIFT_NAMES)
		drift->names[drift->count] = name;
	drift->count++;
}

/* What was handed over can still be compared. */
static bool is_comparable(const struct handed_unit *slot, int64_t now_us)
{
	return now_us + CLOCK_MARGIN_US < slot->until_us;
}

static bool differs(const struct handed *handed, const struct unit *unit, int64_t now_us)
{
	const struct handed_unit *slot = slot_of(handed->slots, handed->mask, unit->name);
	struct digest digest;

	if (!slot->name[0])
		return true;
	if (!is_comparable(slot, now_us))
		return false;
	digest = unit_digest(unit);
	return !digest_equal(&digest, &slot->digest);
}

struct drift handed_compare(const struct handed *handed, const struct table *table, int64_t now_us)
{
	struct drift drift = {.count = 0};

	for (size_t i = 0; i <= table->mask; i++)
		if (table->slots[i] && differs(handed, table->slots[i], now_us))
			add(&drift, table->slots[i]->name);
	for (size_t i = 0; i <= handed->mask; i++) {
		const struct handed_unit *slot = &handed->slots[i];

		if (slot->name[0] && is_comparable(slot, now_us) && !table_find(table, slot->name))
			add(&drift, slot->name);
	}
	return drift;
}
