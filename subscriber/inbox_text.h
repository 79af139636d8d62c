/*
 * A document as programs read it.
 */
#ifndef CERTWIRE_SUBSCRIBER_INBOX_TEXT_H
#define CERTWIRE_SUBSCRIBER_INBOX_TEXT_H

#include <jansson.h>

#include "common/macros.h"
#include "subscriber/inbox.h"

/* One object of `inbox list --json`; new, NULL when memory is short or a text is damaged. */
json_t *document_json(const struct document *document) MUST_USE NONNULL;

#endif
