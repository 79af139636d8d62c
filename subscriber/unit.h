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
#include "subscriber/config.h"
#include "subscriber/db.h"
#include "subscriber/spool.h"

enum { UNIT_QUIET_KINDS = 8, UNIT_QUIET_MS = 60 * 1000 };

/* A failure that repeats is told once a minute, with how often it happened meanwhile. */
struct quiet {
	const char *what; /* borrowed, lives for ever */
	int64_t told_at; /* of clock_monotonic_ms */
	int64_t untold;
};

struct unit {
	const struct config *config; /* borrowed */
	const struct clock *clock; /* borrowed */
	struct log log;
	struct db db;
	struct keyring ring;
	struct signing_key key;
	struct spool spool;
	struct quiet quiet[UNIT_QUIET_KINDS];
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

/* Logs a failure of this machine and says what happens next. `what` lives for ever. */
void unit_trouble(struct unit *unit, const char *what, const struct err *why) NONNULL;

/* Logs a refusal that may come in floods, such as of parts on a full disk. `what` lives for ever. */
void unit_refusal(struct unit *unit, const char *what, const struct err *why) NONNULL;

/*
 * Whether `what` may be told now; `*ret_untold` is how often it was not, since it was last. Pure but
 * for what it remembers.
 */
bool quiet_tell(struct quiet quiet[static UNIT_QUIET_KINDS], const char *what, int64_t now_ms,
	int64_t *ret_untold) MUST_USE NONNULL;

#endif
