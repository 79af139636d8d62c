/*
 * The background thread that keeps the copy fresh: it alone talks to PostgreSQL. What it learns goes
 * to the loop through a ring; what the loop no longer needs comes back through another.
 */
#ifndef CERTWIRE_ENTITLEMENT_LOADER_H
#define CERTWIRE_ENTITLEMENT_LOADER_H

#include "broker-plugins/entitlement/delta.h"
#include "broker-plugins/entitlement/handed.h"
#include "broker-plugins/entitlement/options.h"
#include "broker-plugins/entitlement/pulse.h"
#include "broker-plugins/entitlement/recheck.h"
#include "broker-plugins/kit/denials.h"
#include "broker-plugins/kit/notes.h"
#include "broker-plugins/kit/report.h"
#include "broker-plugins/kit/ring.h"
#include "broker-plugins/kit/trust.h"
#include "broker-plugins/kit/worker.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct round {
	int64_t asked_at_ms; /* monotonic */
	int64_t version; /* the database's newest */
	int64_t database_now_us; /* its clock */
	int64_t clock_ahead_us; /* of this machine's */
	int64_t
		committed_us; /* when the first change since was committed, by its clock; 0: not known */
};

/* Everything is being copied anew. */
struct reload {
	bool is_under_way;
	bool is_read; /* all of PostgreSQL's units; left are those that it has no more */
	char after[UNIT_SIZE]; /* the unit that was read last */
	size_t at; /* how far units that were not seen were looked for */
	struct drift drift; /* so far */
};

struct loader {
	const struct entitlement_options *options; /* borrowed */
	struct denials *denials; /* borrowed: the thread writes them down */
	const struct pulse *pulse; /* borrowed: what the loop tells of itself */
	struct worker worker;
	struct ring news; /* of struct delta, to the loop */
	struct ring spent; /* of struct delta, back to the thread */
	struct notes notes;
	sem_t first; /* posted when the first news is there */

	/* The thread's own. */
	struct trust trust;
	struct pg *pg;
	bool is_in_doubt; /* the next copy must be a whole one */
	bool has_posted;
	int64_t version; /* of the entitlements, that was handed over */
	struct round confirmed; /* the last round, all of which was handed over */
	struct handed handed;
	struct reload reload;
	int64_t reload_at_ms; /* monotonic: when everything is copied anew */
	size_t out; /* deltas on their way; never more than the rings hold */
	struct table *worn; /* owned: a table that the loop no longer needs, being freed */
	size_t worn_at; /* the slots before it are free */
	int64_t complained_at_ms; /* when the log last heard of a failure */
	struct reporter reporter;
};

/* Starts the thread. What is borrowed must outlive it. */
bool loader_start(struct loader *loader, const struct entitlement_options *options,
	struct denials *denials, const struct pulse *pulse, struct err *err) MUST_USE NONNULL;

/* Waits for the first whole copy; false when it has not come in that time. */
bool loader_await_first(struct loader *loader, int64_t timeout_s) MUST_USE NONNULL;

/*
 * The loop's side: the next news in order; NULL when there is none, or when it is a whole copy and the loop takes
 * none now (`takes_whole`). Owned by the caller...
 */
struct delta *loader_take(struct loader *loader, bool takes_whole) NONNULL;
/* ...until it gives it back, with what it replaced. */
void loader_give_back(struct loader *loader, struct delta *delta) NONNULL;

/* The loop's side: whether any wait to be taken, be it a whole copy. */
bool loader_has_news(const struct loader *loader) MUST_USE NONNULL;

/*
 * Ends the thread and frees everything. False when the thread does not end in time: then it is left
 * alone with its memory.
 */
bool loader_stop(struct loader *loader) MUST_USE NONNULL;

#endif
