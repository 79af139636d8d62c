/*
 * What the unit is owed and this device still lacks, publication by publication, and what became of
 * each: wanted, stored, recalled, or ended because nothing will come.
 */
#ifndef CERTWIRE_SUBSCRIBER_WANTED_H
#define CERTWIRE_SUBSCRIBER_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/entry.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/offer.h"
#include "common/pub_id.h"
#include "common/receipt.h"
#include "subscriber/db.h"

struct wanted {
	struct pub_id id;
	int64_t epoch; /* of the newest entry it came under, as is number */
	int64_t number;
	struct digest manifest;
	uint32_t parts;
	bool has_grant;
	uint8_t sealed[GRANT_BYTES];
	int code; /* of the last refusal, or 0 */
	int64_t failures;
	int64_t retry_at; /* not tried or asked for before */
};

enum { WANTED_LIST_MAX = 64 /* on a page */ };

/* A walk over those wanted, by number in the mailbox, one page after the other. */
struct wanted_page {
	struct wanted list[WANTED_LIST_MAX];
	size_t count;
	int64_t now; /* who waits then is left out */
	int64_t epoch; /* of the last one on the page, as is number: the next page begins behind it */
	int64_t number;
};

/*
 * The next page of a walk that began as {.now = …}; `*ret_any` false at its end. Those on the page may
 * be changed meanwhile: nothing is walked over twice, and nothing is left out.
 */
bool wanted_turn_page(
	struct db *db, struct wanted_page *page, bool *ret_any, struct err *err) MUST_USE NONNULL;

/* The wanted publication of that id; `*ret_found` false when it is not (or no longer) wanted. */
bool wanted_find(struct db *db, const struct pub_id *id, struct wanted *ret, bool *ret_found,
	struct err *err) MUST_USE NONNULL;

/* When the next one that waits after `now` may be tried again; INT64_MAX when none waits. */
bool wanted_next_retry(struct db *db, int64_t now, int64_t *ret, struct err *err) MUST_USE NONNULL;

/*
 * Takes in an accepted entry that names a publication, within the caller's transaction. What is
 * stored already is owed one more receipt, under its new number.
 */
bool wanted_add(
	struct db *db, const struct entry *entry, int64_t now, struct err *err) MUST_USE NONNULL;

/* Takes in an accepted void: what its target named will not come. */
bool wanted_end_target(struct db *db, const struct entry *entry, struct err *err) MUST_USE NONNULL;

/* The mailbox of that epoch is held wholly: what is wanted of an earlier one will not come. */
bool wanted_end_older(struct db *db, int64_t epoch, struct err *err) MUST_USE NONNULL;

/* A stored one whose folder is not whole any more is wanted again. `id` is hex. */
bool wanted_again(struct db *db, const char *id, struct err *err) MUST_USE NONNULL;

/* Keeps a grant that was seen to open. Changes nothing for what is not wanted. */
bool wanted_set_grant(struct db *db, const struct pub_id *id,
	const uint8_t sealed[static GRANT_BYTES], struct err *err) MUST_USE NONNULL;

/* Seconds to wait after the nth failure in a row: 30, doubling, at most an hour. */
int64_t wanted_backoff(int64_t failures) MUST_USE;

/*
 * Records that it was refused, owes the receipt that says so, and puts off the next attempt until
 * `retry_at`. `final`: it will not be tried again.
 */
bool wanted_refuse(struct db *db, const struct wanted *wanted, const struct err *why,
	int64_t retry_at, bool final, int64_t now, struct err *err) MUST_USE NONNULL;

/* Puts off the next attempt, for a failure that is not the publication's. */
bool wanted_put_off(
	struct db *db, const struct pub_id *id, int64_t retry_at, struct err *err) MUST_USE NONNULL;

/*
 * One transaction: stored in `folder`, the receipt owed, and what it recalls or supersedes ended or
 * marked. `recalled` are `count` publications whose folders were put into quarantine.
 */
bool wanted_stored(struct db *db, const struct wanted *wanted, const struct manifest *manifest,
	const char *folder, const struct pub_id *recalled, size_t recalled_count, int64_t now,
	struct err *err) MUST_USE;

/* Bytes of files in the inbox, as far as this state knows. */
bool wanted_inbox_bytes(struct db *db, int64_t *ret, struct err *err) MUST_USE NONNULL;

#endif
