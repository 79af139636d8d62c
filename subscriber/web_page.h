/*
 * The pages, and what they are written with. A page is text appended to a buffer; every foreign text
 * goes through web_text.
 */
#ifndef CERTWIRE_SUBSCRIBER_WEB_PAGE_H
#define CERTWIRE_SUBSCRIBER_WEB_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "subscriber/inbox.h"
#include "subscriber/web.h"
#include "subscriber/web_form.h"

enum { WEB_PAGE_MAX = 32 * 1024 * 1024, WEB_BASE_SIZE = WEB_SECRET_SIZE + 8 };

/* What was asked for. */
struct web_request {
	const struct web *web;
	bool english;
	char base[WEB_BASE_SIZE]; /* "/<secret>/zh" */
	const char *here; /* the path below base, for the link to the other language */
	const char *id; /* of a document; "" elsewhere */
	/* What narrows the inbox; "" when not given. */
	const char *query;
	const char *channel;
	bool unread;
	const char *problem; /* why what was posted was not done; "" when there is nothing to say */
};

/* One of the two, as the request has it. */
const char *web_say(
	const struct web_request *request, const char *chinese, const char *english) NONNULL;

/* Appends text, made harmless in HTML and in attributes with double quotes. */
bool web_text(struct buf *out, const char *text, struct err *err) MUST_USE NONNULL;

/* Appends `name` as one part of an address (RFC 3986). */
bool web_percent(struct buf *out, const char *name, struct err *err) MUST_USE NONNULL;

bool web_begin(const struct web_request *request, const char *title, struct buf *out,
	struct err *err) MUST_USE NONNULL;
bool web_end(struct buf *out, struct err *err) MUST_USE NONNULL;

const char *web_channel(const struct web_request *request, const char *channel) NONNULL;

/* A line of a list of documents. */
bool web_item(const struct web_request *request, const struct document *document, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* Appends <dt>, <dd>. */
bool web_pair(
	struct buf *out, const char *name, const char *value, struct err *err) MUST_USE NONNULL;

/* Begins a form that posts to `<base>/d/<id>/<act>`, with the token that proves it ours. */
bool web_form_begin(const struct web_request *request, const char *id, const char *act,
	struct buf *out, struct err *err) MUST_USE NONNULL;

/* web_reply.c: what was answered to a document, and the form to answer it; nothing where none is asked. */
bool web_reply_section(const struct web_request *request, struct db *db,
	const struct document *document, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Owes CNCERT what the form says. */
bool web_reply_take(const struct web_request *request, const struct web_form *form,
	struct err *err) MUST_USE NONNULL;

/* web_inbox.c, web_document.c, web_health.c: the pages. */
typedef bool web_page(const struct web_request *request, struct buf *out, struct err *err);
web_page web_page_inbox;
web_page web_page_dates;
web_page web_page_document;
web_page web_page_health;

extern const char web_style[];
extern const char web_icon[];

#endif
