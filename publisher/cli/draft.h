/*
 * Makes a draft, of whatever kind: describes, seals, signs and stores it, and says what came of it.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_DRAFT_H
#define CERTWIRE_PUBLISHER_CLI_DRAFT_H

#include <stdbool.h>

#include "common/cli.h"
#include "common/err.h"
#include "common/kind.h"
#include "common/macros.h"

/*
 * `call` has the arguments of `certwire draft`: the channel, then the files. `target` is how the id of
 * what it recalls or supersedes begins; NULL for KIND_PUBLISH alone.
 */
bool draft_make(const struct cli_call *call, enum kind kind, const char *target,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4)));

/*
 * `call` has one argument, a publication's id: what it holds is drafted once more and handed over for
 * review, marked as a test, for CNCERT's own test units alone.
 */
bool draft_test(const struct cli_call *call, struct err *err) MUST_USE NONNULL;

#endif
