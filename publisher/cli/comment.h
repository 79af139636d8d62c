/*
 * What editors say of a draft when they return it: sealed under a key that follows from the content
 * key, so that whoever can read the draft can read it, and nobody else.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_COMMENT_H
#define CERTWIRE_PUBLISHER_CLI_COMMENT_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/opened.h"

/* A comment has at most this many bytes. */
enum { COMMENT_MAX = 4096, COMMENT_SEALED_MAX = 8192 };

/* Appends the sealed comment; its length tells no more than 256 bytes exactly. ERR_USAGE. */
bool comment_seal(const struct opened *opened, const char *text, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* Appends all comments on it, oldest first, for a person; one that does not open says so. */
bool comments_view(struct session *session, const struct opened *opened, struct buf *out,
	struct err *err) MUST_USE NONNULL;

#endif
