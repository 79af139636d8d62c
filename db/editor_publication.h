/*
 * Publications as PostgreSQL has them, and how far their deliveries are. Nothing here is proven: who
 * opens a publication compares it with its manifest.
 */
#ifndef CERTWIRE_DB_EDITOR_PUBLICATION_H
#define CERTWIRE_DB_EDITOR_PUBLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Times are 0 when it has not happened. Text and bytes are borrowed from the rows. */
struct editor_publication {
	const char *id;
	const char *kind;
	const char *channel;
	const char *number;
	const char *state; /* "draft", "approved", "issued", "withdrawn" */
	const char *drafted_by;
	int64_t drafted_at;
	int signatures;
	int approvals_needed;
	int64_t not_before;
	int64_t expires_at;
	int64_t issue_requested_at;
	int issue_refused_code; /* 0: it was not refused */
	int64_t issued_at;
	const char *withdrawn_reason; /* NULL: it was not withdrawn */
	struct pg_bytes audience; /* the rule */
	struct digest manifest_digest;
	struct body body;
	int deliveries;
	int owed;
	int stored;
	int opened;
	int refused; /* refused, and not stored since */
	int ended; /* expired or withdrawn */
	const char *fate; /* "recalled", "superseded"; NULL: it stands */
	const char *fate_by; /* id of what did that */
	int64_t fate_at;
};

/*
 * Newest first, at most `limit`; `prefix` is how the id begins, "" for all. Each row is read with
 * editor_publications_at, which fails (ERR_DATA) on a row that cannot be.
 */
bool editor_publications(struct pg *pg, const char *prefix, int limit, struct pg_rows **ret,
	struct err *err) MUST_USE NONNULL;

/* Those older than `before` (a whole id; NULL: all), newest first, and how many are older than one. */
bool editor_publications_page(struct pg *pg, const char *before, int limit, struct pg_rows **ret,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4, 5)));
bool editor_older(
	struct pg *pg, const char *id, int64_t *ret_count, struct err *err) MUST_USE NONNULL;

bool editor_publications_at(const struct pg_rows *rows, int row, struct editor_publication *ret,
	struct err *err) MUST_USE NONNULL;

/* One unit's delivery of an issued publication. */
struct editor_delivery {
	const char *unit;
	const char *name;
	const char *state; /* "owed", "settled", "expired", "withdrawn" */
	const char *held_reason; /* why nothing is sent to it now, for people; NULL: not held */
	bool present; /* a device of it is connected */
	int offers;
	int64_t last_offered_at;
	int64_t stored_at;
	int64_t opened_at;
	int refused_code; /* 0: not refused */
	int64_t refused_at;
	int64_t ended_at;
	const char *ended_reason; /* NULL: it has not ended */
};

/* In order of unit; none before it is issued. */
bool editor_deliveries(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_delivery editor_deliveries_at(const struct pg_rows *rows, int row) NONNULL;

/* Notifications of receipts and issues, to be waited for with pg_notification. */
bool editor_listen(struct pg *pg, struct err *err) MUST_USE NONNULL;

#endif
