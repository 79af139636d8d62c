/*
 * The loop: one thread that polls PostgreSQL's socket and the brokers', and does what is due.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_WORK_H
#define CERTWIRE_PUBLISHER_DISPATCH_WORK_H

#include "common/err.h"
#include "common/macros.h"

struct dispatch;

/* Bits of dispatch->due: the steps, in the order in which they run, and the keysets. */
enum {
	DUE_EXPIRE = 1 << 0,
	DUE_FILL = 1 << 1,
	DUE_ISSUE = 1 << 2,
	DUE_SIGN = 1 << 3,
	DUE_SEAL = 1 << 4,
	DUE_OFFER = 1 << 5,
	DUE_SETTLE = 1 << 6,
	DUE_RIGHTS = 1 << 7,
	DUE_HEADS = 1 << 8,
	DUE_REPLIES = 1 << 9,
	DUE_COUNT = 1 << 10,
	DUE_ALL = (1 << 11) - 1,
	DUE_KEYS = 1 << 11,
	DUE_REKEY = 1 << 12, /* after each keyset, each start, each time the lease is taken */
};

/* Runs until the dispatch's interrupt_fd is readable. */
void work_loop(struct dispatch *dispatch) NONNULL;

/* Logs a failure that will be tried again; the same one in a row once. */
void work_report(struct dispatch *dispatch, const char *what, const struct err *err) NONNULL;

#endif
