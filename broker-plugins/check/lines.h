/*
 * The settings in a configuration of Mosquitto, line by line as the broker reads them. Takes text and
 * opens no file.
 */
#ifndef CERTWIRE_CHECK_LINES_H
#define CERTWIRE_CHECK_LINES_H

#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINES_TEXT_MAX = 1024 * 1024, LINES_MAX = 8192 };

struct line {
	const char *file; /* borrowed from the call of lines_parse */
	unsigned int number; /* from 1 */
	char *name; /* owned */
	char *value; /* owned; "" when there is none */
};

struct lines {
	struct line *items; /* owned */
	size_t count;
	size_t room;
};

/* clang-format off */
#define LINES_INIT {.count = 0}
/* clang-format on */

#define auto_lines CLEANUP(lines_release)

void lines_release(struct lines *lines) NONNULL;

/*
 * Appends the settings of `text`. `file` is what to call it in findings, and must outlive `lines`.
 * ERR_DATA: more than LINES_TEXT_MAX bytes, a NUL, or more than LINES_MAX settings altogether.
 */
bool lines_parse(struct lines *lines, const char *file, const char *text, size_t len,
	struct err *err) MUST_USE NONNULL;

#endif
