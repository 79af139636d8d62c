/*
 * The background thread that commits what the loop took: receipts and replies in batches, presence,
 * and what was refused. It alone talks to PostgreSQL.
 */
#ifndef CERTWIRE_RECEIPTS_WRITER_H
#define CERTWIRE_RECEIPTS_WRITER_H

#include "broker-plugins/kit/notes.h"
#include "broker-plugins/kit/report.h"
#include "broker-plugins/kit/trust.h"
#include "broker-plugins/kit/worker.h"
#include "broker-plugins/receipts/batch.h"
#include "broker-plugins/receipts/options.h"
#include "broker-plugins/receipts/presence.h"
#include "broker-plugins/receipts/tray.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct writer {
	const struct receipts_options *options; /* borrowed, as the next two */
	struct tray *tray;
	struct presence *presence;
	struct worker worker;
	struct notes notes;
	int nudge_fd; /* readable when there is work */
	atomic_bool is_asleep; /* it waits for nudge_fd */
	atomic_bool wants_presence; /* the loop is to repeat who is here */

	/* The thread's own. */
	size_t taken; /* receipts and words of presence, in its last turn */
	struct trust trust;
	struct pg *pg;
	struct batch batch;
	int64_t trusted_at_ms; /* when the keysets were last asked for */
	int64_t complained_at_ms;
	struct batch_totals totals;
	struct reporter reporter;
};

/* Starts the thread. What is borrowed must outlive it. */
bool writer_start(struct writer *writer, const struct receipts_options *options, struct tray *tray,
	struct presence *presence, struct err *err) MUST_USE NONNULL;

/* The loop's side, on each tick: wakes the thread when it sleeps and there is work for it. */
void writer_nudge(struct writer *writer) NONNULL;

/* The loop's side: whether to repeat who is here, since the thread began anew; asks once. */
bool writer_wants_presence(struct writer *writer) NONNULL;

/* As loader_stop: false when the thread does not end in time, and keeps its memory. */
bool writer_stop(struct writer *writer) MUST_USE NONNULL;

#endif
