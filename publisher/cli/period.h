/*
 * The receipt board of a period: what was issued, who has it, how long it took, who is overdue.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_PERIOD_H
#define CERTWIRE_PUBLISHER_CLI_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/editor_board.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"

enum { PERIOD_SPAN_SIZE = 32, OVERDUE_MAX = 1000, UNITS_DEFAULT = 200 };

struct period {
	struct editor_period span;
	int64_t now;
	int64_t overdue_after_s;
	struct pg_rows *publications; /* owned, as the next three */
	struct pg_rows *units; /* those who lack most, as many as were asked for */
	struct pg_rows *days;
	struct pg_rows *overdue;
	char **titles; /* owned, as many as publications; NULL: not asked for */
	int unit_total;
	int64_t overdue_total; /* of them `overdue` lists OVERDUE_MAX at most */
	int64_t median_s; /* -1: nothing is stored yet */
	int64_t p95_s;
	int64_t due, stored, opened; /* deliveries */
};

#define auto_period CLEANUP(period_release)

/* `span`, `now` and `overdue_after_s` are set; reads the rest, at most `units_max` units. */
bool period_read(
	struct pg *pg, int units_max, struct period *period, struct err *err) MUST_USE NONNULL;

/* Titles, opened with the unlocked key; "" where it is not sealed to it. */
bool period_read_titles(struct pg *pg, const struct signer *editor, struct period *period,
	struct err *err) MUST_USE NONNULL;
void period_release(struct period *period) NONNULL;

/* "" unless titles were read. Borrowed. */
const char *period_title(const struct period *period, int nth) NONNULL;

/* How a cell of the matrix is told: its word, and one Chinese character. */
const char *period_cell_name(char cell);
const char *period_cell_text(char cell);
const char *period_cell_mark(char cell);

/* "3 分 20 秒", "2 天 4 小时"; "—" for -1. Returns `out`. */
char *period_span_text(int64_t seconds, char out[static PERIOD_SPAN_SIZE]) NONNULL;

/* Appends a whole page that needs nothing else, or a table; prints rows for programs, or JSON. */
bool period_html(const struct period *period, struct buf *out, struct err *err) MUST_USE NONNULL;
bool period_chart(const struct period *period, struct buf *out, struct err *err) MUST_USE NONNULL;
bool period_view(const struct period *period, struct buf *out, struct err *err) MUST_USE NONNULL;
bool period_csv(const struct period *period, struct err *err) MUST_USE NONNULL;
bool period_json(const struct period *period, struct err *err) MUST_USE NONNULL;

#endif
