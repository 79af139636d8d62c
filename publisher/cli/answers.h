/*
 * The replies to one publication once they are opened: the newest of each unit, in order of commit, and
 * who has a seat. No database, no key: the decisions alone.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_ANSWERS_H
#define CERTWIRE_PUBLISHER_CLI_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/reply.h"

enum answer_place { PLACE_SEATED, PLACE_WAITING, PLACE_DECLINED, PLACE_INTERESTED };

struct answer {
	int64_t receipt; /* order of commit */
	const char *name; /* of the unit; borrowed */
	int64_t received_at;
	struct reply_content content;
	bool late; /* committed after the time that the publication gives */
	enum answer_place place;
};

struct answers {
	struct answer *items; /* owned */
	size_t count;
	size_t room;
	int64_t seats; /* 0: no limit */
	int64_t reply_by; /* TIME_NONE: none */
	int64_t seated; /* people */
	int64_t waiting; /* people */
};

#define auto_answers CLEANUP(answers_release)

void answers_release(struct answers *answers) NONNULL;

/* Copies. */
bool answers_add(
	struct answers *answers, const struct answer *answer, struct err *err) MUST_USE NONNULL;

/*
 * Keeps the newest of each unit: of a device the one with the highest number, of its devices the one
 * committed last. Then, in order of commit, marks who is late and gives out the seats: who comes with
 * more people than are left waits, with all of them.
 */
void answers_settle(struct answers *answers) NONNULL;

/* "有席 seated", ...; "seated". Borrowed. */
const char *answer_place_text(enum answer_place place);
const char *answer_place_name(enum answer_place place);

/*
 * Appends a row of CSV (RFC 4180), every cell quoted; what a spreadsheet would take for a formula begins
 * with an apostrophe.
 */
bool answers_csv_row(
	struct buf *out, const char *const *cells, size_t count, struct err *err) MUST_USE NONNULL;

#endif
