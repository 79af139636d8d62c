/*
 * A bounded queue of records between exactly two threads: one pushes, the other pops. Neither ever
 * waits for the other, and neither makes a system call. Records are copied in and out, so that the
 * loop's thread never frees what the other allocated, nor the other way round: the allocator's locks
 * would be shared.
 */
#ifndef CERTWIRE_KIT_RING_H
#define CERTWIRE_KIT_RING_H

#include "common/err.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_SLOTS_MAX = 1 << 20 };

struct ring {
	uint8_t *slots; /* owned */
	size_t record_bytes;
	size_t mask;
	/* Each on a line of its own, so that the two threads do not fight over one. */
	_Alignas(64) atomic_size_t pushed; /* written by the producer alone */
	_Alignas(64) atomic_size_t popped; /* written by the consumer alone */
};

/*
 * Room for at least `slots` records (1 to RING_SLOTS_MAX) of `record_bytes` each. ERR_SYSTEM when
 * memory is short.
 */
bool ring_init(
	struct ring *ring, size_t slots, size_t record_bytes, struct err *err) MUST_USE NONNULL;

/* Both threads must be done with it. What records point to is the caller's to free before. */
void ring_release(struct ring *ring) NONNULL;

/* Producer: copies the record in; false when the ring is full. */
bool ring_push(struct ring *ring, const void *record) MUST_USE NONNULL;

/* Consumer: copies the oldest record out, which stays where it is; false when there is none. */
bool ring_peek(const struct ring *ring, void *record) MUST_USE NONNULL;

/* Consumer: copies the oldest record out; false when there is none. */
bool ring_pop(struct ring *ring, void *record) MUST_USE NONNULL;

/* From any thread: how many records are in it, or were a moment ago. */
size_t ring_depth(const struct ring *ring) NONNULL;

/* From either thread; the producer may see "not empty" a moment too long. */
bool ring_is_empty(const struct ring *ring) NONNULL;

#endif
