/*
 * In what order and at what pace clients are cut off: each cut costs the loop a look at every
 * client, and those who are cut come back and sign in again.
 */
#ifndef CERTWIRE_ENTITLEMENT_CUT_H
#define CERTWIRE_ENTITLEMENT_CUT_H

#include "broker-plugins/entitlement/session.h"
#include "common/macros.h"

#include <stdint.h>

enum {
	CUTS_PER_TURN = 16,
	REFRESH_EVERY_MS = 20, /* who has only gained a right is in no hurry */
};

struct cutter {
	int left; /* of this turn */
	int64_t refreshed_at_ms;
};

/* A new turn of the loop. */
void cutter_begin(struct cutter *cutter) NONNULL;

/* The session to cut next in this turn; NULL when it is done. Borrowed; the caller drops it. */
struct session *cutter_next(
	struct cutter *cutter, struct sessions *sessions, int64_t now_ms) NONNULL;

/* In how many milliseconds the next turn is wanted for those who are left; -1: nobody is. */
int cutter_wants_ms(const struct sessions *sessions) NONNULL;

/* The refusal code that is recorded for it; 0: none. */
int cut_code(enum cut reason);

#endif
