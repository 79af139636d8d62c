/*
 * The unit's mailbox as this device holds it: entries accepted by the rules of docs/protocol.md
 * section 7, kept word for word, with their gaps.
 */
#ifndef CERTWIRE_SUBSCRIBER_MAILBOX_H
#define CERTWIRE_SUBSCRIBER_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/entry.h"
#include "common/err.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/ranges.h"
#include "subscriber/db.h"

/* What an entry was when it came. */
enum mailbox_news {
	MAILBOX_NEW,
	MAILBOX_HELD, /* the same payload was held already */
	MAILBOX_SURE, /* so it was, but in doubt, and is now held for sure */
};

/*
 * Judges an entry (202 to 208) and keeps it, in one transaction with what follows from it: a
 * publication that is wanted, an earlier one that will not come, a higher epoch. A refusal has its
 * code in err and changes nothing. `*ret` is new.
 */
bool mailbox_accept(struct db *db, const struct keyring *ring, const char *unit, const char *jws,
	int64_t now, struct entry *ret, enum mailbox_news *ret_news, struct err *err) MUST_USE NONNULL;

/*
 * Doubts the entries that no dispatcher valid in the newest keyset has signed: a lost key may have
 * made them. They are asked for again, and come signed by another or are replaced. `*ret_count` of them.
 */
bool mailbox_doubt_unproven(struct db *db, const struct keyring *ring, int64_t *ret_count,
	struct err *err) MUST_USE NONNULL;

/* Doubts all entries: each is asked for again and compared. */
bool mailbox_doubt_all(struct db *db, struct err *err) MUST_USE NONNULL;

/* All entries 1 to `*ret` of that epoch are held, and none is in doubt. */
bool mailbox_last(struct db *db, int64_t epoch, int64_t *ret, struct err *err) MUST_USE NONNULL;

/* What is held above `last`, as far as a sync can say it. */
bool mailbox_have(struct db *db, int64_t epoch, int64_t last, struct ranges *ret,
	struct err *err) MUST_USE NONNULL;

/* The payload digest under that number; `*ret_found` false when it is not held. */
bool mailbox_digest(struct db *db, int64_t epoch, int64_t number, struct digest *ret,
	bool *ret_found, struct err *err) MUST_USE NONNULL;

/*
 * The entry that is kept: its JWS appended to `jws`, and parsed again. ERR_SYSTEM when it is not
 * there. `*ret` is new.
 */
bool mailbox_entry(struct db *db, int64_t epoch, int64_t number, struct buf *jws, struct entry *ret,
	struct err *err) MUST_USE NONNULL;

#endif
