/*
 * What a head tells: the end of the mailbox, the unit's standing, which receipts are settled, and how
 * far our clock is off.
 */
#ifndef CERTWIRE_SUBSCRIBER_HEADS_H
#define CERTWIRE_SUBSCRIBER_HEADS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/standing.h"
#include "subscriber/asked.h"
#include "subscriber/unit.h"

struct head_news {
	bool echo; /* it answers a sync of ours */
	bool last_echo; /* and that was the last one sent */
	bool ledger_known; /* it says, freshly, how far our receipts are settled */
	bool settled; /* the watermark rose */
	enum standing standing;
};

/*
 * Judges a head (501 to 504, 514) and takes in what it says. Only an echo is believed about
 * our clock and about how far the ledger is, because any other may be an old one played again;
 * what such a one says of settled receipts stays true for ever.
 */
bool heads_take(struct unit *unit, struct asked *asked, const void *jws, size_t len,
	struct head_news *ret, struct err *err) MUST_USE NONNULL;

#endif
