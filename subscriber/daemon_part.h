/*
 * The daemon's own state, and the jobs that daemon.c calls in turn.
 */
#ifndef CERTWIRE_SUBSCRIBER_DAEMON_PART_H
#define CERTWIRE_SUBSCRIBER_DAEMON_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/notify.h"
#include "common/topic.h"
#include "subscriber/asked.h"
#include "subscriber/db.h"
#include "subscriber/hooks.h"
#include "subscriber/link.h"
#include "subscriber/pace.h"
#include "subscriber/unit.h"

struct daemon {
	struct unit *unit;
	struct link *link; /* owned */
	struct pace pace;
	struct asked asked;
	bool ledger_known; /* in this run; until then no receipt is given a number */
	bool good; /* the unit's standing, as last heard */
	bool told_standing;
	struct tx heard; /* open from the first offer of a step on, until daemon_keep_heard */
	bool heard_progress; /* one of those offers was of something that was missing */
	bool arrived; /* something came that may complete a publication */
	bool owes; /* an item may wait for its receipt */
	int64_t newest_asked; /* newest receipt when the last sync was sent */
	int64_t resent_to; /* receipts up to there were sent again since the last echo */
	int64_t sign_at; /* by clock_monotonic_ms: not before, since the last attempt failed */
	int64_t retry_at; /* when something refused may be tried again */
	int64_t echo_kept_at;
	int64_t data_version;
	int refused_echoes; /* echoes in a row that said good while topics are refused */
	bool leaving_gap;
	struct hooks hooks;
	struct notify notify;
	int64_t retained_at; /* when retention was looked at last */
};

/* send.c: signs what is owed and sends it. */
void daemon_sign_receipts(struct daemon *daemon) NONNULL;

/* Sends again what is not settled, from where it left off since the last echo. */
void daemon_resend_receipts(struct daemon *daemon) NONNULL;

/* Sends the receipt that says *stored* of a publication once more. */
void daemon_resend_stored(struct daemon *daemon, const struct pub_id *id) NONNULL;

/* Makes the offers lasting that came in this step. Before anything is done that says they are. */
void daemon_keep_heard(struct daemon *daemon) NONNULL;

/* hear.c: what the line tells. Each is a function of struct link_handler. */
void daemon_up(void *context, const struct broker *broker);
void daemon_down(void *context, const struct broker *broker, const char *why, int64_t wait_ms);
void daemon_message(void *context, const struct topic *topic, const void *payload, size_t len);

#endif
