/*
 * Units, or client ids, for which something is to be done, each once.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_NAME_SET_H
#define CERTWIRE_PUBLISHER_DISPATCH_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"

struct name_set {
	char (*names)[CLIENT_ID_SIZE]; /* owned, ascending */
	size_t count;
	size_t capacity;
};

/* Empties it and frees its memory. */
void name_set_clear(struct name_set *set) NONNULL;

/* Adds a copy; nothing happens when it is there already. */
bool name_set_add(struct name_set *set, const char *name, struct err *err) MUST_USE NONNULL;

/*
 * At most `count` of them, borrowed, into `ret`, in order: those behind `after`, or from the front when there are none.
 * How many. So who asks for more, each time after the last one it got, gives all of them their turn.
 */
size_t name_set_turn(
	const struct name_set *set, const char *after, size_t count, const char **ret) NONNULL;

/* Takes out `count`, from `first` on, which is there. */
void name_set_remove(struct name_set *set, const char *first, size_t count) NONNULL;

#endif
