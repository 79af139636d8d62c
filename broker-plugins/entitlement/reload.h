/*
 * Copying everything anew, piece by piece: at the start and when in doubt in one go; now and then, to
 * correct what may have drifted, a piece at a time between rounds, so that no change waits for it.
 */
#ifndef CERTWIRE_ENTITLEMENT_RELOAD_H
#define CERTWIRE_ENTITLEMENT_RELOAD_H

#include "broker-plugins/entitlement/loader_round.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/* All of it now, good as of the round. A reload that is under way is given up. */
bool reload_all(struct loader *loader, const struct round *round, struct err *err) MUST_USE NONNULL;

/* One is under way, or its time has come. */
bool reload_is_due(const struct loader *loader) MUST_USE NONNULL;

/*
 * Takes the next piece; after the last one holds the new copy against what was handed over, tells the
 * log what differed though nothing changed it, and hands the new copy over. On failure it is given up.
 */
bool reload_step(struct loader *loader, struct err *err) MUST_USE NONNULL;

/* Gives up one that is under way. */
void reload_cancel(struct loader *loader) NONNULL;

#endif
