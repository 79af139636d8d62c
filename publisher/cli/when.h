/*
 * Times as people write and read them: in the time zone of who sits at the terminal.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_WHEN_H
#define CERTWIRE_PUBLISHER_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"

/* Which instant a bare date means. */
enum when_edge {
	WHEN_START_OF_DAY, /* its first second: "not before" */
	WHEN_END_OF_DAY, /* the first second of the next day: "expires" */
};

/*
 * Reads "2026-11-30" (in the local time zone) or a whole RFC 3339 time. ERR_USAGE, naming `what`,
 * such as "--expires".
 */
bool when_parse(const char *what, const char *text, enum when_edge edge, int64_t *ret,
	struct err *err) MUST_USE NONNULL;

enum { WHEN_TEXT_SIZE = 40 };

/* "2026-11-30 08:00:00+08:00", local; returns `out`. */
char *when_format(int64_t seconds, char out[static WHEN_TEXT_SIZE]) NONNULL;

/* when_format, or "" for 0, which stands for never. The text lives as long as the enclosing block. */
#define WHEN_OR_EMPTY(seconds) ((seconds) ? when_format((seconds), (char[WHEN_TEXT_SIZE]){0}) : "")

#endif
