/*
 * A bounded queue of pointers between exactly two threads: one pushes, the other pops. Neither ever
 * waits for the other, and neither makes a system call.
 *
 * What is pushed belongs to the ring until it is popped.
 */
#ifndef CERTWIRE_KIT_RING_H
#define CERTWIRE_KIT_RING_H

#include "common/err.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { RING_SLOTS_MAX = 1 << 20 };

struct ring {
	void **slots; /* owned */
	size_t mask;
	/* Each on a line of its own, so that the two threads do not fight over one. */
	_Alignas(64) atomic_size_t pushed; /* written by the producer alone */
	_Alignas(64) atomic_size_t popped; /* written by the consumer alone */
};

/* Room for at least `slots` (1 to RING_SLOTS_MAX). ERR_SYSTEM when memory is short. */
bool ring_init(struct ring *ring, size_t slots, struct err *err) MUST_USE NONNULL;

/* Calls `free_item` on what is left. Both threads must be done with it. */
void ring_release(struct ring *ring, void (*free_item)(void *item)) NONNULL;

/* Producer: false when full, and the item stays the caller's. `item` is not NULL. */
bool ring_push(struct ring *ring, void *item) MUST_USE NONNULL;

/* Consumer: the oldest item, now the caller's; NULL when empty. */
void *ring_pop(struct ring *ring) NONNULL;

/* From either thread; the producer may see "not empty" a moment too long. */
bool ring_is_empty(const struct ring *ring) NONNULL;

#endif
