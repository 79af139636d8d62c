/*
 * Anchors: heads whose checkpoint says how far CNCERT's audit had come, kept where CNCERT cannot change
 * them. In each epoch the first of each day stays for good, and so does the newest.
 */
#ifndef CERTWIRE_SUBSCRIBER_ANCHORS_H
#define CERTWIRE_SUBSCRIBER_ANCHORS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/head.h"
#include "common/macros.h"
#include "subscriber/db.h"

/*
 * Keeps a verified head that goes further than those held. 505, and nothing kept, when one of the same
 * record and another digest is held, or when an echo (no replay can be one) that was signed later goes
 * back behind the newest.
 */
bool anchors_take(struct db *db, const struct head *head, bool is_echo, const char *jws,
	struct err *err) MUST_USE NONNULL;

/* Appends all of them, a JWS a line, oldest first. */
bool anchors_export(
	struct db *db, struct buf *out, int64_t *ret_count, struct err *err) MUST_USE NONNULL;

enum { ANCHORS_FILE_MAX = 16 * 1024 * 1024 };

#endif
