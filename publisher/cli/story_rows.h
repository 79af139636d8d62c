/*
 * The rows that a publication's story is told from, read in one snapshot, and the story made of them.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_STORY_ROWS_H
#define CERTWIRE_PUBLISHER_CLI_STORY_ROWS_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "db/pg.h"

struct story_rows {
	char id[PUB_ID_SIZE];
	struct pg_rows *publication;
	struct pg_rows *keysets;
	struct pg_rows *signatures;
	struct pg_rows *units;
	struct pg_rows *devices;
	struct pg_rows *receipts;
	struct pg_rows *audience;
};

/* clang-format off */
#define STORY_ROWS_INIT {.publication = NULL}
/* clang-format on */

#define auto_story_rows CLEANUP(story_rows_release)

void story_rows_release(struct story_rows *rows) NONNULL;

/*
 * Reads those of the one issued publication whose id begins with `prefix` (lookup_digits), in the snapshot that the
 * caller has begun. ERR_USAGE when several do, ERR_DATA when none does or it is not issued. `*ret` is new.
 */
bool story_rows_read(
	struct pg *pg, const char *prefix, struct story_rows *ret, struct err *err) MUST_USE NONNULL;

/*
 * Appends the story's file (docs/protocol.md section 13), the same bytes for the same rows. ERR_DENIED
 * when a row that must be there is not.
 */
bool story_rows_write(
	const struct story_rows *rows, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
