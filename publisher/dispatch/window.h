/*
 * Which parts a sync asks for, one after the other, and when enough is enough: a unit gets at most
 * one window for a sync, whatever it asks for.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_WINDOW_H
#define CERTWIRE_PUBLISHER_DISPATCH_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/macros.h"
#include "common/sync.h"

/* Zeroed, it stands before the first part. */
struct window {
	size_t missing; /* which of sync->missing */
	size_t range; /* which of its ranges */
	uint32_t part; /* the part, once window_find said true */
	size_t sent; /* parts that were passed on */
};

/* Moves to the next part that is asked for and not yet passed on; false when there is none. */
bool window_find(struct window *window, const struct sync *sync) MUST_USE NONNULL;

/* The part that was found is on its way. */
void window_sent(struct window *window) NONNULL;

/* Nothing more of the publication whose part was found. */
void window_skip(struct window *window) NONNULL;

#endif
