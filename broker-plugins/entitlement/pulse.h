/*
 * What the loop's thread tells of itself for the metrics: it alone writes, the loader's thread reads,
 * and neither waits.
 */
#ifndef CERTWIRE_ENTITLEMENT_PULSE_H
#define CERTWIRE_ENTITLEMENT_PULSE_H

#include "common/histogram.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdint.h>

/* A zeroed one is ready. */
struct pulse {
	struct histogram holds; /* how long the loop was busy in a turn, as far as we see it */
	struct histogram cuts; /* from the commit that took a right away until the client was cut */
	atomic_int_fast64_t sessions; /* clients that are let in */
	atomic_int_fast64_t good_at_ms; /* monotonic: when the copy was last known to be complete */

	/* The loop's own. */
	int64_t began_us; /* monotonic: the first that we saw of this turn; 0: nothing yet */
};

/* In each callback: the turn has begun, if that was not known. */
void pulse_begin(struct pulse *pulse) NONNULL;

/* At the end of the tick, which ends a turn. */
void pulse_end(struct pulse *pulse) NONNULL;

#endif
