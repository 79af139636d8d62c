/*
 * What an editor should know of an attachment before it goes out: its type by content, and warnings.
 * Nothing here refuses a file: people decide.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_LINT_H
#define CERTWIRE_PUBLISHER_CLI_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "publisher/cli/sources.h"

enum { LINT_WARNINGS_MAX = 12, LINT_TEXT_SIZE = 320 };

struct lint_warning {
	const char *code; /* "macros", "executable", "no-text", "person", "type", "unreadable" */
	char text[LINT_TEXT_SIZE]; /* for people, fit to print */
};

struct lint {
	char type[LIMIT_MEDIA_TYPE + 1]; /* media type */
	int64_t size_bytes;
	struct lint_warning warnings[LINT_WARNINGS_MAX];
	size_t count;
};

/* Looks at the whole file. ERR_SYSTEM when it cannot be read. */
bool lint_file(const struct source *source, struct lint *ret, struct err *err) MUST_USE NONNULL;

/* Appends a line for each warning; nothing when there is none. */
bool lint_view(
	const struct lint *lint, const char *name, struct buf *out, struct err *err) MUST_USE NONNULL;
json_t *lint_json(const struct lint *lint, const char *name) MUST_USE NONNULL;

/* Each appends what it finds in that kind of file; what is more than fits is left out. */
void lint_warn(struct lint *lint, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
void lint_pdf(const void *data, size_t len, struct lint *lint) NONNULL;
void lint_archive(const void *data, size_t len, struct lint *lint) NONNULL;
void lint_ole(const void *data, size_t len, struct lint *lint) NONNULL;

/* Whether a name ends like a program or script. */
bool lint_is_program(const char *name) MUST_USE NONNULL;

/* Warns of the text inside `<tag>` of an XML document, when it is there and not empty. */
void lint_xml_person(
	const char *xml, size_t len, const char *tag, const char *where, struct lint *lint) NONNULL;

#endif
