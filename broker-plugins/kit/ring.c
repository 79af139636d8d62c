#include "broker-plugins/kit/ring.h"

#include <assert.h>
#include <stdlib.h>

bool ring_init(struct ring *ring, size_t slots, struct err *err)
{
	size_t size = 1;

	assert(slots > 0 && slots <= RING_SLOTS_MAX);
	while (size < slots)
		size *= 2;
	ring->slots = calloc(size, sizeof(*ring->slots));
	if (!ring->slots)
		return err_set(err, ERR_SYSTEM, "out of memory for a ring of %zu slots", size);
	ring->mask = size - 1;
	atomic_init(&ring->pushed, 0);
	atomic_init(&ring->popped, 0);
	return true;
}

void ring_release(struct ring *ring, void (*free_item)(void *item))
{
	void *item;

	if (!ring->slots)
		return;
	while ((item = ring_pop(ring)))
		free_item(item);
	free(ring->slots);
	ring->slots = NULL;
}

bool ring_push(struct ring *ring, void *item)
{
	size_t pushed = atomic_load_explicit(&ring->pushed, memory_order_relaxed);

	/* Acquire: the consumer is done with the slot that is about to be used again. */
	if (pushed - atomic_load_explicit(&ring->popped, memory_order_acquire) > ring->mask)
		return false;
	ring->slots[pushed & ring->mask] = item;
	/* Release: whoever sees the new count sees the slot and what the item points to. */
	atomic_store_explicit(&ring->pushed, pushed + 1, memory_order_release);
	return true;
}

void *ring_pop(struct ring *ring)
{
	size_t popped = atomic_load_explicit(&ring->popped, memory_order_relaxed);
	void *item;

	if (popped == atomic_load_explicit(&ring->pushed, memory_order_acquire))
		return NULL;
	item = ring->slots[popped & ring->mask];
	atomic_store_explicit(&ring->popped, popped + 1, memory_order_release);
	return item;
}

bool ring_is_empty(const struct ring *ring)
{
	return atomic_load_explicit(&ring->popped, memory_order_acquire) ==
		   atomic_load_explicit(&ring->pushed, memory_order_acquire);
}
