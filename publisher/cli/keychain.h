/*
 * A person's key in the kernel's session keyring, for a bounded time: never in a file, an environment
 * or a process's arguments, gone when the time is over or the session ends (keyrings(7)).
 */
#ifndef CERTWIRE_PUBLISHER_CLI_KEYCHAIN_H
#define CERTWIRE_PUBLISHER_CLI_KEYCHAIN_H

#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"

/* Replaces one of the same kid. ERR_SYSTEM saying what to do when the kernel's keyring is not there. */
bool keychain_put(
	const struct signing_key *key, unsigned seconds, struct err *err) MUST_USE NONNULL;

/*
 * The key of that public part, when it is there: `*ret` is new. What is there and is not that key, or
 * cannot be read, is not found: the passphrase is asked for as if there were nothing.
 */
bool keychain_get(const struct public_key *public, struct signing_key *ret, bool *ret_found,
	struct err *err) MUST_USE NONNULL;

/* Revokes it; `*ret_found` false when there was none. ERR_SYSTEM as above. */
bool keychain_drop(const char *kid, bool *ret_found, struct err *err) MUST_USE NONNULL;

/* Whether one is there, without reading it. */
bool keychain_has(const char *kid) MUST_USE NONNULL;

#endif
