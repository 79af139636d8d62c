/*
 * Prometheus' text format (exposition format 0.0.4), line by line. A family is begun once, with all its
 * samples after it.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_EXPOSITION_H
#define CERTWIRE_PUBLISHER_DISPATCH_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/histogram.h"
#include "common/macros.h"

struct label {
	const char *name; /* [a-z_]+ */
	const char *value; /* any UTF-8; escaped here */
};

enum { LABELS_MAX = 4 };

/* Appends HELP and TYPE of `certwire_<name>`; `help` has no line feed and no backslash. */
bool exposition_family(struct buf *out, const char *name, const char *type, const char *help,
	struct err *err) MUST_USE NONNULL;

/* Appends a sample; `labels` may be NULL when there are none. */
bool exposition_sample(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, int64_t value, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 6)));

/* The same for a value in microseconds, which is shown in seconds. */
bool exposition_seconds(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, int64_t value_us, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 6)));

/* Buckets, sum and count. `bins` are how many there are of each, not added up. */
bool exposition_histogram(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, const int64_t bins[static HISTOGRAM_BINS], int64_t sum_us,
	struct err *err) MUST_USE __attribute__((nonnull(1, 2, 5, 7)));

#endif
