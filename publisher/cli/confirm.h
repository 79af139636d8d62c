/*
 * The question before what cannot be taken back: how many units does it concern? Whoever expected
 * another number does nothing.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_CONFIRM_H
#define CERTWIRE_PUBLISHER_CLI_CONFIRM_H

#include <stdbool.h>

#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"

/* The option that answers instead; `what` the number is of. */
/* clang-format off */
#define CONFIRM_OPTION(what) {"yes", "N", "do not ask: N is the number of units that " what, false}
/* clang-format on */

/*
 * Compares `units` with --yes, or with what the person types after `prompt`. ERR_DENIED when it is
 * another number, ERR_USAGE when it is none or there is no terminal; `undone` ends the message, such
 * as "nothing was issued".
 */
bool confirm_units(const struct cli_call *call, int units, const char *prompt, const char *undone,
	struct err *err) MUST_USE NONNULL;

#endif
