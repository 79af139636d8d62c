/*
 * How long to wait before trying again: exponential, with full jitter, so that those who lost the
 * same thing at the same moment do not come back at the same moment.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_BACKOFF_H
#define CERTWIRE_PUBLISHER_DISPATCH_BACKOFF_H

#include <stdint.h>

#include "common/macros.h"

struct backoff {
	int64_t first_ms; /* longest first wait */
	int64_t max_ms; /* longest wait of all */
	unsigned failures; /* since the last success */
};

/* Counts a failure; returns a wait of 1 ms to first_ms * 2^(failures - 1), at most max_ms. */
int64_t backoff_next_ms(struct backoff *backoff, uint32_t random) NONNULL;

/* It worked: the next failure waits shortly again. */
void backoff_reset(struct backoff *backoff) NONNULL;

#endif
