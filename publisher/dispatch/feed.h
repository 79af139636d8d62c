/*
 * What one broker is to get, and in which order: notices first (offers and heads of our own accord),
 * then, turn by turn, one message for each unit whose sync is being answered and one part of what is
 * pushed to a channel. So a large document of one unit never stands before another's offer; and the others
 * have a turn after so many notices, for those of ten thousand units take seconds.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_FEED_H
#define CERTWIRE_PUBLISHER_DISPATCH_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/lane.h"
#include "publisher/dispatch/push.h"
#include "publisher/dispatch/talk.h"

enum {
	FEED_NOTICES_MAX_BYTES = 8 * 1024 * 1024,
	FEED_NOTICES_IN_ROW = 32, /* then one of the others, which each ask PostgreSQL */
};

struct dispatch;
struct broker;

struct feed {
	struct lane notices;
	struct talks talks;
	struct pushes pushes;
	int notices_in_row; /* since the others had a turn */
	bool push_turn; /* whose turn it is between talks and pushes */
};

void feed_init(struct feed *feed) NONNULL;

/* Forgets everything that waits. */
void feed_clear(struct feed *feed) NONNULL;

/* Hands the broker what its window has room for, but at most `turns` messages. */
bool feed_pump(struct dispatch *dispatch, struct feed *feed, struct broker *broker, int turns,
	bool *ret_more, struct err *err) MUST_USE NONNULL;

#endif
