/*
 * Whether the fields of one publication fit each other, its number and its times.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_FORM_JUDGE_H
#define CERTWIRE_PUBLISHER_CLI_FORM_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/form.h"
#include "common/macros.h"

/* `values` are normalised, in the order of the form's fields; NULL where there is none. ERR_USAGE. */
bool form_judge(const struct form *form, char *const *values, const char *number, int64_t now,
	struct err *err) MUST_USE NONNULL;

#endif
