/*
 * What stands before every issue, now or at a time: the state, who would receive it, and a person who
 * says how many units that is.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_ISSUE_H
#define CERTWIRE_PUBLISHER_CLI_ISSUE_H

#include <stdbool.h>

#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/session.h"

/* What is asked, and how the message ends when the answer is no: confirm.h. */
struct issue_question {
	const char *prompt;
	const char *undone;
};

/*
 * ERR_DENIED when it is not approved, would reach nobody, or has another audience than was approved
 * for which no act about a unit accounts; asks for the number of units, or takes it from --yes.
 * `*ret` is new, the audience of now.
 */
bool issue_confirm(const struct cli_call *call, struct session *session, const struct lookup *found,
	const struct issue_question *question, struct audience *ret, struct err *err) MUST_USE NONNULL;

#endif
