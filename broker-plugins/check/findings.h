/*
 * What the checker found: one line each, "file:line: what is wrong: why; what to do".
 */
#ifndef CERTWIRE_CHECK_FINDINGS_H
#define CERTWIRE_CHECK_FINDINGS_H

#include "broker-plugins/check/lines.h"
#include "common/buf.h"
#include "common/macros.h"

#include <stddef.h>

enum { FINDINGS_BYTES_MAX = 256 * 1024 };

struct findings {
	struct buf text; /* broken promises */
	size_t count;
	struct buf warnings;
	bool is_incomplete; /* memory or room ran out: not to be taken for "all is well" */
};

void findings_init(struct findings *findings) NONNULL;
void findings_release(struct findings *findings) NONNULL;

/* A promise that a line breaks; the format says what, why, and what to do. */
void findings_add(struct findings *findings, const struct line *line, const char *fmt, ...)
	PRINTF_LIKE(3, 4) NONNULL;

/* A promise that is broken because a line is missing from the file. */
void findings_add_missing(struct findings *findings, const char *file, const char *fmt, ...)
	PRINTF_LIKE(3, 4) NONNULL;

/* Nothing that would break a promise, but worth a look. */
void findings_warn(struct findings *findings, const struct line *line, const char *fmt, ...)
	PRINTF_LIKE(3, 4) NONNULL;

#endif
