/*
 * A public key in one line, "ROLE:NAME:PUBLIC" with the key in base64url: what a key's owner sends
 * to whoever holds the root.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_KEYLINE_H
#define CERTWIRE_PUBLISHER_CLI_KEYLINE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/role.h"

struct keyline {
	enum key_role role;
	char name[LIMIT_KEY_NAME + 1];
	struct public_key public;
};

bool keyline_format(const struct keyline *line, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Reads such a line, or else the public half of the key file of that name. ERR_USAGE. */
bool keyline_read(const char *line_or_path, struct keyline *ret, struct err *err) MUST_USE NONNULL;

/* Prints kid, fingerprint and the line to stdout, as text or JSON. */
bool keyline_print(const struct keyline *line, bool json, struct err *err) MUST_USE NONNULL;

#endif
