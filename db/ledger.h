/*
 * The dispatcher's word in PostgreSQL, typed: one C function for each function of the role
 * certwire_dispatcher (docs/database.md).
 *
 * Every call carries the lease's fence. When the lease is no longer ours, the call changes nothing
 * and fails with ERR_DENIED, and pg_err_is_lease_lost(ledger->pg) is true: whoever gets that drops
 * all work in progress.
 *
 * What returns rows is read with the _at function beside it; strings and bytes that it hands out are
 * borrowed from the rows. ERR_DATA from an _at function means that the database holds something that
 * no program of ours wrote.
 */
#ifndef CERTWIRE_DB_LEDGER_H
#define CERTWIRE_DB_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

struct ledger {
	struct pg *pg; /* borrowed */
	int64_t fence; /* of the lease, once taken */
};

/* Makes a fresh connection the dispatcher's: nothing waits long for a lock. */
bool ledger_session(struct pg *pg, struct err *err) MUST_USE NONNULL;

/*
 * Takes the lease for `ttl_s` seconds when it is free, has run out, or is this holder's already.
 * `*ret_held` false: somebody else has it. True: ledger->fence is set.
 */
bool ledger_take(struct ledger *ledger, const char *holder, int64_t ttl_s, bool *ret_held,
	struct err *err) MUST_USE NONNULL;

/* Another `ttl_s` seconds. `*ret_held` false: it is lost. */
bool ledger_renew(
	struct ledger *ledger, int64_t ttl_s, bool *ret_held, struct err *err) MUST_USE NONNULL;

/* Gives it up, so that the next holder need not wait. */
bool ledger_release(struct ledger *ledger, struct err *err) MUST_USE NONNULL;

/* The keysets after that version, oldest first. Needs no lease. */
bool ledger_keysets(
	struct ledger *ledger, int64_t after, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Returns its version; `*ret_jws` is borrowed. */
int64_t ledger_keyset_at(const struct pg_rows *rows, int row, struct pg_bytes *ret_jws) NONNULL;

/* Ends deliveries whose publication's time is over; how many. */
bool ledger_expire(struct ledger *ledger, int64_t *ret_count, struct err *err) MUST_USE NONNULL;

/* Adds what was settled since to the counts that lists and boards read. */
bool ledger_fold(struct ledger *ledger, struct err *err) MUST_USE NONNULL;

/*
 * The session keeps its plans, and a plan is only as good as what the tables held when it was made: call
 * this now and then.
 */
bool ledger_replan(struct ledger *ledger, struct err *err) MUST_USE NONNULL;

/* Records that something of this unit (and device, or NULL) was refused here. */
bool ledger_note_refusal(struct ledger *ledger, const char *unit, const char *device, int code,
	struct err *err) MUST_USE __attribute__((nonnull(1, 2, 5)));

#endif
