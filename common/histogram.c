#include "common/histogram.h"

#include <stddef.h>

const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS] = {1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 300000000};

void histogram_add(struct histogram *histogram, int64_t duration_us)
{
	size_t bin = 0;

	if (duration_us < 0)
		duration_us = 0;
	while (bin < HISTOGRAM_BOUNDS && duration_us > histogram_bounds_us[bin])
		bin++;
	atomic_fetch_add_explicit(&histogram->bins[bin], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->sum_us, duration_us, memory_order_relaxed);
}
