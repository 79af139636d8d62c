/*
 * Which keys the dispatcher believes, and whether it may work with its own.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_KEYS_H
#define CERTWIRE_PUBLISHER_DISPATCH_KEYS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"

struct dispatch;

/*
 * Takes in the keysets that PostgreSQL has beyond those held, each verified as following the one
 * before, the first by the pinned root. A wrong one is an error, and those before it are kept.
 */
bool keys_load(struct dispatch *dispatch, struct err *err) MUST_USE NONNULL;

/* Refused (ERR_DENIED) unless our own key is an active dispatcher's by the newest keyset. */
bool keys_check_own(const struct dispatch *dispatch, struct err *err) MUST_USE NONNULL;

#endif
