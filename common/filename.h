/*
 * Which names a published file may have (docs/protocol.md section 6): ones that are safe and mean
 * the same on every system they will be written to.
 */
#ifndef CERTWIRE_COMMON_FILENAME_H
#define CERTWIRE_COMMON_FILENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"

/* Code 308 with the rule that is broken. */
bool filename_check(const char *name, size_t len, struct err *err) MUST_USE NONNULL;

/*
 * A key under which two names are the same exactly when they differ in case alone (full Unicode
 * case folding, then NFC). New, the caller frees; ERR_SYSTEM when memory is short.
 */
bool filename_fold(const char *name, size_t len, char **ret, struct err *err) MUST_USE NONNULL;

#endif
