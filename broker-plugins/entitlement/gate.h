/*
 * Everything that the loop's thread decides from, and alone owns. No function here makes a system
 * call, takes a lock or waits; time is passed in.
 */
#ifndef CERTWIRE_ENTITLEMENT_GATE_H
#define CERTWIRE_ENTITLEMENT_GATE_H

#include "broker-plugins/entitlement/budget.h"
#include "broker-plugins/entitlement/delta.h"
#include "broker-plugins/entitlement/moment.h"
#include "broker-plugins/entitlement/replay.h"
#include "broker-plugins/entitlement/session.h"
#include "broker-plugins/entitlement/table.h"
#include "common/conf.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the operator sets; borrowed for as long as the gate lives. */
struct gate_limits {
	struct conf_list audiences; /* the names that tokens may be made for */
	int64_t max_staleness_ms; /* age of the copy from which on everything is refused */
	int64_t read_deadline_ms; /* time in which a client has to answer what is sent to it */
	bool require_certificate; /* who is not a dispatcher on this machine needs a TLS certificate */
};

/*
 * Sent to a client since it last published anything, from which on the deadline runs: as much as the
 * shipped configuration has in flight. A unit syncs after every window of 512 KiB and after what the
 * dispatcher pushes (1 MiB), so one that reads never comes near.
 */
enum { UNANSWERED_BYTES_MAX = 2 * 1024 * 1024 };

struct gate {
	const struct gate_limits *limits;
	struct table *table; /* owned; NULL until the first delta */
	struct sessions sessions;
	struct replay replay;
	struct budget budget;
	int64_t good_at_ms; /* when the copy was last known to be complete */
	int64_t clock_ahead_us;
	int64_t committed_us; /* of the news by which somebody is being looked at; 0: by none */
	int64_t rights_until_us; /* the earliest of all sessions': when to look at them again */
	/* Owned: the last whole copy's, with the one it replaced, by which clients were let in who are yet
	 * to be looked at again; NULL: none. */
	struct delta *replaced;
	uint64_t generation; /* counts how often everybody was to be looked at again */
	/* Between SIGHUP and the next tick the broker asks about everybody again. */
	bool is_reloading;
};

bool gate_init(
	struct gate *gate, const struct gate_limits *limits, struct err *err) MUST_USE NONNULL;
void gate_release(struct gate *gate) NONNULL;

/*
 * Takes over what the delta brings, by which everything is decided from now on, and puts into it what it
 * replaces. Sessions of changed units whose rights changed are marked to be cut. True: the delta is the caller's
 * again. False, with a whole copy: everybody is to be looked at, by gate_tick; the delta is
 * the gate's until gate_spent hands it back. A whole copy is taken only when gate_takes_whole.
 */
bool gate_apply(struct gate *gate, struct delta *delta, const struct moment *now) MUST_USE NONNULL;

/* Whether a whole copy can come: the one that the last has replaced is needed no longer. */
bool gate_takes_whole(const struct gate *gate) MUST_USE NONNULL;

/* The delta of the last whole copy once nobody needs it any more; NULL: none. The caller's again. */
struct delta *gate_spent(struct gate *gate) MUST_USE NONNULL;

/*
 * 0 when the copy may be believed; else the refusal that everybody gets: 109 when it is too old, 514
 * when the keyset has expired.
 */
int gate_doubt(const struct gate *gate, const struct moment *now) MUST_USE NONNULL;

/*
 * The time by which rights begin and end, UTC microseconds: this machine's clock or the database's,
 * whichever is ahead, so that no right outlives its end by the slower one.
 */
int64_t gate_rights_time_us(const struct gate *gate, const struct moment *now) NONNULL;

/*
 * A tick: looks at the next of those who are to be looked at again because of a whole copy or the clock, and
 * marks sessions that were to answer by now, and all when the copy is not to be believed.
 */
void gate_tick(struct gate *gate, const struct moment *now) NONNULL;

/* Whether somebody is still to be looked at: then the next tick is wanted soon. */
bool gate_is_busy(const struct gate *gate) MUST_USE NONNULL;

#endif
