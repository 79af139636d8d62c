/*
 * What a broker brings in: receipts, replies, who is present, and whom it refused
 * (docs/database.md, Broker). Each call is one statement and commits by itself, or does nothing.
 */
#ifndef CERTWIRE_DB_INTAKE_H
#define CERTWIRE_DB_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

/* Items of one call at most. */
enum { INTAKE_BATCH_MAX = 256 };

/* Of all functions here: count is 1 to INTAKE_BATCH_MAX (asserted), but for intake_presence. */

/* A receipt or a reply; strings and bytes are borrowed. */
struct intake_item {
	const char *unit;
	const char *device;
	int64_t number; /* the device's running number, one series for both */
	struct pg_bytes raw; /* the JWS; one that is there already is not put again */
};

bool intake_receipts(struct pg *pg, const char *broker, size_t count,
	const struct intake_item *items, struct err *err) MUST_USE NONNULL;
bool intake_replies(struct pg *pg, const char *broker, size_t count,
	const struct intake_item *items, struct err *err) MUST_USE NONNULL;

struct intake_presence {
	const char *unit;
	const char *device;
	bool is_present;
};

/* In order, the last word on a device counts. `is_fresh`: nobody else is present on the broker. */
bool intake_presence(struct pg *pg, const char *broker, size_t count,
	const struct intake_presence *items, bool is_fresh, struct err *err) MUST_USE
	__attribute__((nonnull(1, 2, 6)));

struct intake_denial {
	const char *who; /* user name, or "@address" */
	const char *client_id;
	int64_t code;
	const char *topic;
	int64_t count;
};

bool intake_denials(struct pg *pg, const char *broker, size_t count,
	const struct intake_denial *items, struct err *err) MUST_USE NONNULL;

/*
 * Replaces what the plugin ("entitlement" or "receipts") of that broker said of itself before: `count`
 * (0 to 256) figures, each with its name and its label, which may be "".
 */
bool intake_report(struct pg *pg, const char *broker, const char *plugin, size_t count,
	const char *const *names, const char *const *labels, const int64_t *figures,
	struct err *err) MUST_USE NONNULL;

#endif
