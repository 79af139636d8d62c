/*
 * A round of the loader: when it asked, how far the database was then, and handing over what came of
 * it.
 */
#ifndef CERTWIRE_ENTITLEMENT_LOADER_ROUND_H
#define CERTWIRE_ENTITLEMENT_LOADER_ROUND_H

#include "broker-plugins/entitlement/loader.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stdint.h>

/* As many deltas as can be on their way between the threads. */
enum { LOADER_SLOTS = 64 };

struct round {
	int64_t asked_at_ms; /* monotonic */
	int64_t version; /* the database's newest */
	int64_t database_now_us; /* its clock */
	int64_t clock_ahead_us; /* of this machine's */
	int64_t
		committed_us; /* when the first change since was committed, by its clock; 0: not known */
};

/* Asks how far the database is. */
bool round_ask(struct loader *loader, struct round *ret, struct err *err) MUST_USE NONNULL;

/*
 * Takes `delta`: hands it to the loop as good as of the round, or frees it when the loop is behind
 * with taking news, which is false. The loop is not woken.
 */
bool round_hand_over(
	struct loader *loader, const struct round *round, struct delta *delta) MUST_USE NONNULL;

/* Wakes the loop until it has taken all. */
void round_wake(struct loader *loader) NONNULL;

#endif
