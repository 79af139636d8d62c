/*
 * What the parts of the running daemon share.
 */
#ifndef CERTWIRE_SUBSCRIBER_UNIT_H
#define CERTWIRE_SUBSCRIBER_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/key.h"
#include "common/keyring.h"
#include "common/log.h"
#include "common/macros.h"
#include "common/secret.h"
#include "subscriber/config.h"
#include "subscriber/db.h"
#include "subscriber/spool.h"
#include "subscriber/trouble.h"

struct unit {
	const struct config *config; /* borrowed */
	const struct clock *clock; /* borrowed */
	struct log log;
	struct troubles troubles; /* said lately */
	struct db db;
	struct keyring ring;
	struct signing_key key;
	struct secret *content_key; /* owned; of GRANT_PLAIN_BYTES: the one being used, else zeros */
	struct spool spool;
	int64_t clock_offset_s; /* the dispatcher's clock minus ours while that is too much, else 0 */
};

#define auto_unit CLEANUP(unit_close)

/* Opens state, key, keysets and spool. The caller has the state's lock. */
bool unit_open(const struct config *config, const struct clock *clock, struct unit *ret,
	struct err *err) MUST_USE NONNULL;
void unit_close(struct unit *unit) NONNULL;

/* Our own clock. */
int64_t unit_now(const struct unit *unit) NONNULL;

/* The time by which expiry is judged: the dispatcher's when our clock is known to be off. */
int64_t unit_true_now(const struct unit *unit) NONNULL;

/* Logs a refusal that belongs to no publication and counts it. */
void unit_incident(struct unit *unit, const char *what, const struct err *why) NONNULL;

/*
 * Logs a failure of this machine and says what happens next; `what` is a literal. One that goes on is
 * said once a minute.
 */
void unit_trouble(struct unit *unit, const char *what, const struct err *why) NONNULL;

#endif
