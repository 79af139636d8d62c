/*
 * What the metrics show of the ledger and of the brokers. Reads alone: it needs no lease, writes
 * nothing and takes no lock.
 */
#ifndef CERTWIRE_DB_FIGURES_H
#define CERTWIRE_DB_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* One figure, borrowed from rows. Names and labels are as somebody said them: believe none. */
struct figure {
	const char *broker; /* NULL: one of the ledger's */
	const char *plugin; /* of the broker, likewise the next two */
	const char *version;
	int64_t reported_us; /* UTC microseconds */
	const char *name; /* NULL: the plugin has been silent, and no figure of it is to be shown */
	const char *label;
	int64_t value;
	bool is_null; /* it has no value now */
};

/* Ordered by broker and plugin. */
bool figures_read(
	struct pg *pg, int64_t overdue_after_s, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct figure figure_at(const struct pg_rows *rows, int row) NONNULL;

#endif
