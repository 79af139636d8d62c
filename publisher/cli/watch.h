/*
 * Watching receipts come in: a line for each change and, on a terminal, a bar below them.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_WATCH_H
#define CERTWIRE_PUBLISHER_CLI_WATCH_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/board.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/replied.h"
#include "publisher/cli/session.h"

/*
 * Writes to stdout until nothing more is to be expected, of `replied` neither if that counts, or Ctrl-C,
 * which is no failure. A lost connection is.
 */
bool watch_publication(struct session *session, const struct lookup *found, struct replied *replied,
	struct err *err) MUST_USE NONNULL;

/* Appends "[████████░░░░] 20/31 ..." of `columns` for the bar itself. */
bool watch_bar(
	const struct board *board, int columns, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
