/*
 * Copying everything in one go: at the start, and when it is not known what changed.
 */
#ifndef CERTWIRE_ENTITLEMENT_WHOLE_H
#define CERTWIRE_ENTITLEMENT_WHOLE_H

#include "broker-plugins/entitlement/loader_round.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/*
 * All of it, good as of the round, and handed over, for which there must be room. A reload that is
 * under way is given up, for nothing is left to it.
 */
bool whole_copy(struct loader *loader, const struct round *round, struct err *err) MUST_USE NONNULL;

#endif
