/*
 * In what order and at what pace clients are cut off: the broker closes a connection in 25 to 100
 * microseconds, and those who are cut come back and sign in again.
 */
#ifndef CERTWIRE_ENTITLEMENT_CUT_H
#define CERTWIRE_ENTITLEMENT_CUT_H

#include "broker-plugins/entitlement/session.h"
#include "common/macros.h"

#include <stdint.h>

enum {
	CUTS_PER_TURN = 16,
	CUTTING_US =
		400, /* after that no other is cut in a turn, so that it stays under a millisecond */
	REFRESH_EVERY_MS = 20, /* who has only gained a right is in no hurry */
};

struct cutter {
	int left; /* of this turn */
	int64_t until_us; /* monotonic: the end of what it may take */
	int64_t refreshed_at_us;
};

/* A new turn of the loop; `now_us` is monotonic, here and below. */
void cutter_begin(struct cutter *cutter, int64_t now_us) NONNULL;

/*
 * The session to cut next in this turn; NULL when nobody is left or enough was done: then cutter_wants_ms
 * tells of the next. Borrowed; the caller drops it. One is cut whatever the time.
 */
struct session *cutter_next(
	struct cutter *cutter, struct sessions *sessions, int64_t now_us) NONNULL;

/* In how many milliseconds the next turn is wanted for those who are left; -1: nobody is. */
int cutter_wants_ms(const struct sessions *sessions) NONNULL;

/* The refusal code that is recorded for it; 0: none. */
int cut_code(enum cut reason);

#endif
