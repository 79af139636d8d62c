/*
 * Publications that are complete and judged, on their way into inbox and state: up to eight are
 * written, made durable and made known to the state together, in one transaction. Until then their
 * parts stay in the spool; who is killed before adopts the folders with them, or with parts that are
 * asked for again.
 */
#ifndef CERTWIRE_SUBSCRIBER_KEEPING_H
#define CERTWIRE_SUBSCRIBER_KEEPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/store.h"
#include "subscriber/unit.h"
#include "subscriber/verdict.h"
#include "subscriber/wanted.h"

enum { KEEPING_MOST = 8 };

struct keeping {
	struct unit *unit; /* borrowed */
	size_t count;
	struct wanted wanted[KEEPING_MOST];
	struct opened opened[KEEPING_MOST]; /* owned */
	struct store_staged staged[KEEPING_MOST]; /* owned */
	bool any; /* was made known */
};

/*
 * Writes one aside, and takes `opened` over, which is the one of `work`. Those before it are ended first where it is to go
 * alone. Fails as room_check and store_write.
 */
bool keeping_add(struct keeping *keeping, const struct wanted *wanted, struct opened *opened,
	const struct store_work *work, uint32_t *ret_bad_part, struct err *err) MUST_USE NONNULL;

/* Makes those there are durable, and known. What could not be is refused, or put off. */
void keeping_end(struct keeping *keeping) NONNULL;

/*
 * Records why one was not kept: with a code it is refused, and what is of no use thrown away so that
 * asking again can bring something better; without one this machine failed, and it is put off.
 */
void keeping_failed(struct unit *unit, const struct wanted *wanted, const struct err *why,
	uint32_t bad_part) NONNULL;

#endif
