/*
 * Keysets as files, and as people read them.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_KEYSET_TEXT_H
#define CERTWIRE_PUBLISHER_CLI_KEYSET_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"

/* The JWS in a file, without blanks and line ends around it. */
bool keyset_file_read(const char *path, struct buf *ret_jws, struct err *err) MUST_USE NONNULL;

/*
 * Reads a keyset file that is whole in itself: signed by the root it names, whoever that is. The
 * caller compares the root. `*ret` is new.
 */
bool keyset_file_open(const char *path, struct keyset **ret, struct err *err) MUST_USE NONNULL;

/* Appends version, dates, root, channels and keys, for a person. */
bool keyset_describe(
	const struct keyset *keyset, int64_t now, struct buf *out, struct err *err) MUST_USE NONNULL;

/*
 * Appends a line for each thing that could not work: a channel that demands more editors than there
 * are, no dispatcher, no recovery key. Nothing when all is well.
 */
bool keyset_warn(const struct keyset *keyset, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
