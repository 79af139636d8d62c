/*
 * Receipts, and replies among them: what this device owes to the ledger, numbered without gaps, signed
 * once, kept for ever, and sent again until a head says that they are settled.
 *
 * Any process may owe an item; the daemon alone gives numbers and signs. It does so only after a
 * head of this run told it how far the ledger is, because a state that was restored from an old copy
 * would give a number away twice.
 */
#ifndef CERTWIRE_SUBSCRIBER_OUTBOX_H
#define CERTWIRE_SUBSCRIBER_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/receipt.h"
#include "subscriber/db.h"

/* Owes an item; one of the same publication, entry, state and code is owed once. */
bool outbox_owe(struct db *db, const struct receipt_item *item, struct err *err) MUST_USE NONNULL;

/*
 * Signs what is owed into one receipt of at most LIMIT_RECEIPT_ITEMS, in one transaction; its number
 * comes back, 0 when nothing was owed.
 */
bool outbox_sign(struct db *db, const char *unit, const char *device, const struct signing_key *key,
	int64_t now, int64_t *ret_number, struct err *err) MUST_USE NONNULL;

/*
 * Keeps a signed receipt or reply under the next number, within the caller's transaction. outbox_next
 * says which number that is.
 */
bool outbox_next(struct db *db, int64_t *ret, struct err *err) MUST_USE NONNULL;
bool outbox_keep(struct db *db, int64_t number, const char *jws, int64_t now, bool is_reply,
	struct err *err) MUST_USE NONNULL;

/*
 * Takes in what a head says: settled up to there. A watermark above our own newest number means
 * that this state is older than the ledger: numbering goes on above it, and what was signed under
 * numbers that are not ours is owed again. `*ret_moved` tells whether anything changed.
 */
bool outbox_settle(
	struct db *db, int64_t settled, bool *ret_moved, struct err *err) MUST_USE NONNULL;

/* A receipt that the ledger judged not believable, and why. */
bool outbox_mark_refused(struct db *db, int64_t number, int code, struct err *err) MUST_USE NONNULL;

/* Number of the newest receipt, and up to where they are settled. */
bool outbox_numbers(
	struct db *db, int64_t *ret_newest, int64_t *ret_settled, struct err *err) MUST_USE NONNULL;

/* How many items and replies are not yet signed, and how many receipts not yet settled. */
bool outbox_pending(
	struct db *db, int64_t *ret_items, int64_t *ret_receipts, struct err *err) MUST_USE NONNULL;

/* Called for each; returns whether to go on. */
typedef bool outbox_each(void *context, int64_t number, const char *jws, bool is_reply);

/* The receipts and replies not settled with numbers above `after`, oldest first. */
bool outbox_unsettled(
	struct db *db, int64_t after, outbox_each *each, void *context, struct err *err) MUST_USE;

/* The newest receipt that says *stored* of a publication; `*ret_found` false when there is none. */
bool outbox_find_stored(struct db *db, const struct pub_id *id, outbox_each *each, void *context,
	bool *ret_found, struct err *err) MUST_USE;

#endif
