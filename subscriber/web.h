/*
 * The inbox in a browser on this machine. Its address holds a secret that is new at each start, without
 * which nothing is shown or done; its pages run no script and fetch nothing from outside.
 *
 *	/<secret>/				to the inbox, in the browser's language
 *	/<secret>/style.css, icon.svg
 *	/<secret>/<zh|en>/			the inbox; q, channel, unread narrow it
 *	/<secret>/<zh|en>/dates
 *	/<secret>/<zh|en>/health
 *	/<secret>/<zh|en>/d/<id>		a document
 *	/<secret>/<zh|en>/d/<id>/open		POST: a person opens it
 *	/<secret>/<zh|en>/d/<id>/reply		POST: a person answers it
 *	/<secret>/<zh|en>/d/<id>/f/<n>		its nth file, from 0, once it was opened
 */
#ifndef CERTWIRE_SUBSCRIBER_WEB_H
#define CERTWIRE_SUBSCRIBER_WEB_H

#include <stdbool.h>

#include "common/b64.h"
#include "common/err.h"
#include "common/macros.h"
#include "subscriber/config.h"

enum { WEB_SECRET_BYTES = 32, WEB_SECRET_SIZE = 44, WEB_HOST_SIZE = 32, WEB_ORIGIN_SIZE = 40 };

struct web {
	const struct config *config; /* borrowed */
	char secret[WEB_SECRET_SIZE]; /* in the address */
	char token[WEB_SECRET_SIZE]; /* in forms alone */
	char hosts[2][WEB_HOST_SIZE]; /* what a browser may call us; else a strange name led here */
	char origins[2][WEB_ORIGIN_SIZE]; /* the same as http://... */
};

struct web_server;

/* `port` 0: any free one, `*ret_port` says which. `web` is filled in and borrowed. */
bool web_start(struct web *web, int port, struct web_server **ret, int *ret_port,
	struct err *err) MUST_USE NONNULL;

/* NULL is fine. */
void web_stop(struct web_server *server);

#endif
