/*
 * What a sync says: what this device holds, and what it wants next, first needed first.
 */
#ifndef CERTWIRE_SUBSCRIBER_PLAN_H
#define CERTWIRE_SUBSCRIBER_PLAN_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/sync.h"
#include "subscriber/unit.h"

/*
 * Fills in a zeroed sync, with a new nonce. Without `parts` it asks for none: while an earlier sync
 * is not answered, its window may still be on its way, and would come twice. `turn` (pace_turn) says
 * whose parts come first, lest a publication that nothing comes for fills every window.
 */
bool plan_sync(struct unit *unit, bool parts, unsigned int turn, struct sync *ret,
	struct err *err) MUST_USE NONNULL;

/*
 * Whether something is missing that asking may bring: entries that the last head counts, grants,
 * parts. What was refused and waits for its time is not counted.
 */
bool plan_lacking(struct unit *unit, bool *ret, struct err *err) MUST_USE NONNULL;

#endif
