/*
 * What a person of this unit answers to a seminar or an opportunity: checked against the document it
 * is for, whoever takes it down, the command line or the page in the browser.
 */
#ifndef CERTWIRE_SUBSCRIBER_ANSWER_H
#define CERTWIRE_SUBSCRIBER_ANSWER_H

#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/reply.h"
#include "subscriber/db.h"
#include "subscriber/inbox.h"

/* Whether documents of a channel are answered at all. */
bool answer_is_asked(const char *channel) MUST_USE NONNULL;

/* Copies a note: one line of at most LIMIT_REPLY_NOTE bytes of UTF-8. ERR_USAGE. */
bool answer_note(const char *note, struct reply_content *content, struct err *err) MUST_USE NONNULL;

/*
 * Owes CNCERT the answer, seats and note in `content`; the rest of it is filled in. ERR_USAGE when
 * such a document is not answered so, ERR_DENIED when it was taken back.
 */
bool answer_owe(struct db *db, const struct document *document, struct reply_content *content,
	struct err *err) MUST_USE NONNULL;

#endif
