/*
 * Where a publication is on its way from draft to issue, and what to do when that is not where a verb
 * needs it: said before anybody reads forty pages or types a passphrase. PostgreSQL refuses as well.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_COURSE_H
#define CERTWIRE_PUBLISHER_CLI_COURSE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/lookup.h"

/* All states in which a publication is not issued yet, and can still be. */
#define COURSE_OPEN "draft review approved scheduled"

/*
 * ERR_DENIED unless its state is one of `states`, words apart by blanks. The message names the state,
 * then the `rule`, such as "it cannot be changed", then the next step; for what is issued that is
 * `when_issued`, a command without its ID, such as "to replace it: certwire supersede".
 */
bool course_check(const struct lookup *found, const char *states, const char *rule,
	const char *when_issued, struct err *err) MUST_USE NONNULL;

/* The same of the publication whose id begins with `id`: a look before a passphrase is asked for. */
bool course_look(struct session *session, const char *id, const char *states, const char *rule,
	const char *when_issued, struct err *err) MUST_USE NONNULL;

#endif
