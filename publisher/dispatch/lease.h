/*
 * The lease that makes this process the only dispatcher: taken when free, renewed at a third of its
 * time. PostgreSQL fences every write by it; here it only tells when to stand by.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_LEASE_H
#define CERTWIRE_PUBLISHER_DISPATCH_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/log.h"
#include "common/macros.h"
#include "db/ledger.h"

struct lease {
	const char *holder; /* borrowed: the dispatcher's name */
	int64_t ttl_s;
	bool held;
	bool waiting; /* that somebody else holds it was said */
	int64_t until_ms; /* monotonic; from then on it is doubtful */
	int64_t act_at_ms; /* when to renew, or to try again */
};

/* `holder` is borrowed. Each taking raises the fence, so not even namesakes ever hold it together. */
void lease_init(struct lease *lease, const char *holder, int64_t ttl_s) NONNULL;

/* Whether it is held and not about to run out. */
bool lease_is_ours(const struct lease *lease, int64_t now_ms) MUST_USE NONNULL;

/* It is lost, or the connection is: try to take it anew at once. */
void lease_drop(struct lease *lease) NONNULL;

/*
 * Takes or renews when that is due, and logs a change. After it, ask lease_is_ours. An error leaves
 * the lease as it was.
 */
bool lease_tick(struct lease *lease, struct ledger *ledger, const struct log *log,
	struct err *err) MUST_USE NONNULL;

/* Gives it back; what fails here does not matter, it runs out. */
void lease_give_up(struct lease *lease, struct ledger *ledger) NONNULL;

#endif
