/*
 * The way of a publication from draft to issue: handed over, returned, scheduled, replaced.
 */
#ifndef CERTWIRE_DB_EDITOR_COURSE_H
#define CERTWIRE_DB_EDITOR_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Times are 0 and texts NULL when it has not happened. Borrowed from the rows. */
struct editor_course {
	int64_t submitted_at;
	int64_t returned_at;
	const char *returned_by;
	int64_t scheduled_at;
	const char *scheduled_by;
	const char *held_back; /* why it was not issued at that time */
	const char *edited_from; /* id */
	int comments;
};

/* `*ret_rows` is new and must outlive `ret`. */
bool editor_course(struct pg *pg, const char *id, struct pg_rows **ret_rows,
	struct editor_course *ret, struct err *err) MUST_USE NONNULL;

/* Each is ERR_DENIED where the state or the person forbids it. */
bool editor_submit(struct pg *pg, const char *id, struct err *err) MUST_USE NONNULL;
bool editor_return(struct pg *pg, const char *id, const void *sealed, size_t len,
	struct err *err) MUST_USE NONNULL;
bool editor_schedule(struct pg *pg, const char *id, int64_t at, struct err *err) MUST_USE NONNULL;

/* In the transaction that makes `id`: the draft `old` is given up in its favour. */
bool editor_replace(
	struct pg *pg, const char *id, const char *old, struct err *err) MUST_USE NONNULL;

struct editor_comment {
	const char *written_by; /* login */
	int64_t written_at;
	struct pg_bytes sealed;
};

bool editor_comments(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_comment editor_comments_at(const struct pg_rows *rows, int row) NONNULL;

/* How the audience differs from what was approved. */
struct editor_change {
	const char *unit;
	const char *name;
	bool receives; /* now, and did not */
	const char *why; /* the act about this unit that explains it; NULL: none does */
};

bool editor_audience_changes(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_change editor_audience_changes_at(const struct pg_rows *rows, int row) NONNULL;

/* Notes this preview; one row: when the last one was (null: never), and its units as an array. */
enum { EDITOR_PREVIEW_AT, EDITOR_PREVIEW_UNITS };
bool editor_note_preview(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

/* Units to which tests go: one column. */
bool editor_test_units(struct pg *pg, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

#endif
