/*
 * Units for which something is to be done, each once.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_UNIT_SET_H
#define CERTWIRE_PUBLISHER_DISPATCH_UNIT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/ident.h"
#include "common/macros.h"

struct unit_set {
	char (*names)[UNIT_SIZE]; /* owned, ascending */
	size_t count;
	size_t capacity;
};

/* Empties it and frees its memory. */
void unit_set_clear(struct unit_set *set) NONNULL;

/* Adds a copy; nothing happens when it is there already. */
bool unit_set_add(struct unit_set *set, const char *unit, struct err *err) MUST_USE NONNULL;

/* Takes one out; false when it is empty. */
bool unit_set_take(struct unit_set *set, char unit[static UNIT_SIZE]) NONNULL;

#endif
