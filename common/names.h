/*
 * Words that stand for the values of an enumeration: one table for both directions.
 */
#ifndef CERTWIRE_COMMON_NAMES_H
#define CERTWIRE_COMMON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

/* True when `text` is exactly names[n]; `*ret` is n then. */
bool names_find(const char *const *names, size_t count, const char *text, size_t len,
	size_t *ret) MUST_USE NONNULL;

#endif
