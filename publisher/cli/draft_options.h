/*
 * What an editor says of a new publication on the command line.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_DRAFT_OPTIONS_H
#define CERTWIRE_PUBLISHER_CLI_DRAFT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"

/*
 * Fills in a manifest with a new id and salt, everything but its files, and appends the audience rule
 * whose digest it carries. ERR_USAGE for what no publication may say.
 */
bool draft_options_read(const struct cli_call *call, enum kind kind, int64_t now,
	struct manifest *ret, struct buf *rule, struct err *err) MUST_USE NONNULL;

/*
 * The same for a manifest and rule that there are already: a new id and salt, and what the options
 * say anew.
 */
bool draft_options_change(const struct cli_call *call, int64_t now, struct manifest *manifest,
	struct buf *rule, struct err *err) MUST_USE NONNULL;

#endif
