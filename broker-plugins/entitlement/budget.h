/*
 * How many wrong signatures an address may have verified: verifying is the dearest thing a stranger can have the
 * broker's one thread do. Counted by address and never by unit, since a name that anybody can claim must not lock out who owns it. Memory is fixed.
 */
#ifndef CERTWIRE_ENTITLEMENT_BUDGET_H
#define CERTWIRE_ENTITLEMENT_BUDGET_H

#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	BUDGET_BURST = 32, /* wrong ones in a row, */
	BUDGET_REFILL_MS = 1000, /* and then one in so long */
	BUDGET_SETS = 1024,
	BUDGET_WAYS = 4, /* addresses that share a set; a fifth takes the place of who owes least */
};

struct budget_debt;

struct budget {
	struct budget_debt *debts; /* owned; BUDGET_SETS times BUDGET_WAYS */
	uint8_t key[16]; /* so that nobody can choose addresses that share a set */
};

/* sodium_init has been called. */
bool budget_init(struct budget *budget, struct err *err) MUST_USE NONNULL;
void budget_release(struct budget *budget) NONNULL;

/*
 * Whether a token from `address` may be verified at `now_ms`, of a clock that never jumps. An address is as inet_ntop
 * writes it; IPv6 counts by its first 64 bits, which is what one customer has. What is no address counts as one.
 */
bool budget_allows(
	const struct budget *budget, const char *address, int64_t now_ms) MUST_USE NONNULL;

/* A token from there was verified, and was wrong. */
void budget_spend(struct budget *budget, const char *address, int64_t now_ms) NONNULL;

#endif
