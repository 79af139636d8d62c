#include "publisher/dispatch/work.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "publisher/dispatch/anchor.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/keys.h"
#include "publisher/dispatch/link.h"

enum {
	PUMP_TURNS = 8, /* messages to one broker before the next has its turn */
	SETTLE_EVERY_MS = 5, /* receipts that come meanwhile are settled together */
	HEADS_WAIT_MS =
		1000, /* while more receipts wait than a step takes: one head for all of a unit's */
	REPLAN_EVERY_MS = 60000,
	DUE_PACED = DUE_SETTLE | DUE_REPLIES,
};

static const struct {
	unsigned due;
	const char *what;
	dispatch_step *run;
	unsigned then; /* what becomes due when it did something */
} steps[] = {
	{DUE_EXPIRE, "expire", expire_step, 0},
	{DUE_FILL, "fill", fill_step, DUE_SIGN | DUE_SEAL},
	{DUE_ISSUE, "issue", issue_step, DUE_SIGN | DUE_SEAL},
	{DUE_SIGN, "sign", sign_step, DUE_OFFER},
	{DUE_SEAL, "seal", seal_step, DUE_OFFER},
	{DUE_OFFER, "offer", offer_step, 0},
	{DUE_SETTLE, "settle", settle_step, 0},
	{DUE_REPLIES, "replies", reply_step, 0},
	{DUE_RIGHTS, "rights", rights_step, 0},
	{DUE_HEADS, "heads", head_step, 0},
	{DUE_REKEY, "rekey", rekey_step, DUE_OFFER},
	{DUE_COUNT, "counts", count_step, 0},
};

void work_report(struct dispatch *dispatch, const char *what, const struct err *err)
{
	char line[sizeof dispatch->reported] = "";

	(void)snprintf(line, sizeof line, "%s: %.200s", what, err->text);
	if (strcmp(line, dispatch->reported) == 0)
		return;
	memcpy(dispatch->reported, line, sizeof line);
	log_line(&dispatch->log, err->kind == ERR_SYSTEM ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
		"%s: %s, trying again", what, err->text);
}

/* Forgets all that was derived from a lease which may be another's by now. */
static void work_stand_by(struct dispatch *dispatch)
{
	if (!dispatch->working)
		return;
	log_line(&dispatch->log, LOG_LEVEL_WARNING, "standing by: nothing is sent or written");
	dispatch->working = false;
	notify_status("standing by");
	for (size_t i = 0; i < dispatch->broker_count; i++) {
		feed_clear(&dispatch->feeds[i]);
		broker_close(&dispatch->brokers[i]);
	}
	name_set_clear(&dispatch->heads);
	parts_clear(&dispatch->parts);
	dispatch->rights_version = -1;
	anchor_forget(dispatch);
}

/* After a failure: what has to happen before anything else. */
static void work_failed(struct dispatch *dispatch, const char *what, const struct err *err)
{
	work_report(dispatch, what, err);
	if (pg_err_is_lease_lost(dispatch->pg)) {
		lease_drop(&dispatch->lease);
		work_stand_by(dispatch);
	}
	if (!pg_is_connected(dispatch->pg))
		link_drop(dispatch);
}

/* Settled are those that wait first, and then their heads: a unit that tells much gets one for all of it. */
static bool heads_are_due(struct dispatch *dispatch, int64_t now_ms)
{
	if (dispatch->heads.count == 0) {
		dispatch->heads_at_ms = 0;
		return false;
	}
	if (dispatch->heads_at_ms == 0)
		dispatch->heads_at_ms = now_ms + HEADS_WAIT_MS;
	return !(dispatch->due & DUE_SETTLE) || now_ms >= dispatch->heads_at_ms;
}

/* One run of every step that is due. True: there is more to do at once. */
static bool work_steps(struct dispatch *dispatch)
{
	int64_t now_ms = clock_monotonic_ms();
	unsigned waits = now_ms < dispatch->settle_at_ms ? DUE_PACED : 0;
	bool any_more = false;

	for (size_t i = 0; i < ARRAY_LEN(steps) && dispatch->working && dispatch->pg; i++) {
		bool more = false;
		struct err err;

		if (steps[i].due == DUE_HEADS ? !heads_are_due(dispatch, now_ms)
									  : !(dispatch->due & steps[i].due & ~waits))
			continue;
		dispatch->due &= ~steps[i].due;
		if (!steps[i].run(dispatch, &more, &err))
			work_failed(dispatch, steps[i].what, &err);
		else if (more)
			dispatch->due |= steps[i].due | steps[i].then;
		any_more = any_more || more;
	}
	/* From now on, not from when this run began: brokers have their turns in between. */
	if (!waits)
		dispatch->settle_at_ms =
			dispatch->due & DUE_PACED ? 0 : clock_monotonic_ms() + SETTLE_EVERY_MS;
	return any_more;
}

/* Gives every broker what it has room for. True: there is more to do at once. */
static bool work_pump(struct dispatch *dispatch)
{
	bool any_more = false;

	for (size_t i = 0; i < dispatch->broker_count && dispatch->working && dispatch->pg; i++) {
		bool more = false;
		struct err err;

		if (!lease_is_ours(&dispatch->lease, clock_monotonic_ms()))
			return false;
		if (!feed_pump(
				dispatch, &dispatch->feeds[i], &dispatch->brokers[i], PUMP_TURNS, &more, &err))
			work_failed(dispatch, "answer", &err);
		any_more = any_more || more;
	}
	return any_more;
}

/*
 * Whether keysets and our own key let us work. A lease held without that is of use to others; but
 * while PostgreSQL only does not answer, nothing is known to have changed.
 */
static bool work_has_key(struct dispatch *dispatch)
{
	bool due = dispatch->due & DUE_KEYS;
	struct err err;

	dispatch->due &= ~(unsigned)DUE_KEYS;
	if ((!due || keys_load(dispatch, &err)) && keys_check_own(dispatch, &err))
		return true;
	work_failed(dispatch, "keyset", &err);
	if (err.kind != ERR_SYSTEM)
		lease_give_up(&dispatch->lease, &dispatch->ledger);
	return false;
}

/* Whether we may write now: connected, with a key, and with the lease, which is taken if it is free. */
static bool work_may(struct dispatch *dispatch, int64_t now_ms)
{
	struct err err;

	if (!link_keep(dispatch, now_ms) || !work_has_key(dispatch))
		return false;
	if (!lease_tick(&dispatch->lease, &dispatch->ledger, &dispatch->log, &err)) {
		work_failed(dispatch, "lease", &err);
		return false;
	}
	return lease_is_ours(&dispatch->lease, clock_monotonic_ms());
}

/* Starts or stops working as lease and key have it. */
static bool work_settle_role(struct dispatch *dispatch, int64_t now_ms)
{
	bool may = work_may(dispatch, now_ms);

	if (may && !dispatch->working) {
		dispatch->working = true;
		notify_status("this dispatcher leads");
		dispatch->due |= DUE_ALL | DUE_REKEY;
	}
	/* While PostgreSQL is away we stay with the brokers for as long as the lease lasts. */
	if (!lease_is_ours(&dispatch->lease, now_ms))
		work_stand_by(dispatch);
	return may;
}

/* A plan made for a thousand rows is none for a million. */
static void work_replan(struct dispatch *dispatch, int64_t now_ms)
{
	struct err err;

	if (now_ms < dispatch->replan_at_ms)
		return;
	dispatch->replan_at_ms = now_ms + REPLAN_EVERY_MS;
	if (!ledger_replan(&dispatch->ledger, &err))
		work_failed(dispatch, "plans", &err);
}

static void work_listen(struct dispatch *dispatch)
{
	struct err err;

	if (dispatch->pg && !link_listen(dispatch, &err))
		work_failed(dispatch, "PostgreSQL", &err);
}

/* True: something was notified meanwhile that need not wait. */
static bool work_overhear(struct dispatch *dispatch)
{
	unsigned before = dispatch->due;

	if (dispatch->pg)
		link_overhear(dispatch);
	if (clock_monotonic_ms() < dispatch->settle_at_ms)
		before |= DUE_PACED;
	return (dispatch->due & ~before) != 0;
}

/* All that is done between two polls. True: there is more to do at once. */
static bool work_turn(struct dispatch *dispatch)
{
	int64_t now_ms = clock_monotonic_ms();
	bool more = false;

	if (now_ms >= dispatch->poll_at_ms) {
		dispatch->poll_at_ms = now_ms + dispatch->config->settings.poll_interval_s * 1000;
		dispatch->due |= DUE_ALL | DUE_KEYS;
	}
	if (work_settle_role(dispatch, now_ms)) {
		work_replan(dispatch, now_ms);
		more = work_steps(dispatch);
		more = work_pump(dispatch) || more;
	}
	for (size_t i = 0; i < dispatch->broker_count && dispatch->working; i++)
		broker_tick(&dispatch->brokers[i], now_ms);
	return work_overhear(dispatch) || more;
}

/* Until receipts may be settled, but at most `wait_ms`; never 0, for should they be held up, nothing is to spin. */
static int64_t work_until_settling_ms(
	const struct dispatch *dispatch, int64_t now_ms, int64_t wait_ms)
{
	int64_t until_ms = dispatch->settle_at_ms > now_ms ? dispatch->settle_at_ms - now_ms : 1;

	return until_ms < wait_ms ? until_ms : wait_ms;
}

/* Milliseconds until something is due by the clock. */
static int work_wait_ms(const struct dispatch *dispatch)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t wait_ms = dispatch->poll_at_ms - now_ms;

	if (!dispatch->pg && dispatch->connect_at_ms - now_ms < wait_ms)
		wait_ms = dispatch->connect_at_ms - now_ms;
	if (dispatch->pg && dispatch->lease.act_at_ms - now_ms < wait_ms)
		wait_ms = dispatch->lease.act_at_ms - now_ms;
	if (dispatch->pg && dispatch->working && (dispatch->due & DUE_PACED))
		wait_ms = work_until_settling_ms(dispatch, now_ms, wait_ms);
	for (size_t i = 0; i < dispatch->broker_count && dispatch->working; i++) {
		int broker_ms = broker_wait_ms(&dispatch->brokers[i], now_ms);

		wait_ms = broker_ms < wait_ms ? broker_ms : wait_ms;
	}
	return wait_ms > 0 ? (int)wait_ms : 0;
}

/* Waits for sockets and lets the brokers read and write. False: the process shall end. */
static bool work_poll(struct dispatch *dispatch, int wait_ms)
{
	struct pollfd polls[2 + CONFIG_BROKERS_MAX] = {
		{.fd = dispatch->interrupt_fd, .events = POLLIN},
		{.fd = dispatch->pg ? pg_fd(dispatch->pg) : -1, .events = POLLIN},
	};

	for (size_t i = 0; i < dispatch->broker_count; i++)
		polls[2 + i] = broker_pollfd(&dispatch->brokers[i]);
	if (poll(polls, 2 + dispatch->broker_count, wait_ms) < 0)
		return true; /* interrupted: the next turn finds out */
	if (polls[1].revents)
		work_listen(dispatch);
	for (size_t i = 0; i < dispatch->broker_count; i++)
		if (polls[2 + i].revents)
			broker_handle(&dispatch->brokers[i], polls[2 + i].revents);
	return polls[0].revents == 0;
}

void work_loop(struct dispatch *dispatch)
{
	bool more;

	notify_ready(&dispatch->notify);
	do {
		more = work_turn(dispatch);
		notify_alive(&dispatch->notify, clock_monotonic_ms());
		tally_turn(dispatch);
	} while (work_poll(dispatch, more ? 0 : work_wait_ms(dispatch)));
	notify_stopping();
}
