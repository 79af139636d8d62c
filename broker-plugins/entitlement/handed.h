/*
 * What the loader has handed to the loop: the digest of each unit's record, so that a copy of
 * everything can be held against it without asking the loop. Belongs to the loader's thread.
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
};

/* Room for `units` and some; grows. */
bool handed_init(struct handed *handed, size_t units, struct err *err) MUST_USE NONNULL;
void handed_release(struct handed *handed) NONNULL;

/* Remembers the record; `asked_us` is the database's clock before the record was read. */
bool handed_put(struct handed *handed, const struct unit *unit, int64_t asked_us,
	struct err *err) MUST_USE NONNULL;

/* The unit may differ from now on: it is known to have changed. */
bool handed_excuse(struct handed *handed, const char *name, struct err *err) MUST_USE NONNULL;

enum { DRIFT_NAMES = 3 };

/* Units whose record is another than was handed over though nothing changed it. */
struct drift {
	size_t count;
	const char *names[DRIFT_NAMES]; /* the first ones; borrowed from what was compared */
};

/* Holds all that was read until `now_us` by the database's clock against what was handed over. */
struct drift handed_compare(
	const struct handed *handed, const struct handed *read, int64_t now_us) NONNULL;

#endif
