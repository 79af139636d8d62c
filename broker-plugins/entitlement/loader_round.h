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

/* Asks how far the database is. */
bool round_ask(struct loader *loader, struct round *ret, struct err *err) MUST_USE NONNULL;

/* False when the loop is behind with taking news: then there is nothing to be handed over for now. */
bool round_has_room(const struct loader *loader) MUST_USE NONNULL;

/*
 * Takes `delta` and hands it to the loop as good as of the round. There must be room. The loop is not
 * woken.
 */
void round_hand_over(struct loader *loader, const struct round *round, struct delta *delta) NONNULL;

/* All that the database had to tell in this round is handed over. */
void round_complete(struct loader *loader, const struct round *round) NONNULL;

/* Wakes the loop until it has taken all. */
void round_wake(struct loader *loader) NONNULL;

#endif
