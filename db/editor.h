/*
 * What the editors' tool reads from PostgreSQL and asks of it. Everything handed out is as PostgreSQL
 * has it: the caller verifies what it believes. Text and bytes are borrowed from the rows.
 */
#ifndef CERTWIRE_DB_EDITOR_H
#define CERTWIRE_DB_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/seal.h"
#include "db/pg.h"

struct editor_audience {
	const char *unit;
	const char *name;
	bool receives;
	const char *reason; /* why not, for people; NULL when it receives */
	int devices; /* live ones */
	bool waits; /* receives once the head start of others is over */
};

/* Who would receive if it were issued now, those first; then who would not. */
bool editor_audience(struct pg *pg, const char *channel, const void *rule, size_t len,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_audience editor_audience_at(const struct pg_rows *rows, int row) NONNULL;

/*
 * When, by the channel's policy, a publication expires that is out from `from` on and whose editor
 * does not say; TIME_NONE: never. ERR_DATA when there is no such channel.
 */
bool editor_expiry(struct pg *pg, const char *channel, int64_t from, int64_t *ret_expires_at,
	struct err *err) MUST_USE NONNULL;

struct editor_signature {
	const char *kid;
	const char *jws; /* detached */
	const char *signed_by; /* login */
	int64_t signed_at;
};

bool editor_signatures(
	struct pg *pg, const char *id, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
struct editor_signature editor_signatures_at(const struct pg_rows *rows, int row) NONNULL;

/* The content key sealed to that key; `*ret_found` false when it was not sealed to it. */
bool editor_content_key(struct pg *pg, const char *id, const char *kid,
	uint8_t ret_sealed[static GRANT_BYTES], bool *ret_found, struct err *err) MUST_USE NONNULL;

/*
 * Gives `count` parts from index `from` on to `sink`, in order. ERR_DATA when one is missing or of
 * another size.
 */
bool editor_parts(struct pg *pg, const char *id, uint32_t from, uint32_t count,
	body_part_sink *sink, void *context, struct err *err) MUST_USE NONNULL;

/* ERR_DENIED with what to do unless this login is bound to that key as an editor. */
bool editor_check_my_key(struct pg *pg, const char *kid, struct err *err) MUST_USE NONNULL;

/* Other publications of that channel and number, newest first; withdrawn ones do not count. */
enum { EDITOR_NAMESAKE_ID, EDITOR_NAMESAKE_STATE };
bool editor_namesakes(struct pg *pg, const char *channel, const char *number, const char *id,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;

/* Gives a publication up before it is issued; ERR_DENIED once it is. */
bool editor_withdraw(
	struct pg *pg, const char *id, const char *reason, struct err *err) MUST_USE NONNULL;

/* Asks the dispatcher to issue it; ERR_DENIED unless it is approved. */
bool editor_request_issue(struct pg *pg, const char *id, struct err *err) MUST_USE NONNULL;

#endif
