/*
 * Copying everything anew now and then, to correct what may have drifted, a few units at a time between
 * rounds, so that no change waits for it.
 *
 * What is read is handed over before anything else is read: so the loop is given the records in the
 * order in which PostgreSQL had them, and none is ever replaced by an older one.
 */
#ifndef CERTWIRE_ENTITLEMENT_RELOAD_H
#define CERTWIRE_ENTITLEMENT_RELOAD_H

#include "broker-plugins/entitlement/loader_round.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/* One is under way, or its time has come. */
bool reload_is_due(const struct loader *loader) MUST_USE NONNULL;

/*
 * Takes the next step: reads some units and hands over those that are not as they were handed over
 * before. After the last one the log is told what differed though nothing changed it. On failure the
 * reload ends.
 */
bool reload_step(struct loader *loader, struct err *err) MUST_USE NONNULL;

/* Ends one that is under way; what it has corrected is told. */
void reload_end(struct loader *loader) NONNULL;

#endif
