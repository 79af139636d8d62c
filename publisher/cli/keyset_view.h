/*
 * A keyset as people read it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_KEYSET_VIEW_H
#define CERTWIRE_PUBLISHER_CLI_KEYSET_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"

/* Appends version, dates, root, channels and keys, for a person. */
bool keyset_view_describe(
	const struct keyset *keyset, int64_t now, struct buf *out, struct err *err) MUST_USE NONNULL;

/*
 * Appends a line for each thing that whoever signs should know: a channel that one editor alone can
 * publish on, or that demands more than there are; no dispatcher, no recovery key. Nothing when all is well.
 */
bool keyset_view_warn(
	const struct keyset *keyset, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
