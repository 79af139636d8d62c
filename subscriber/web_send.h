/*
 * Answers to a browser, each with the headers that keep a page from running or fetching anything.
 */
#ifndef CERTWIRE_SUBSCRIBER_WEB_SEND_H
#define CERTWIRE_SUBSCRIBER_WEB_SEND_H

#include <stddef.h>

#include <microhttpd.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "subscriber/web_file.h"

enum MHD_Result web_send_text(struct MHD_Connection *connection, unsigned int status,
	const char *type, const char *text, size_t len) NONNULL;

/* A line of plain text. */
enum MHD_Result web_send_short(
	struct MHD_Connection *connection, unsigned int status, const char *text) NONNULL;

enum MHD_Result web_send_page(
	struct MHD_Connection *connection, unsigned int status, const struct buf *page) NONNULL;

/* To be asked for with GET. */
enum MHD_Result web_send_redirect(struct MHD_Connection *connection, const char *to) NONNULL;

/* The status says the kind; of ERR_USAGE, which names nothing that is there, 404. */
enum MHD_Result web_send_failure(struct MHD_Connection *connection, const struct err *err) NONNULL;

/* Takes the file's descriptor. */
enum MHD_Result web_send_file(
	struct MHD_Connection *connection, const struct web_file *file) NONNULL;

#endif
