/*
 * The first parts of fresh publications, sent once to their channel's topic at one broker, one
 * unacknowledged at a time: a part goes to every unit there within one turn of the broker's loop, so
 * the next waits until it is through.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_PUSH_H
#define CERTWIRE_PUBLISHER_DISPATCH_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "publisher/dispatch/message.h"

struct dispatch;

enum {
	PUSHES_MAX = 64
}; /* publications underway at one broker; more are left to the units' syncs */

struct push {
	struct pub_id publication;
	char channel[CHANNEL_SIZE];
	uint32_t count; /* parts of the publication */
	uint32_t next; /* index of the part that is sent next */
	uint32_t end; /* index after the last that is pushed */
};

struct pushes {
	struct push items[PUSHES_MAX]; /* oldest first */
	size_t length;
	int underway; /* id of the unacknowledged publish, 0: none */
};

/* Adds one; what is one too many is not pushed. */
void pushes_add(struct pushes *pushes, const struct push *push) NONNULL;

/* True when the next part may be sent. */
bool pushes_ready(const struct pushes *pushes) MUST_USE NONNULL;

/*
 * Makes the next part's message and moves on. `*ret` is NULL when nothing came of it: the
 * publication has no such part any more.
 */
bool pushes_next(struct dispatch *dispatch, struct pushes *pushes, struct message **ret,
	struct err *err) MUST_USE NONNULL;

/* To every broker: the first parts of this publication, as many as are configured. */
void push_start(struct dispatch *dispatch, const struct pub_id *publication, const char *channel,
	uint32_t parts) NONNULL;

#endif
