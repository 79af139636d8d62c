/*
 * The metrics of this process itself.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_METRICS_OWN_H
#define CERTWIRE_PUBLISHER_DISPATCH_METRICS_OWN_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/config.h"
#include "publisher/dispatch/tally.h"

bool metrics_own(const struct tally *tally, const struct config *config, struct buf *out,
	struct err *err) MUST_USE NONNULL;

#endif
