/*
 * Metrics for Prometheus: GET /metrics on a loopback address, from a thread of its own, so that who asks,
 * however often and however slowly, keeps nobody waiting. That thread has its own connection to
 * PostgreSQL, and asks it at most once in METRICS_READ_EVERY_MS.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_METRICS_H
#define CERTWIRE_PUBLISHER_DISPATCH_METRICS_H

#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/config.h"
#include "publisher/dispatch/tally.h"

enum { METRICS_READ_EVERY_MS = 5000 };

struct metrics;

/*
 * Listens where the configuration says; `*ret` NULL when it says nothing. `config` and `tally` are
 * borrowed until metrics_stop. `interrupt_fd` being readable ends every wait for PostgreSQL.
 */
bool metrics_start(const struct config *config, const struct tally *tally, int interrupt_fd,
	struct metrics **ret, struct err *err) MUST_USE NONNULL;

/* Ends the thread; NULL is fine. */
void metrics_stop(struct metrics *metrics);

#endif
