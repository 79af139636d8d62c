#include "broker-plugins/kit/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool ring_init(struct ring *ring, size_t slots, size_t record_bytes, struct err *err)
{
	size_t size = 1;

	assert(slots > 0 && slots <= RING_SLOTS_MAX);
	while (size < slots)
		size *= 2;
	ring->slots = calloc(size, record_bytes);
	if (!ring->slots)
		return err_set(err, ERR_SYSTEM, "out of memory for a ring of %zu records", size);
	ring->record_bytes = record_bytes;
	ring->mask = size - 1;
	atomic_init(&ring->pushed, 0);
	atomic_init(&ring->popped, 0);
	return true;
}

void ring_release(struct ring *ring)
{
	free(ring->slots);
	ring->slots = NULL;
}

static uint8_t *slot_at(const struct ring *ring, size_t count)
{
	return ring->slots + (count & ring->mask) * ring->record_bytes;
}

bool ring_push(struct ring *ring, const void *record)
{
	size_t pushed = atomic_load_explicit(&ring->pushed, memory_order_relaxed);

	/* Acquire: the consumer is done with the slot that is about to be used again. */
	if (pushed - atomic_load_explicit(&ring->popped, memory_order_acquire) > ring->mask)
		return false;
	memcpy(slot_at(ring, pushed), record, ring->record_bytes);
	/* Release: whoever sees the new count sees the record and what it points to. */
	atomic_store_explicit(&ring->pushed, pushed + 1, memory_order_release);
	return true;
}

bool ring_peek(const struct ring *ring, void *record)
{
	size_t popped = atomic_load_explicit(&ring->popped, memory_order_relaxed);

	if (popped == atomic_load_explicit(&ring->pushed, memory_order_acquire))
		return false;
	memcpy(record, slot_at(ring, popped), ring->record_bytes);
	return true;
}

bool ring_pop(struct ring *ring, void *record)
{
	size_t popped = atomic_load_explicit(&ring->popped, memory_order_relaxed);

	if (!ring_peek(ring, record))
		return false;
	atomic_store_explicit(&ring->popped, popped + 1, memory_order_release);
	return true;
}

/* What was popped is read first: it never exceeds what was pushed by then. */
size_t ring_depth(const struct ring *ring)
{
	size_t popped = atomic_load_explicit(&ring->popped, memory_order_acquire);

	return atomic_load_explicit(&ring->pushed, memory_order_acquire) - popped;
}

bool ring_is_empty(const struct ring *ring)
{
	return atomic_load_explicit(&ring->popped, memory_order_acquire) ==
		   atomic_load_explicit(&ring->pushed, memory_order_acquire);
}
