/*
 * Heads: the signed end of a mailbox, with standing and watermarks.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_HEAD_H
#define CERTWIRE_PUBLISHER_DISPATCH_HEAD_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/sync.h"
#include "publisher/dispatch/message.h"

struct dispatch;

/* A new message with the unit's head as of now. `answered` is the sync that it echoes, or NULL. */
bool head_message(struct dispatch *dispatch, const char *unit, const struct sync *answered,
	struct message **ret, struct err *err) MUST_USE __attribute__((nonnull(1, 2, 4, 5)));

#endif
