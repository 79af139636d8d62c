/*
 * What the loader has handed to the loop: the digest of each unit's record, so that what is read anew
 * can be held against it without asking the loop. Belongs to the loader's thread.
 */
#ifndef CERTWIRE_ENTITLEMENT_HANDED_H
#define CERTWIRE_ENTITLEMENT_HANDED_H

#include "broker-plugins/entitlement/table.h"
#include "broker-plugins/entitlement/unit.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct handed_unit {
	char name[UNIT_SIZE];
	uint32_t pass; /* in which it was last handed over or found to be as it was */
	struct digest digest;
	/* Until then (the database's clock) the clock alone changes nothing of what the record says. */
	int64_t until_us;
	size_t bytes; /* that the record takes */
};

struct handed {
	struct handed_unit *units; /* owned: `count` of them, with room for `room` */
	size_t count;
	size_t room;
	uint32_t *slots; /* owned; open addressing: 1 + the unit's place, 0 is free */
	size_t mask; /* of slots, of which there are twice as many as there is room, or more */
	size_t bytes; /* of all records */
	uint32_t pass; /* over all units, that is going on or was the last */
};

/*
 * Room for `units` and not one more: as many as the loop's table has room for. What is not used
 * of it is asked of the system and not touched.
 */
bool handed_init(struct handed *handed, size_t units, struct err *err) MUST_USE NONNULL;
void handed_release(struct handed *handed) NONNULL;

/* How many units of new names can be put in. */
size_t handed_room(const struct handed *handed) NONNULL;
bool handed_knows(const struct handed *handed, const char *name) NONNULL;

/*
 * Remembers the record; `asked_us` is the database's clock before the record was read. A new name
 * needs room.
 */
void handed_put(struct handed *handed, const struct unit *unit, int64_t asked_us) NONNULL;

enum handed_verdict {
	HANDED_SAME, /* as it was handed over */
	HANDED_OUTDATED, /* another, as the clock may have made it */
	HANDED_DRIFTED, /* another though nothing changed it, or a new one */
};

/*
 * Holds a record that was read until `now_us`, by the database's clock, against what was handed over.
 * One that is the same is seen in this pass.
 */
enum handed_verdict handed_compare(
	struct handed *handed, const struct unit *unit, int64_t now_us) NONNULL;

/*
 * A pass over all units begins, and none was seen in it yet. handed_put sees a unit, whoever calls
 * it: one that the news brought meanwhile need not be looked at.
 */
void handed_begin_pass(struct handed *handed) NONNULL;

/*
 * The next units from place `*at` on that were not seen in this pass, at most `most`; `*at` moves past
 * those that were looked at, of which there are not many at a time. None and `*at` == count: that is
 * all. Names are borrowed for as long as `handed` is there.
 */
size_t handed_unseen(
	const struct handed *handed, size_t *at, size_t most, const char **names) MUST_USE NONNULL;

#endif
