/*
 * How many durations were how long, for metrics. One thread adds, any thread reads, and neither waits:
 * what is read may miss the newest. All histograms have the same bounds, from what a turn of the
 * broker's loop may take to what a person would notice. A zeroed one is empty.
 */
#ifndef CERTWIRE_COMMON_HISTOGRAM_H
#define CERTWIRE_COMMON_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/macros.h"

enum { HISTOGRAM_BOUNDS = 16, HISTOGRAM_BINS = HISTOGRAM_BOUNDS + 1 };

/* Microseconds, ascending; a duration belongs to the first bound that it does not exceed. */
extern const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS];

struct histogram {
	atomic_int_fast64_t bins[HISTOGRAM_BINS]; /* how many; the last: longer than every bound */
	atomic_int_fast64_t sum_us;
};

/* A negative duration, which is two clocks that differ, counts as none. */
void histogram_add(struct histogram *histogram, int64_t duration_us) NONNULL;

#endif
