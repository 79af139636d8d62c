/*
 * What a key is for.
 */
#ifndef CERTWIRE_COMMON_ROLE_H
#define CERTWIRE_COMMON_ROLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum key_role {
	ROLE_ROOT,
	ROLE_REGISTRAR,
	ROLE_EDITOR,
	ROLE_DISPATCHER,
	ROLE_RECOVERY,
	ROLE_DEVICE,
};

/* Borrowed: "root", "registrar", ... */
const char *role_name(enum key_role role);

bool role_parse(const char *text, size_t len, enum key_role *ret) MUST_USE NONNULL;

/* Whether a key of that role may lie in a file without a passphrase: dispatcher and device. */
bool role_may_be_unprotected(enum key_role role) MUST_USE;

/* Whether a keyset lists keys of that role: all but root and device. */
bool role_in_keyset(enum key_role role) MUST_USE;

#endif
