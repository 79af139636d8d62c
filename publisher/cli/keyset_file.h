/*
 * Keysets as files.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_KEYSET_FILE_H
#define CERTWIRE_PUBLISHER_CLI_KEYSET_FILE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"

/* The JWS in a file, without blanks and line ends around it. `*ret_jws` is new. */
bool keyset_file_read(const char *path, struct buf *ret_jws, struct err *err) MUST_USE NONNULL;

/*
 * Reads a keyset file that is whole in itself: signed by the root it names, whoever that is. The
 * caller compares the root. `*ret` is new.
 */
bool keyset_file_open(const char *path, struct keyset **ret, struct err *err) MUST_USE NONNULL;

#endif
