#include "broker-plugins/entitlement/handed.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_MIN = 512 };

/* This machine's idea of the database's clock may be off by as much as an answer is on its way. */
#define CLOCK_MARGIN_US (10 * US_PER_S)

/* The slot of that name, or the free one where it belongs. */
static uint32_t *slot_of(const struct handed *handed, const char *name)
{
	size_t at = table_hash(name) & handed->mask;

	while (handed->slots[at] && strcmp(handed->units[handed->slots[at] - 1].name, name) != 0)
		at = (at + 1) & handed->mask;
	return &handed->slots[at];
}

bool handed_init(struct handed *handed, size_t units, struct err *err)
{
	size_t room = units > ROOM_MIN ? units : ROOM_MIN;
	size_t slots = 2 * ROOM_MIN;

	while (slots / 2 < room)
		slots *= 2;
	*handed = (struct handed){.room = room, .mask = slots - 1};
	handed->units = calloc(room, sizeof(*handed->units));
	handed->slots = calloc(slots, sizeof(*handed->slots));
	if (handed->units && handed->slots)
		return true;
	handed_release(handed);
	return err_set(err, ERR_SYSTEM, "out of memory for the digests of %zu units", units);
}

void handed_release(struct handed *handed)
{
	free(handed->units);
	free(handed->slots);
	*handed = (struct handed){.units = NULL};
}

/* At the end, where there is room. */
static struct handed_unit *append(struct handed *handed, const char *name)
{
	struct handed_unit *unit = &handed->units[handed->count++];

	*slot_of(handed, name) = (uint32_t)handed->count;
	(void)snprintf(unit->name, sizeof(unit->name), "%s", name);
	return unit;
}

static bool grow(struct handed *handed, struct err *err)
{
	struct handed larger;

	assert(handed->units);
	if (!handed_init(&larger, handed->count * 2, err))
		return false;
	larger.bytes = handed->bytes;
	for (size_t i = 0; i < handed->count; i++)
		*append(&larger, handed->units[i].name) = handed->units[i];
	handed_release(handed);
	*handed = larger;
	return true;
}

static struct handed_unit *find(const struct handed *handed, const char *name)
{
	uint32_t place = *slot_of(handed, name);

	return place > 0 ? &handed->units[place - 1] : NULL;
}

/* What is remembered of the unit, nothing yet if it is new. NULL when memory is short. */
static struct handed_unit *find_or_append(struct handed *handed, const char *name, struct err *err)
{
	struct handed_unit *unit = find(handed, name);

	if (unit)
		return unit;
	if (handed->count == handed->room && !grow(handed, err))
		return NULL;
	return append(handed, name);
}

bool handed_put(struct handed *handed, const struct unit *unit, int64_t asked_us, struct err *err)
{
	struct handed_unit *had = find_or_append(handed, unit->name, err);

	if (!had)
		return false;
	handed->bytes += unit_bytes(unit) - had->bytes;
	had->bytes = unit_bytes(unit);
	had->digest = unit_digest(unit);
	had->until_us = unit_next_change(unit, NULL, asked_us);
	return true;
}

bool handed_excuse(struct handed *handed, const char *name, struct err *err)
{
	struct handed_unit *had = find_or_append(handed, name, err);

	if (!had)
		return false;
	had->until_us = INT64_MIN;
	return true;
}

static void add(struct drift *drift, const char *name)
{
	if (drift->count < DRIFT_NAMES)
		drift->names[drift->count] = name;
	drift->count++;
}

/* What was handed over can still be compared. */
static bool is_comparable(const struct handed_unit *had, int64_t now_us)
{
	return now_us + CLOCK_MARGIN_US < had->until_us;
}

static bool differs(const struct handed *handed, const struct handed_unit *read, int64_t now_us)
{
	const struct handed_unit *had = find(handed, read->name);

	if (!had)
		return true;
	return is_comparable(had, now_us) && !digest_equal(&read->digest, &had->digest);
}

struct drift handed_compare(const struct handed *handed, const struct handed *read, int64_t now_us)
{
	struct drift drift = {.count = 0};

	for (size_t i = 0; i < read->count; i++)
		if (differs(handed, &read->units[i], now_us))
			add(&drift, read->units[i].name);
	for (size_t i = 0; i < handed->count; i++) {
		const struct handed_unit *had = &handed->units[i];

		if (is_comparable(had, now_us) && !find(read, had->name))
			add(&drift, had->name);
	}
	return drift;
}
