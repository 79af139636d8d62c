/*
 * The metrics that PostgreSQL tells: of the ledger, and what brokers' plugins report. Whoever holds a
 * broker's login may report anything, so only names and labels that are known here are shown.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_METRICS_TOLD_H
#define CERTWIRE_PUBLISHER_DISPATCH_METRICS_TOLD_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/figures.h"

/* `rows` are figures_read's. */
bool metrics_told(const struct pg_rows *rows, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
