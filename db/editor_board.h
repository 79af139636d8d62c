/*
 * What the receipt board of a period shows. Text is borrowed from the rows.
 */
#ifndef CERTWIRE_DB_EDITOR_BOARD_H
#define CERTWIRE_DB_EDITOR_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* From `from` on, before `until`; UTC seconds. */
struct editor_period {
	int64_t from;
	int64_t until;
};

struct editor_board_publication {
	const char *id;
	const char *kind;
	const char *channel;
	const char *number;
	int64_t issued_at;
	int deliveries, owed, stored, opened, refused, expired, recalled;
	int64_t median_s; /* from issue to stored; -1 when nobody has stored it */
	int64_t p95_s;
};

bool editor_board_publications(struct pg *pg, const struct editor_period *period,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_board_publication editor_board_publications_at(
	const struct pg_rows *rows, int row) NONNULL;

/* How many units are concerned, and the times over all deliveries (-1: none). */
bool editor_board_totals(struct pg *pg, const struct editor_period *period, int *ret_units,
	int64_t *ret_median_s, int64_t *ret_p95_s, struct err *err) MUST_USE NONNULL;

struct editor_board_unit {
	const char *unit;
	const char *name;
	int missing;
	const char *cells; /* a character for each publication: " ohrspxc", see the migration */
};

bool editor_board_units(struct pg *pg, const struct editor_period *period, int limit,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_board_unit editor_board_units_at(const struct pg_rows *rows, int row) NONNULL;

struct editor_board_day {
	const char *day;
	int64_t issued; /* deliveries that were owed so far */
	int64_t stored; /* of these */
};

bool editor_board_days(struct pg *pg, const struct editor_period *period, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;
struct editor_board_day editor_board_days_at(const struct pg_rows *rows, int row) NONNULL;

struct editor_overdue {
	const char *unit;
	const char *name;
	const char *publication;
	const char *channel;
	const char *number;
	int64_t issued_at;
	bool present;
	const char *held_reason; /* NULL: not held */
	int refused_code; /* 0: not refused */
	const char *contact; /* NULL: none on file */
	const char *phone;
};

/* `publication` NULL: all of the period. */
bool editor_overdue(struct pg *pg, const struct editor_period *period, int64_t after_s, int limit,
	const char *publication, struct pg_rows **ret, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 6, 7)));
struct editor_overdue editor_overdue_at(const struct pg_rows *rows, int row) NONNULL;

#endif
