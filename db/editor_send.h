/*
 * What editors do about single units once a publication is issued. Text is borrowed from the rows.
 */
#ifndef CERTWIRE_DB_EDITOR_SEND_H
#define CERTWIRE_DB_EDITOR_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/*
 * Enters a back number for one unit; its name is the one row. ERR_DENIED with the reason when the unit
 * may not receive it now.
 */
bool editor_send(struct pg *pg, const char *id, const char *unit, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;

/* Who lacks a publication. */
struct editor_reminder {
	const char *unit;
	const char *name;
	const char *held_reason; /* why nothing is sent to it now; NULL: it is offered again at once */
	bool present;
	int offers;
	int64_t last_offered_at; /* 0: never */
	int refused_code; /* 0: not refused */
	const char *contact; /* whom to phone */
};

/* Has it offered again to all who lack it; those who can do something about it first. */
bool editor_remind(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_reminder editor_remind_at(const struct pg_rows *rows, int row) NONNULL;

#endif
