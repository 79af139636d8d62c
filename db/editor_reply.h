/*
 * Replies as the editors' tool reads them: signed, sealed, and which of them answer a publication nobody
 * knows before they are opened. Text and bytes are borrowed from the rows.
 */
#ifndef CERTWIRE_DB_EDITOR_REPLY_H
#define CERTWIRE_DB_EDITOR_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

struct editor_reply {
	int64_t receipt; /* order of commit */
	const char *unit;
	const char *name;
	const char *device;
	int64_t number;
	struct pg_bytes raw; /* JWS */
	int64_t received_at;
	const char *certificate; /* of the device */
};

/* Those that may answer the publication `id`, in order of commit. */
bool editor_replies(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_reply editor_replies_at(const struct pg_rows *rows, int row) NONNULL;

#endif
