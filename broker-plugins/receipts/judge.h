/*
 * Tells receipts and replies that a device of the unit signed from those that are plainly invalid.
 * The dispatcher judges again and in full: this keeps rubbish out of the ledger's way.
 */
#ifndef CERTWIRE_RECEIPTS_JUDGE_H
#define CERTWIRE_RECEIPTS_JUDGE_H

#include "broker-plugins/kit/trust.h"
#include "broker-plugins/receipts/tray.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdbool.h>
#include <stdint.h>

struct judgement {
	int code; /* 0: it may go in; else 601 to 604, 621 to 624 */
	char device[DEVICE_SIZE]; /* that signed it */
	int64_t number; /* that it bears */
};

/* `devices` are rows of copy_devices, in its order, that hold at least those of the parcel's unit. */
struct judgement judge(const struct parcel *parcel, const struct pg_rows *devices,
	struct trust *trust) MUST_USE NONNULL;

#endif
