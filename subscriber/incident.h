/*
 * Things refused that belong to no publication we know: counted by code, shown in status, and told to
 * the dispatcher in the next sync.
 */
#ifndef CERTWIRE_SUBSCRIBER_INCIDENT_H
#define CERTWIRE_SUBSCRIBER_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/sync.h"
#include "subscriber/db.h"

/* Counts one. */
bool incident_add(struct db *db, int code, int64_t now, struct err *err) MUST_USE NONNULL;

/* Fills in what no answered sync has told yet, at most LIMIT_SYNC_INCIDENTS codes. */
bool incident_unreported(struct db *db, struct sync_incident ret[static LIMIT_SYNC_INCIDENTS],
	size_t *ret_count, struct err *err) MUST_USE NONNULL;

/* These counts have arrived. */
bool incident_reported(
	struct db *db, const struct sync_incident *incidents, size_t count, struct err *err) MUST_USE;

#endif
