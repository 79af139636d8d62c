/*
 * What the loop tells of itself for the metrics: it alone writes, the thread that serves them reads, and
 * neither waits for the other. Counters begin at 0 with the process. A zeroed one is ready.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_TALLY_H
#define CERTWIRE_PUBLISHER_DISPATCH_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/histogram.h"
#include "common/macros.h"
#include "common/receipt.h"
#include "publisher/dispatch/config.h"

enum { TALLY_STATES = RECEIPT_REFUSED + 1, TALLY_CODE_MIN = 600, TALLY_CODE_MAX = 699 };

struct dispatch;

struct tally {
	atomic_bool leads; /* holds the lease, and works */
	atomic_bool has_postgresql;
	atomic_bool has_broker[CONFIG_BROKERS_MAX];
	atomic_int_fast64_t turned_at; /* UTC seconds: when the loop last turned */
	atomic_int_fast64_t
		keyset_expires_at; /* UTC seconds, of the newest that is believed; 0: none */
	atomic_int_fast64_t issued; /* publications */
	atomic_int_fast64_t items[TALLY_STATES]; /* of believed receipts, by state */
	atomic_int_fast64_t
		refused[TALLY_CODE_MAX - TALLY_CODE_MIN + 1]; /* receipts and replies, by code */
	struct histogram settled; /* from a receipt's commit by a broker until it was judged */
};

/* Adds one. */
static inline void tally_add(atomic_int_fast64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* A receipt or reply is not believed; a code that is not one of theirs counts as TALLY_CODE_MIN. */
void tally_refused(struct tally *tally, int code) NONNULL;

/* On each turn of the loop: how things stand. */
void tally_turn(struct dispatch *dispatch) NONNULL;

#endif
