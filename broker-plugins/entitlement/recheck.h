/*
 * What was read anew of some units, held against what was handed to the loop: what is the same goes,
 * what differs stays in the delta and is told as drift when nothing changed it. Without a database and
 * without a thread, so that every order of events can be played.
 */
#ifndef CERTWIRE_ENTITLEMENT_RECHECK_H
#define CERTWIRE_ENTITLEMENT_RECHECK_H

#include "broker-plugins/entitlement/delta.h"
#include "broker-plugins/entitlement/handed.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DRIFT_NAMES = 3 };

/* Units whose record was another than was handed over though nothing changed it. */
struct drift {
	size_t count;
	char names[DRIFT_NAMES][UNIT_SIZE]; /* the first ones */
};

/* Frees those records of `delta` that were handed over as they are. */
void recheck_drop_same(struct handed *handed, struct delta *delta, int64_t now_us) NONNULL;

/*
 * Frees the record of that unit, if it is there: it is known to have changed since the last news, which
 * will bring it, and what was read may be older than what they will have brought.
 */
void recheck_drop_named(struct delta *delta, const char *name) NONNULL;

/* Frees all records. */
void recheck_drop_all(struct delta *delta) NONNULL;

/* How many of them are new names. */
size_t recheck_count_new(const struct handed *handed, const struct delta *delta) NONNULL;

/*
 * What is left will be handed over next: remembers it (new names have room), and notes in `drift` what
 * nothing changed. `asked_us`: the database's clock before the records were read.
 */
void recheck_remember(struct handed *handed, const struct delta *delta, int64_t asked_us,
	int64_t now_us, struct drift *drift) NONNULL;

#endif
