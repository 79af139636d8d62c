/*
 * Filling in the form of a channel: from --fields FILE, from --field over it, from what follows from
 * the number, and by asking for what is required and still missing.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_FORM_FILL_H
#define CERTWIRE_PUBLISHER_CLI_FORM_FILL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cli.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"

/* The options that it reads, for a verb's table. */
/* clang-format off */
#define FORM_OPTIONS \
	{"field", "NAME=VALUE", "a field of the channel's form, in English or Chinese, or one more", true}, \
	{"fields", "FILE", "fields from a text file, 'heading: value' a line", false}, \
	{"special", NULL, "a special issue: any number, no period", false}
/* clang-format on */

/*
 * Adds the fields to a manifest whose channel, number and times are set; those that it has already
 * (of a draft being edited) stay unless said anew. ERR_USAGE in one line for the first wrong value,
 * or naming all that are missing where there is no terminal to ask on.
 */
bool form_fill(const struct cli_call *call, int64_t now, struct manifest *manifest,
	struct err *err) MUST_USE NONNULL;

/* The value of a field in the manifest; NULL when it has none such. Borrowed. */
const char *form_value(const struct manifest *manifest, const char *name) NONNULL;

#endif
