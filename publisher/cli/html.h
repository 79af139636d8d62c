/*
 * Text into HTML: whatever it is, it is text there.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_HTML_H
#define CERTWIRE_PUBLISHER_CLI_HTML_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

/* Appends foreign text, made fit to print, for an element's content or a quoted attribute. */
bool html_text(struct buf *out, const char *text, struct err *err) MUST_USE NONNULL;

/* "<TAG>text</TAG>". `tag` is ours. */
bool html_element(
	struct buf *out, const char *tag, const char *text, struct err *err) MUST_USE NONNULL;

/* A field of a CSV (RFC 4180), quoted, such that no spreadsheet takes it for a formula. */
bool csv_field(struct buf *out, const char *text, struct err *err) MUST_USE NONNULL;

#endif
