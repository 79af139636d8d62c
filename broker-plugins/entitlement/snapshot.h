/*
 * Makes the broker's copy out of what PostgreSQL says. Devices whose certificate does not lead back
 * to the pinned root are left out, whatever the database says of them.
 */
#ifndef CERTWIRE_ENTITLEMENT_SNAPSHOT_H
#define CERTWIRE_ENTITLEMENT_SNAPSHOT_H

#include "broker-plugins/entitlement/delta.h"
#include "broker-plugins/kit/notes.h"
#include "broker-plugins/kit/trust.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdbool.h>
#include <stddef.h>

struct snapshot {
	struct pg *pg; /* borrowed, as the rest */
	struct trust *trust; /* has a keyset */
	struct notes *notes; /* told which devices were left out */
};

/*
 * Verifies the certificates that copy_devices gave, on all processors, and remembers those that are good:
 * the functions below would do it one by one.
 */
void snapshot_learn(const struct snapshot *snapshot, const struct pg_rows *device_rows) NONNULL;

/* The units that copy_units gave, with the devices that copy_devices gave of the same ones, into the table. */
bool snapshot_into(const struct snapshot *snapshot, const struct pg_rows *unit_rows,
	const struct pg_rows *device_rows, struct table *table, struct err *err) MUST_USE NONNULL;

/*
 * The named units, `count` of different names, into delta->units, which has room for exactly that
 * many. One that the database does not have becomes a unit without any right.
 */
bool snapshot_units(const struct snapshot *snapshot, size_t count, const char *const *names,
	struct delta *delta, struct err *err) MUST_USE NONNULL;

#endif
