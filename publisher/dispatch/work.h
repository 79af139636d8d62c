/*
 * The loop: one thread that polls PostgreSQL's socket and the brokers', and does what is due.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_WORK_H
#define CERTWIRE_PUBLISHER_DISPATCH_WORK_H

#include <stdbool.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/macros.h"
#include "publisher/dispatch/config.h"

struct dispatch;

/* Bits of dispatch->due, in the order in which the steps run. */
enum {
	DUE_EXPIRE = 1 << 0,
	DUE_ISSUE = 1 << 1,
	DUE_SIGN = 1 << 2,
	DUE_SEAL = 1 << 3,
	DUE_OFFER = 1 << 4,
	DUE_JUDGE = 1 << 5,
	DUE_RIGHTS = 1 << 6,
	DUE_HEADS = 1 << 7,
	DUE_ALL = (1 << 8) - 1,
	DUE_KEYS = 1 << 8,
};

/*
 * Runs until `interrupt_fd` becomes readable, then ends cleanly: gives the lease back and says
 * goodbye to the brokers. Fails only when the configuration's key or fingerprint cannot be used.
 */
bool work_run(const struct config *config, int interrupt_fd, const struct clock *clock,
	struct err *err) MUST_USE NONNULL;

/* What --check does: reads key and fingerprint without working. */
bool work_check(const struct config *config, struct err *err) MUST_USE NONNULL;

/* Logs a failure that will be tried again; the same one in a row once. */
void work_report(struct dispatch *dispatch, const char *what, const struct err *err) NONNULL;

#endif
