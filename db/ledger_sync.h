/*
 * The ledger as it answers a sync: who asks, what that unit is owed, its parts. Rights are
 * read at the moment of each call. See db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_SYNC_H
#define CERTWIRE_DB_LEDGER_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/offer.h"
#include "common/part.h"
#include "common/pub_id.h"
#include "common/sync.h"
#include "db/ledger.h"

struct ledger_device {
	const char *certificate; /* borrowed from the rows; NULL: no such device, or not certified */
	bool revoked;
	bool good_standing; /* of its unit */
};

bool ledger_device_of(struct ledger *ledger, const char *unit, const char *device,
	struct pg_rows **ret_rows, struct ledger_device *ret, struct err *err) MUST_USE NONNULL;

/* Records a verified sync: when it came, the newest receipt, and what the device refused. */
bool ledger_sync_seen(
	struct ledger *ledger, const struct sync *sync, struct err *err) MUST_USE NONNULL;

/* The signed entries that the sync's device lacks, or lacks its grant for, lowest numbers first. */
bool ledger_owed_to(struct ledger *ledger, const struct sync *sync, int64_t limit,
	struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* An offer with this device's grant, or without one where it may have none. `*ret` is new. */
bool ledger_owed_at(const struct pg_rows *rows, int row, const char *device, struct offer *ret,
	struct err *err) MUST_USE NONNULL;

/* How many parts the publication has; 0 when the unit has no right to them, or none now. */
bool ledger_parts_owed(struct ledger *ledger, const char *unit, const struct pub_id *publication,
	uint32_t *ret, struct err *err) MUST_USE NONNULL;

/*
 * What the sync asks for and has ended after the unit had settled it gets a void that names it: those
 * whose grants it lacks, and those whose parts.
 */
bool ledger_end_asked(
	struct ledger *ledger, const struct sync *sync, struct err *err) MUST_USE NONNULL;

/*
 * Units whose rights changed after that version (-1: none), and in the last row, without a unit, the
 * version that this is up to.
 */
bool ledger_units_changed(
	struct ledger *ledger, int64_t since, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Returns the version; `*ret_unit` is borrowed, or NULL. */
int64_t ledger_change_at(const struct pg_rows *rows, int row, const char **ret_unit) NONNULL;

#endif
