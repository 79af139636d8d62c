/*
 * Who has put away what was recalled or superseded: "41/47 已确认 confirmed", and who has not.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_CONFIRMED_H
#define CERTWIRE_PUBLISHER_CLI_CONFIRMED_H

#include <stdbool.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

struct confirmed {
	struct pg_rows *rows; /* owned */
	int told; /* 0: nothing was taken back, or nobody had it */
	int confirmed;
};

#define auto_confirmed CLEANUP(confirmed_release)

/* `id`: of what takes back, or was taken back. */
bool confirmed_read(
	struct pg *pg, const char *id, struct confirmed *ret, struct err *err) MUST_USE NONNULL;
void confirmed_release(struct confirmed *confirmed) NONNULL;

/* The count, and a line for each unit that has not; nothing when nobody was told. */
bool confirmed_view(
	const struct confirmed *confirmed, struct buf *out, struct err *err) MUST_USE NONNULL;

/* {"told": n, "confirmed": n, "units": [...]}; new, NULL when memory is short. */
json_t *confirmed_json(const struct confirmed *confirmed) MUST_USE NONNULL;

#endif
