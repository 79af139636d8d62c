/*
 * What a device knows, in <state>/unit.db: who it is, the keysets and entries it accepted, what
 * became of each publication, the receipts it signed, and how the line stands. The daemon writes;
 * other processes read, and the one thing they add is that a person opened a publication.
 */
#ifndef CERTWIRE_SUBSCRIBER_STATE_H
#define CERTWIRE_SUBSCRIBER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/macros.h"
#include "subscriber/db.h"

/* Opens <dir>/unit.db, making or migrating it; refuses one of a newer program. */
bool state_open(const char *dir, struct db *ret, struct err *err) MUST_USE NONNULL;

/* For looking, while the daemon runs or not. ERR_USAGE when there is none yet. */
bool state_open_readonly(const char *dir, struct db *ret, struct err *err) MUST_USE NONNULL;

/*
 * Binds the state to unit, device and root the first time, and afterwards refuses (ERR_DENIED) any
 * others: a state belongs to one device for ever.
 */
bool state_bind(struct db *db, const char *unit, const char *device, const struct fingerprint *root,
	struct err *err) MUST_USE NONNULL;

/* The device that it is bound to; "" before the first time. */
bool state_device(struct db *db, char ret[static DEVICE_SIZE], struct err *err) MUST_USE NONNULL;

/*
 * Hands the state over to another device of the unit, which numbers its receipts anew. Every receipt
 * must be settled. What was signed is kept.
 */
bool state_rebind(struct db *db, const char *device, struct err *err) MUST_USE NONNULL;

/* The newest epoch seen; 0 when it holds nothing. */
bool state_epoch(struct db *db, int64_t *ret, struct err *err) MUST_USE NONNULL;

/*
 * Moves to a higher epoch; a lower or equal one changes nothing. The watermark of receipts starts
 * anew with it, so that all of them are sent again. Within the caller's transaction.
 */
bool state_raise_epoch(struct db *db, int64_t epoch, struct err *err) MUST_USE NONNULL;

/*
 * Takes <dir>/lock for as long as `*ret_fd` is open. ERR_DENIED when another daemon holds it.
 */
bool state_lock(const char *dir, int *ret_fd, struct err *err) MUST_USE NONNULL;

/* Whether a daemon holds it. */
bool state_is_locked(const char *dir, bool *ret, struct err *err) MUST_USE NONNULL;

#endif
