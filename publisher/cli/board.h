/*
 * The state of every delivery of a publication: who has it, who has not and why.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_BOARD_H
#define CERTWIRE_PUBLISHER_CLI_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/editor_publication.h"
#include "db/pg.h"

/* How a delivery stands, as people tell it. */
enum board_state {
	BOARD_OWED, /* on its way: offered when the unit is there */
	BOARD_HELD, /* owed, but the unit may not or cannot receive now */
	BOARD_REFUSED, /* owed, and refused by the unit so far */
	BOARD_STORED,
	BOARD_OPENED,
	BOARD_EXPIRED,
	BOARD_RECALLED,
	BOARD_STATES,
};

struct board {
	struct pg_rows *rows; /* owned */
	int counts[BOARD_STATES];
	int total;
};

#define auto_board CLEANUP(board_release)

bool board_read(struct pg *pg, const char *id, struct board *ret, struct err *err) MUST_USE NONNULL;
void board_release(struct board *board) NONNULL;

enum board_state board_state(const struct editor_delivery *delivery) MUST_USE NONNULL;

/* "已存 stored", ...; "stored". Borrowed. */
const char *board_state_text(enum board_state state);
const char *board_state_name(enum board_state state);

/* Why, or since when, in a phrase; "" when there is nothing to say. Returns `out`. */
enum { BOARD_NOTE_SIZE = 1280 };
char *board_note(const struct editor_delivery *delivery, char out[static BOARD_NOTE_SIZE]) NONNULL;

/* Those who have it: stored or opened. */
int board_having(const struct board *board) MUST_USE NONNULL;

/* Whether nothing more is to be expected: no delivery is on its way or refused. */
bool board_is_settled(const struct board *board) MUST_USE NONNULL;

/* Owed for longer than this is overdue. */
enum { BOARD_OVERDUE_S = 24 * 3600 };

/* Appends "，逾期 overdue 2" when some who could have it have it not a day after its issue. */
bool board_overdue(const struct board *board, int64_t issued_at, int64_t now, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* "29/31 已存，其中 12 已阅；1 暂缓，1 待达" */
bool board_summary(const struct board *board, struct buf *out, struct err *err) MUST_USE NONNULL;

/* One page of a table: of those who have it not, then of those who have it. */
struct board_page {
	const char *brief; /* of the publication, to say how the next page is had */
	int limit;
	const char *after; /* the unit before the first one; NULL: from the beginning */
	bool having; /* `after` is among those who have it */
};

/* ERR_USAGE when `after` is no unit of the board. */
bool board_view(const struct board *board, const struct board_page *page, struct buf *out,
	struct err *err) MUST_USE NONNULL;
json_t *board_json(const struct board *board) MUST_USE NONNULL;

#endif
