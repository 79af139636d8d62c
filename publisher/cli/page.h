/*
 * The style and the script of the board's page. The page allows no others: their digests stand in its
 * content security policy, so that foreign text could run nothing even if it got out of its place.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_PAGE_H
#define CERTWIRE_PUBLISHER_CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"

extern const char *const page_style[]; /* lines; ends with NULL */
extern const char page_script[];

/* Appends everything up to the body, with the policy and the style. `title` is foreign. */
bool page_begin(struct buf *out, const char *title, struct err *err) MUST_USE NONNULL;

/* The script, and the page's end. */
bool page_end(struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
