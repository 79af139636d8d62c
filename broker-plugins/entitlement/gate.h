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
	int64_t committed_us; /* of the delta that is being applied; 0: none is */
	int64_t rights_until_us; /* the earliest of all sessions': when to look at them again */
	/* Between SIGHUP and the next tick the broker asks about everybody again. */
	bool is_reloading;
};

bool gate_init(
	struct gate *gate, const struct gate_limits *limits, struct err *err) MUST_USE NONNULL;
void gate_release(struct gate *gate) NONNULL;

/*
 * Takes over what the delta brings and leaves in it what it replaces. Sessions whose rights changed
 * are marked to be cut.
 */
void gate_apply(struct gate *gate, struct delta *delta, const struct moment *now) NONNULL;

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

/* Remembers when the session's rights were looked at and when the clock changes them. */
void gate_note_rights(struct gate *gate, struct session *session, int64_t at_us) NONNULL;

/*
 * What the clock does, on each tick: marks sessions whose rights ended or began, those that were to
 * answer by now, and all when the copy is not to be believed.
 */
void gate_tick(struct gate *gate, const struct moment *now) NONNULL;

#endif
