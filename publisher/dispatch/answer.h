/*
 * The answer to one sync, message by message, in the order of docs/protocol.md section 10: keysets,
 * offers, parts, and last the head that echoes it. Rights are read anew for each message.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_ANSWER_H
#define CERTWIRE_PUBLISHER_DISPATCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/message.h"

struct dispatch;
struct answer;

/*
 * Judges a sync that came on the unit's topic and begins its answer. A bad one is recorded, and
 * `*ret` is NULL. `*ret` is new.
 */
bool answer_begin(struct dispatch *dispatch, const char *unit, const void *sync, size_t len,
	struct answer **ret, struct err *err) MUST_USE NONNULL;

/* The next message, new; `*ret` is NULL once the head is out. */
bool answer_next(struct dispatch *dispatch, struct answer *answer, struct message **ret,
	struct err *err) MUST_USE NONNULL;

/* NULL is fine. */
void answer_free(struct answer *answer);

#endif
