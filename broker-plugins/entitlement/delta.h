/*
 * What the loader hands to the loop: news of the copy, in the order in which they were learnt.
 *
 * The loop takes what is new out and puts what it replaces in, so that the delta that goes back to
 * the loader holds what is to be freed: the loop itself allocates and frees no table.
 */
#ifndef CERTWIRE_ENTITLEMENT_DELTA_H
#define CERTWIRE_ENTITLEMENT_DELTA_H

#include "broker-plugins/entitlement/table.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/macros.h"

#include <stddef.h>
#include <stdint.h>

/* More changes than this come as a whole table, whose taking over costs the loop the same always. */
enum { DELTA_UNITS_MAX = 256 };

struct delta {
	/* Monotonic milliseconds: when the question was asked whose answer this is. */
	int64_t good_at_ms;
	/* How far the database's clock is ahead of this machine's, in microseconds. */
	int64_t clock_ahead_us;
	/* When the first of the changes that it brings was committed (UTC us, the database's clock); 0: none. */
	int64_t committed_us;
	struct table *whole; /* owned; NULL: only units change */
	size_t unit_count;
	struct unit *units[]; /* owned; of different names */
};

/* New, with room for `units` units, each NULL. */
struct delta *delta_new(size_t units, struct err *err) MUST_USE NONNULL;

/* Frees it with all that it holds. */
void delta_free(struct delta *delta);

static inline void cleanup_delta(struct delta **delta)
{
	delta_free(*delta);
}

#define auto_delta CLEANUP(cleanup_delta)

#endif
