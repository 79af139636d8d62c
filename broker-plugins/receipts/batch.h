/*
 * Parcels that the writer has taken and not yet committed. They are kept through a lost connection,
 * and leave only when PostgreSQL has committed them or they were judged invalid.
 */
#ifndef CERTWIRE_RECEIPTS_BATCH_H
#define CERTWIRE_RECEIPTS_BATCH_H

#include "broker-plugins/kit/notes.h"
#include "broker-plugins/kit/trust.h"
#include "broker-plugins/receipts/tray.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdbool.h>
#include <stddef.h>

/* One commit for so many: past a hundred, waiting for the disk is no longer what costs. */
enum { BATCH_MAX = 128 };

struct batch {
	struct parcel *parcels[BATCH_MAX]; /* owned */
	size_t count;
};

/* Fills it up with what has come; true when it holds anything. */
bool batch_fill(struct batch *batch, struct tray *tray) MUST_USE NONNULL;

/* Gives all back. */
void batch_clear(struct batch *batch, struct tray *tray) NONNULL;

enum { BATCH_CODE_MIN = 600, BATCH_CODE_MAX = 699 }; /* what a parcel is refused with */

/* What became of parcels since the start. */
struct batch_totals {
	int64_t committed;
	int64_t refused[BATCH_CODE_MAX - BATCH_CODE_MIN + 1]; /* by code */
};

struct batch_writer {
	struct pg *pg; /* borrowed, as the rest */
	struct trust *trust;
	struct notes *notes;
	struct batch_totals *totals;
	const char *broker;
};

/*
 * Judges and commits: receipts, replies, and a denial for each that is invalid. On success the batch
 * is done with and the caller clears it. On ERR_SYSTEM it is to be written again, which is harmless
 * whatever was committed. Any other failure was the fault of single parcels, which were told to
 * notes and passed over: it is none here.
 */
bool batch_write(
	const struct batch *batch, const struct batch_writer *writer, struct err *err) MUST_USE NONNULL;

#endif
