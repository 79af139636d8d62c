/*
 * What is looked for and counted down to: of each document in the inbox the words that a person may
 * search, and its dates. Taken from the manifest, so that reading the inbox opens no folder.
 */
#ifndef CERTWIRE_SUBSCRIBER_CATALOG_H
#define CERTWIRE_SUBSCRIBER_CATALOG_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "subscriber/db.h"
#include "subscriber/unit.h"

/* Enters a document, within the caller's transaction; a second time changes nothing. */
bool catalog_add(struct db *db, const struct manifest *manifest, struct err *err) MUST_USE NONNULL;

/* Enters what an earlier version of this program stored, from its folders. What is damaged waits. */
bool catalog_fill(struct unit *unit, struct err *err) MUST_USE NONNULL;

/*
 * Appends the form in which texts are compared: compatibility forms made one (full-width letters,
 * ligatures), case folded. So a part of a word is found as it is, in Chinese too.
 */
bool catalog_normal(const char *text, struct buf *out, struct err *err) MUST_USE NONNULL;

#endif
