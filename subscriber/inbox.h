/*
 * The documents in the inbox, as a person names them.
 */
#ifndef CERTWIRE_SUBSCRIBER_INBOX_H
#define CERTWIRE_SUBSCRIBER_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "subscriber/config.h"
#include "subscriber/db.h"

struct document {
	char id[PUB_ID_SIZE];
	char state[16]; /* stored or recalled */
	char channel[40];
	char label[40]; /* the number on it, such as 2026-47 */
	char title[520];
	char folder[128]; /* relative to the inbox */
	int64_t epoch;
	int64_t number;
	struct digest manifest;
	int64_t bytes;
	int64_t stored_at;
	int64_t opened_at; /* 0: unread */
	char taken_back_by[PUB_ID_SIZE]; /* id of what recalled or superseded it; "": it stands */
	bool superseded; /* rather than recalled */
};

typedef bool inbox_each(void *context, const struct document *document, struct err *err);

/* Each document, unread first, then the newest. */
bool inbox_list(struct db *db, inbox_each *each, void *context, struct err *err) MUST_USE;

/*
 * The one that a person means: an id, the beginning of one (4 digits or more), or the channel's
 * number if one document alone bears it; what was taken back, and its recall, do not count when
 * another stands. ERR_USAGE when there is none or more than one.
 */
bool inbox_find(
	struct db *db, const char *name, struct document *ret, struct err *err) MUST_USE NONNULL;

/* Its folder, wherever it lies now, opened; the caller closes it. Appends the path to `path`. */
bool inbox_open_folder(const struct config *config, const struct document *document,
	struct buf *path, int *ret_fd, struct err *err) MUST_USE NONNULL;

/* Notes that a person opened it, and owes the receipt that says so; the first time counts. */
bool inbox_mark_opened(
	struct db *db, const struct document *document, int64_t now, struct err *err) MUST_USE NONNULL;

#endif
