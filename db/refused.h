/*
 * What PostgreSQL's functions refuse (certwire.fail), in the language of whom the program speaks to.
 */
#ifndef CERTWIRE_DB_REFUSED_H
#define CERTWIRE_DB_REFUSED_H

#include <stddef.h>

#include "common/macros.h"

/*
 * The message or hint translated, when it is one that programs meet and the catalogue has it; else as it
 * is. What stands for values in it stays. Returns `out`, cut to `size`.
 */
char *refused_said(char *out, size_t size, const char *text) NONNULL;

/* The nth of those messages, as db/migrations have it; NULL past the last. For tests. */
const char *refused_nth(size_t nth) MUST_USE;

#endif
