/*
 * The state of the daemon, shared by the files that each do one of its jobs.
 *
 * Jobs are steps: small bounded pieces of work that PostgreSQL's state calls for, each done wholly or
 * not at all. A step never publishes what is not committed.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_DISPATCH_H
#define CERTWIRE_PUBLISHER_DISPATCH_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/keyring.h"
#include "common/log.h"
#include "common/macros.h"
#include "common/notify.h"
#include "common/vouched.h"
#include "db/ledger.h"
#include "publisher/dispatch/broker.h"
#include "publisher/dispatch/config.h"
#include "publisher/dispatch/feed.h"
#include "publisher/dispatch/lease.h"
#include "publisher/dispatch/message.h"
#include "publisher/dispatch/name_set.h"
#include "publisher/dispatch/parts.h"
#include "publisher/dispatch/seal_keys.h"
#include "publisher/dispatch/tally.h"

struct dispatch {
	const struct config *config; /* borrowed */
	const struct clock *clock; /* borrowed, wall time */
	struct log log;
	struct signing_key key;
	struct keyring ring;
	struct vouched vouched; /* devices' certificates that were verified */
	struct seal_keys seal_keys;
	struct parts parts; /* that were sent last */
	struct secret
		*content_key; /* guarded room for the one that is sealed in a step; zeroed between steps */
	char client_id[CLIENT_ID_SIZE];
	int interrupt_fd; /* readable once the process shall end; borrowed */

	struct pg *pg; /* NULL when not connected */
	struct ledger ledger;
	struct lease lease;
	bool working; /* we hold the lease and may sign: brokers are connected */
	unsigned due; /* bits of steps that have something to do */
	int64_t connect_at_ms; /* monotonic: when to try PostgreSQL again */
	int64_t poll_at_ms; /* when everything is due again */
	struct backoff connect_backoff;
	struct notify notify;
	struct tally tally; /* for the metrics, which another thread serves */
	char reported[256]; /* the last failure that was logged */

	struct broker_owner owner;
	struct broker brokers[CONFIG_BROKERS_MAX];
	struct feed feeds[CONFIG_BROKERS_MAX]; /* what each broker is to get */
	size_t broker_count;

	int64_t rights_version; /* entitlement changes up to here had their heads */
	struct name_set heads; /* units that are to get a head */
	char head_turn[CLIENT_ID_SIZE]; /* the unit that got its head last */
	int64_t heads_at_ms; /* monotonic: when they go even though receipts wait; 0: none is noted */
	int64_t settle_at_ms; /* monotonic: not before then the next receipts */
	int64_t replan_at_ms; /* monotonic: when PostgreSQL's plans are made anew */
	int64_t anchored; /* the audit's link in the newest anchor of ours; -1: none yet */
	int64_t anchor_at_ms; /* monotonic: not before then the next one */
	struct name_set bad_devices; /* whose certificate was found wrong, and logged */
};

/* What a step does. `*ret_more`: there is more of the same; call again after the brokers' turn. */
typedef bool dispatch_step(struct dispatch *dispatch, bool *ret_more, struct err *err);

dispatch_step issue_step; /* vets publications and issues what passes */
dispatch_step sign_step; /* signs entries, in order */
dispatch_step seal_step; /* seals content keys to devices */
dispatch_step offer_step; /* offers what is owed to units that are there */
dispatch_step settle_step; /* settles receipts */
dispatch_step reply_step; /* settles replies, whose content it cannot read */
dispatch_step rights_step; /* notes whose rights changed */
dispatch_step fill_step; /* enters what came before rights that have begun */
dispatch_step head_step; /* sends the heads that are noted */
dispatch_step expire_step; /* ends what is over */
dispatch_step count_step; /* keeps the counts of deliveries short */
dispatch_step rekey_step; /* does what the newest keyset asks for */

/*
 * Reads the key file and makes everything ready, connecting to nothing. ERR_USAGE for settings that
 * cannot be. `config` and `clock` are borrowed. dispatch_close it, also after a failure.
 */
bool dispatch_open(struct dispatch *dispatch, const struct config *config, int interrupt_fd,
	const struct clock *clock, struct err *err) MUST_USE NONNULL;

/* Gives the lease back, says goodbye to the brokers, frees. */
void dispatch_close(struct dispatch *dispatch) NONNULL;

/* The newest keyset; there is one whenever dispatch->working. */
const struct keyset *dispatch_keyset(const struct dispatch *dispatch) NONNULL;

/* Whether any broker is connected. */
bool dispatch_has_broker(const struct dispatch *dispatch) MUST_USE NONNULL;

/* Whether every connected broker takes a fresh batch. */
bool dispatch_has_room(const struct dispatch *dispatch) MUST_USE NONNULL;

/* Puts the message into the lane of every connected broker. */
bool dispatch_broadcast(
	struct dispatch *dispatch, struct message *message, struct err *err) MUST_USE NONNULL;

#endif
