/*
 * Finding the publication that a person means.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_LOOKUP_H
#define CERTWIRE_PUBLISHER_CLI_LOOKUP_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "db/editor_publication.h"
#include "publisher/cli/session.h"

enum { LOOKUP_DIGITS_MIN = 4 };

/* A publication with the rows that it borrows from. */
struct lookup {
	struct pg_rows *rows; /* owned */
	struct editor_publication publication;
	struct pub_id id;
	char brief[PUB_ID_SHORT_SIZE];
};

#define auto_lookup CLEANUP(lookup_release)

/* The digits of an id, or of how it begins, as PostgreSQL has them: lower case. ERR_USAGE. */
bool lookup_digits(
	const char *text, char out[static PUB_ID_SIZE], struct err *err) MUST_USE NONNULL;

/*
 * Connects and finds the one publication whose id begins with `text`, at least LOOKUP_DIGITS_MIN hex
 * digits. ERR_USAGE when it is no such thing or fits several, ERR_DATA when none. `*ret` is new.
 */
bool lookup_publication(struct session *session, const char *text, struct lookup *ret,
	struct err *err) MUST_USE NONNULL;
void lookup_release(struct lookup *lookup) NONNULL;

/*
 * Appends a warning line for each other publication of that channel and number: the same issue is
 * seldom meant to go out twice. `id` is the one that is not another. Nothing for a
 * recall, by its `kind`: it has the number of what it recalls.
 */
bool lookup_namesakes(struct session *session, const char *kind, const char *channel,
	const char *number, const char *id, struct buf *out, struct err *err) MUST_USE NONNULL;

/* What became of it since it was issued, or else its state: "draft", ..., "superseded", "recalled", "expired". */
const char *publication_state(const struct editor_publication *publication, int64_t now) NONNULL;

/* "草稿 draft", ... ; an unknown word is itself. Borrowed. */
const char *publication_state_text(const char *state) NONNULL;

#endif
