/*
 * What a plugin tells of itself for the metrics: named figures that its background thread puts into
 * PostgreSQL every few seconds, from where the dispatcher shows them. The loop's thread only ever adds
 * to counters; it neither sends nor waits.
 */
#ifndef CERTWIRE_KIT_REPORT_H
#define CERTWIRE_KIT_REPORT_H

#include "broker-plugins/kit/denials.h"
#include "broker-plugins/kit/notes.h"
#include "common/err.h"
#include "common/histogram.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_FIGURES_MAX = 256, REPORT_LABEL_SIZE = 16, REPORT_EVERY_MS = 5000 };

struct report {
	size_t count;
	const char *names[REPORT_FIGURES_MAX]; /* borrowed */
	char labels[REPORT_FIGURES_MAX][REPORT_LABEL_SIZE]; /* "" where a figure is the only one */
	int64_t figures[REPORT_FIGURES_MAX];
};

/* Adds a figure; one more than there is room for is left out. `name` is borrowed, `label` copied. */
void report_add(struct report *report, const char *name, const char *label, int64_t figure) NONNULL;

/* A figure for each bin, labelled by its bound in microseconds or "inf", and one labelled "sum". */
void report_histogram(
	struct report *report, const char *name, const struct histogram *histogram) NONNULL;

/* A figure "denials" for each code that was ever counted. */
void report_denials(struct report *report, const struct denials *denials) NONNULL;

/* When a plugin last reported. A zeroed one never did. The background thread's own. */
struct reporter {
	int64_t at_ms;
	bool is_refused; /* PostgreSQL would not have the last one, and the log knows */
};

bool reporter_is_due(const struct reporter *reporter, int64_t now_ms) MUST_USE NONNULL;

/*
 * Puts it in. Only ERR_SYSTEM is a failure: that PostgreSQL will not take figures is told to `notes`
 * once, and is no reason to do nothing else.
 */
bool reporter_send(struct reporter *reporter, struct pg *pg, const char *broker, const char *plugin,
	const struct report *report, struct notes *notes, struct err *err) MUST_USE NONNULL;

#endif
