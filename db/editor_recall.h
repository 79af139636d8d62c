/*
 * Recalls and supersessions as the editors' tool sees them: what a draft takes back, who is told, who
 * has confirmed. Text is borrowed from the rows.
 */
#ifndef CERTWIRE_DB_EDITOR_RECALL_H
#define CERTWIRE_DB_EDITOR_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/*
 * Between begin and finish of a draft: it recalls or supersedes `target`. ERR_DENIED when that is not
 * issued or a recall itself, ERR_DATA when it is unknown or taken back already.
 */
bool editor_draft_reference(
	struct pg *pg, const char *id, const char *target, struct err *err) MUST_USE NONNULL;

/*
 * Whom the recall `id`, or a recall of the publication `id`, would reach now; rows as those of
 * editor_audience.
 */
bool editor_recall_audience(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

/* One unit that was told to put a publication away. */
struct editor_confirmation {
	const char *unit;
	const char *name;
	const char *target; /* id of what was taken back */
	const char *by; /* id of what took it back */
	bool had; /* some live device had stored it */
	int64_t confirmed_at; /* 0: not yet */
	const char *waits_for; /* devices that had stored it and have not confirmed; NULL: none */
};

/* Of what takes back or was taken back; none for what is neither. */
bool editor_confirmations(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_confirmation editor_confirmations_at(const struct pg_rows *rows, int row) NONNULL;

#endif
