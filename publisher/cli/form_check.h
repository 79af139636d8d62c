/*
 * Whether a value is what a field of a channel's form wants, and the one way in which it is written
 * into the manifest.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_FORM_CHECK_H
#define CERTWIRE_PUBLISHER_CLI_FORM_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/form.h"
#include "common/macros.h"

/*
 * Appends the value as the manifest carries it: blanks around it dropped, a word by its name, a time
 * such as "2026-12-20 18:00" with Beijing's offset. ERR_USAGE in one line that names the field.
 */
bool form_check(const struct form_field *field, const char *text, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* A date's day in seconds, as of Beijing's midnight; ERR_USAGE when no calendar has it. */
bool form_day(const struct form_field *field, const char *text, int64_t *ret,
	struct err *err) MUST_USE NONNULL;

/* A normalised FORM_TIME in seconds. */
int64_t form_seconds(const char *text) NONNULL;

#endif
