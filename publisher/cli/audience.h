/*
 * Who would receive a publication if it were issued now, and who would not and why.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_AUDIENCE_H
#define CERTWIRE_PUBLISHER_CLI_AUDIENCE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/editor_publication.h"
#include "db/pg.h"

struct audience {
	struct pg_rows *rows; /* owned; those who receive first */
	int receiving; /* how many receive */
	int waiting; /* how many of these receive once the head start of others is over */
	int without_device; /* how many of these have no device to receive with */
	int others; /* how many do not */
};

#define auto_audience CLEANUP(audience_release)

bool audience_read(struct pg *pg, const char *channel, const void *rule, size_t len,
	struct audience *ret, struct err *err) MUST_USE NONNULL;

/* The recall `id`, or a recall of the publication `id`: who is told now; the others are told later. */
bool audience_read_recall(
	struct pg *pg, const char *id, struct audience *ret, struct err *err) MUST_USE NONNULL;

/* Of a publication that is there, by its kind and rule. */
bool audience_of(struct pg *pg, const struct editor_publication *publication, struct audience *ret,
	struct err *err) MUST_USE NONNULL;
void audience_release(struct audience *audience) NONNULL;

/* "31 units, 2 not" in a phrase. */
bool audience_summary(
	const struct audience *audience, struct buf *out, struct err *err) MUST_USE NONNULL;

/* All who do not receive with reasons, and up to 20 of those who do, in tables. */
bool audience_detail(
	const struct audience *audience, struct buf *out, struct err *err) MUST_USE NONNULL;

/* The same, with all who do. */
bool audience_list(
	const struct audience *audience, struct buf *out, struct err *err) MUST_USE NONNULL;

/* {"receiving": n, "units": [...]}; new, NULL when memory is short. */
json_t *audience_json(const struct audience *audience) MUST_USE NONNULL;

#endif
