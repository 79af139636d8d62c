/*
 * Fields from a small text file: "heading: value" a line, the heading in Chinese or English, a
 * full-width colon being as good; lines that begin with a blank go on with the value above; empty
 * lines outside of a value and lines that begin with '#' are passed over.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_FORM_FILE_H
#define CERTWIRE_PUBLISHER_CLI_FORM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"

enum { FORM_FILE_MAX = 64 * 1024, FORM_HEADING_MAX = 64 };

/* Takes one heading and its value, lines joined by '\n', indentation dropped. */
typedef bool form_file_sink(void *context, const char *heading, const char *value, struct err *err);

/*
 * Opens nothing: `text` is what the file `path` holds. ERR_USAGE naming file and line; what the sink
 * says of a value gets the line where its heading stands.
 */
bool form_file_parse(const char *path, const char *text, size_t len, form_file_sink *sink,
	void *context, struct err *err) MUST_USE NONNULL;

#endif
