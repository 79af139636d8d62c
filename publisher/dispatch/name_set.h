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

/* Takes one out; false when it is empty. */
bool name_set_take(struct name_set *set, char name[static CLIENT_ID_SIZE]) NONNULL;

#endif
