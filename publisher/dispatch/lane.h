/*
 * Messages that wait for one broker, first in, first out, bounded in bytes.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_LANE_H
#define CERTWIRE_PUBLISHER_DISPATCH_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/message.h"

struct lane_item;

struct lane {
	struct lane_item *first; /* owned */
	struct lane_item *last;
	size_t bytes; /* of payloads that wait */
	size_t max_bytes;
};

void lane_init(struct lane *lane, size_t max_bytes) NONNULL;

/* Drops what waits; the lane is usable again. */
void lane_clear(struct lane *lane) NONNULL;

/* True when a fresh batch may be added: less than half is in use. */
bool lane_has_room(const struct lane *lane) MUST_USE NONNULL;

/* Takes a reference of its own. ERR_SYSTEM when the lane is full or memory is short. */
bool lane_push(struct lane *lane, struct message *message, struct err *err) MUST_USE NONNULL;

/* The oldest, whose reference is the caller's; NULL when empty. */
struct message *lane_pop(struct lane *lane) NONNULL;

#endif
