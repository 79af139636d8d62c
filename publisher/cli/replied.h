/*
 * How many units have answered a seminar or an opportunity, for who has the key at hand: replies are
 * sealed to editors, and PostgreSQL does not know what they answer.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_REPLIED_H
#define CERTWIRE_PUBLISHER_CLI_REPLIED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/replies_read.h"
#include "publisher/cli/session.h"

struct replied {
	struct replies replies;
	struct session *session; /* borrowed */
	bool counts; /* false: nothing is answered here, or nobody can open it */
};

/* clang-format off */
#define REPLIED_INIT {.replies = REPLIES_INIT}
/* clang-format on */

#define auto_replied CLEANUP(replied_release)

void replied_release(struct replied *replied) NONNULL;

/*
 * Opens the publication with --key, or with a key that needs no asking; what keeps it from being opened is
 * said on stderr, and nothing is counted. `ret` is REPLIED_INIT and must not move.
 */
bool replied_open(const struct cli_call *call, struct session *session, const struct lookup *found,
	struct replied *ret, struct err *err) MUST_USE NONNULL;

/* Reads what has come; `*ret_changed` when the number is another. */
bool replied_look(struct replied *replied, bool *ret_changed, struct err *err) MUST_USE NONNULL;

/* How many units have answered. */
int replied_units(const struct replied *replied) MUST_USE NONNULL;

/* Appends "，3 已答复 replied", or nothing. */
bool replied_summary(
	const struct replied *replied, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
