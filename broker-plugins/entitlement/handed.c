#include "broker-plugins/entitlement/handed.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SLOTS_MIN = 1024,
	LOOK_AT_MOST = 4096, /* in a step: some tens of microseconds */
};

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
	struct handed made = {.room = units};
	size_t slots = SLOTS_MIN;

	while (slots / 2 < units)
		slots *= 2;
	made.mask = slots - 1;
	made.units = calloc(units > 0 ? units : 1, sizeof(*made.units));
	made.slots = calloc(slots, sizeof(*made.slots));
	if (!made.units || !made.slots) {
		handed_release(&made);
		return err_set(err, ERR_SYSTEM, "out of memory for the digests of %zu units", units);
	}
	*handed = made;
	return true;
}

void handed_release(struct handed *handed)
{
	free(handed->units);
	free(handed->slots);
	*handed = (struct handed){.units = NULL};
}

size_t handed_room(const struct handed *handed)
{
	return handed->room - handed->count;
}

static struct handed_unit *find(const struct handed *handed, const char *name)
{
	uint32_t place = *slot_of(handed, name);

	return place > 0 ? &handed->units[place - 1] : NULL;
}

bool handed_knows(const struct handed *handed, const char *name)
{
	return find(handed, name) != NULL;
}

/* At the end, where there is room. */
static struct handed_unit *append(struct handed *handed, const char *name)
{
	struct handed_unit *unit;

	assert(handed->count < handed->room);
	unit = &handed->units[handed->count++];
	*slot_of(handed, name) = (uint32_t)handed->count;
	(void)snprintf(unit->name, sizeof(unit->name), "%s", name);
	return unit;
}

void handed_put(struct handed *handed, const struct unit *unit, int64_t asked_us)
{
	struct handed_unit *had = find(handed, unit->name);

	if (!had)
		had = append(handed, unit->name);
	handed->bytes += unit_bytes(unit) - had->bytes;
	had->bytes = unit_bytes(unit);
	had->digest = unit_digest(unit);
	had->until_us = unit_next_change(unit, NULL, asked_us);
	had->pass = handed->pass;
}

enum handed_verdict handed_compare(struct handed *handed, const struct unit *unit, int64_t now_us)
{
	struct handed_unit *had = find(handed, unit->name);
	struct digest digest = unit_digest(unit);

	if (!had)
		return HANDED_DRIFTED;
	if (digest_equal(&digest, &had->digest)) {
		had->pass = handed->pass;
		return HANDED_SAME;
	}
	return now_us + CLOCK_MARGIN_US < had->until_us ? HANDED_DRIFTED : HANDED_OUTDATED;
}

void handed_begin_pass(struct handed *handed)
{
	handed->pass++;
}

size_t handed_unseen(const struct handed *handed, size_t *at, size_t most, const char **names)
{
	size_t end = handed->count - *at < LOOK_AT_MOST ? handed->count : *at + LOOK_AT_MOST;
	size_t found = 0;

	for (; *at < end && found < most; ++*at)
		if (handed->units[*at].pass != handed->pass)
			names[found++] = handed->units[*at].name;
	return found;
}
