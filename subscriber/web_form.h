/*
 * What a browser posts. A form is believed when it bears the token that this program's own pages
 * have in theirs: a page of somebody else can send one here, but cannot read ours.
 */
#ifndef CERTWIRE_SUBSCRIBER_WEB_FORM_H
#define CERTWIRE_SUBSCRIBER_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include <microhttpd.h>

#include "common/err.h"
#include "common/limits.h"
#include "common/macros.h"
#include "subscriber/web.h"

struct web_form {
	bool posted; /* else it was asked for with GET */
	/* "" when not given; never longer than what fits. */
	char token[WEB_SECRET_SIZE];
	char answer[16];
	char seats[8];
	char note[LIMIT_REPLY_NOTE + 1];
	bool spoilt; /* something did not fit, or held a NUL */
	size_t received_bytes;
	struct MHD_PostProcessor *reader; /* NULL when it is no form */
};

/* For a request of which the head has come; NULL: out of memory. */
struct web_form *web_form_new(struct MHD_Connection *connection, bool posted) NONNULL;

/* Takes in a piece of the body; past WEB_FORM_MAX bytes it is spoilt. */
void web_form_take(struct web_form *form, const char *data, size_t len) NONNULL;

/* Compares the token, and what a browser itself says of where the form stood. ERR_DENIED. */
bool web_form_is_ours(const struct web_form *form, const struct web *web,
	struct MHD_Connection *connection, struct err *err) MUST_USE NONNULL;

/* NULL is fine. */
void web_form_free(struct web_form *form);

#endif
