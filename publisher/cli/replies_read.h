/*
 * What units answered to one publication: opened with an editor's key and verified.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_REPLIES_READ_H
#define CERTWIRE_PUBLISHER_CLI_REPLIES_READ_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"
#include "publisher/cli/answers.h"
#include "publisher/cli/opened.h"

struct replies {
	struct opened opened; /* the publication: opened_read */
	struct pg_rows *rows;
	struct answers answers; /* settled */
	int sealed; /* not to this editor's key: drafted before the keyset listed it */
	int wrong; /* not as a device of the unit would have made it */
	bool was_read; /* what the publication says of limits was spoken of, if it is wrong */
	int64_t noted; /* and the replies up to this receipt */
};

/* clang-format off */
#define REPLIES_INIT {.opened = OPENED_INIT}
/* clang-format on */

#define auto_replies CLEANUP(replies_release)

void replies_release(struct replies *replies) NONNULL;

/* Reads all that there are now, in place of what was read before; what is wrong is said on stderr, once. */
bool replies_read(struct replies *replies, struct pg *pg, struct err *err) MUST_USE NONNULL;

#endif
