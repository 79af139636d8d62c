/*
 * A document's file for the browser.
 */
#ifndef CERTWIRE_SUBSCRIBER_WEB_FILE_H
#define CERTWIRE_SUBSCRIBER_WEB_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "subscriber/web_page.h"

/* Types that a browser shows and that run nothing: the others are saved. */
bool web_file_is_shown(const char *type) MUST_USE NONNULL;

struct web_file {
	int fd; /* the caller closes it */
	int64_t size_bytes;
	const char *type; /* lives for ever */
	struct buf disposition; /* the header of that name; the caller releases it */
};

/* ERR_USAGE when there is none, ERR_DENIED when the document was not opened or is recalled. */
bool web_file_open(const struct web_request *request, size_t nth, struct web_file *ret,
	struct err *err) MUST_USE NONNULL;

#endif
