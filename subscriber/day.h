/*
 * A day as people write it: 2026-11-01.
 */
#ifndef CERTWIRE_SUBSCRIBER_DAY_H
#define CERTWIRE_SUBSCRIBER_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"

/* Its midnight in the machine's own time zone; 0 when `text` is NULL. ERR_USAGE names `option`. */
bool day_parse(const char *text, const char *option, int64_t *ret, struct err *err) MUST_USE;

enum { DAY_TEXT_SIZE = 32 };

/* "2026-11-01 09:00" in the machine's own time zone. */
char *day_format(int64_t at, char out[static DAY_TEXT_SIZE]) NONNULL;

#endif
