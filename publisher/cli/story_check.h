/*
 * What the database says beside a story that holds: every raw column that repeats, orders or sums up
 * what was signed. Each check is ERR_DENIED, naming the row, when it does not.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_STORY_CHECK_H
#define CERTWIRE_PUBLISHER_CLI_STORY_CHECK_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/story.h"
#include "db/pg.h"
#include "publisher/cli/story_rows.h"

/*
 * `story` was judged, and is the one that story_rows_write made of `rows`. `*ret_body_read`: whether
 * this login may read the sealed parts, which are compared with the body's digest then.
 */
bool story_check(const struct story_rows *rows, const struct story *story, struct pg *pg,
	bool *ret_body_read, struct err *err) MUST_USE NONNULL;

/* The parts of it. Audience: by the raw history who had the right at issue, and when entered. */
bool story_check_ledger(
	const struct story_rows *rows, const struct story *story, struct err *err) MUST_USE NONNULL;
bool story_check_receipts(
	const struct story_rows *rows, const struct story *story, struct err *err) MUST_USE NONNULL;
bool story_check_audience(const struct story_rows *rows, struct err *err) MUST_USE NONNULL;

#endif
