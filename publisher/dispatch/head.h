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

/* A new message with the head, as of now, of the unit whose sync this is; it echoes the sync. */
bool head_message(struct dispatch *dispatch, const struct sync *answered, struct message **ret,
	struct err *err) MUST_USE NONNULL;

#endif
