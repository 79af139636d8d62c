/*
 * Looking at the rights of connected clients again: because their units' records are new, or because of the
 * clock. Who has lost one is marked to be cut.
 *
 * After a whole new copy, and when the clock ends or begins rights, everybody is to be looked at. That is done
 * some in each turn, whoever waits longest first: those of an earlier generation stand first in
 * the list of all. Whoever still waits is refused what it may no longer have as everybody else is, by the
 * table; only what was queued for it before is cut off a few turns later.
 */
#ifndef CERTWIRE_ENTITLEMENT_REVIEW_H
#define CERTWIRE_ENTITLEMENT_REVIEW_H

#include "broker-plugins/entitlement/gate.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Looked at in one turn. Each looks at an old and a new record somewhere among 100,000, a microsecond or two when
 * the processor has neither at hand: with these a turn stays well under a millisecond.
 */
enum { REVIEWED_PER_TURN = 256 };

/* The session's rights were looked at: remembers when, and when the clock changes them. */
void review_done(struct gate *gate, struct session *session, int64_t at_us) NONNULL;

/* Everybody is to be looked at, with what is the gate's now. */
void review_begin(struct gate *gate) NONNULL;

/* Whether anybody still waits. */
bool review_is_on(const struct gate *gate) MUST_USE NONNULL;

/* The next REVIEWED_PER_TURN of those who wait. */
void review_some(struct gate *gate, int64_t at_us) NONNULL;

/* The clients of a unit that has just come into the table in place of `before` (NULL: it is a new one). */
void review_unit(struct gate *gate, const struct unit *before, const struct unit *after,
	int64_t at_us) __attribute__((nonnull(1, 3)));

#endif
