#include "publisher/dispatch/work.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mosquitto.h>

#include "common/keyfile.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/keys.h"
#include "publisher/dispatch/link.h"
#include "publisher/dispatch/start.h"

enum {
	PUMP_TURNS = 8, /* messages to one broker before the next has its turn */
	FAILED_WAIT_MS = 1000,
};

static const struct {
	unsigned due;
	const char *what;
	dispatch_step *run;
	unsigned then; /* what becomes due when it did something */
} steps[] = {
	{DUE_EXPIRE, "expire", expire_step, 0},
	{DUE_ISSUE, "issue", issue_step, DUE_SIGN | DUE_SEAL},
	{DUE_SIGN, "sign", sign_step, DUE_SEAL | DUE_OFFER},
	{DUE_SEAL, "seal", seal_step, DUE_OFFER},
	{DUE_OFFER, "offer", offer_step, 0},
	{DUE_JUDGE, "settle", judge_step, 0},
	{DUE_RIGHTS, "rights", rights_step, 0},
	{DUE_HEADS, "heads", head_step, 0},
};

void work_report(struct dispatch *dispatch, const char *what, const struct err *err)
{
	char line[sizeof dispatch->reported];

	(void)snprintf(line, sizeof line, "%s: %.200s", what, err->text);
	if (strcmp(line, dispatch->reported) == 0)
		return;
	strcpy(dispatch->reported, line);
	log_line(&dispatch->log, err->kind == ERR_SYSTEM ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
		"%s: %s, trying again", what, err->text);
}

/* Forgets all that was derived from a lease which may be another's by now. */
static void work_stand_by(struct dispatch *dispatch)
{
	if (dispatch->working)
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "standing by");
	dispatch->working = false;
	for (size_t i = 0; i < dispatch->broker_count; i++) {
		feed_clear(&dispatch->feeds[i]);
		broker_close(&dispatch->brokers[i]);
	}
	name_set_clear(&dispatch->heads);
	dispatch->rights_version = -1;
}

/* After a failure of any step: what has to happen before the next. */
static void work_failed(struct dispatch *dispatch, const char *what, const struct err *err)
{
	if (pg_err_is_lease_lost(dispatch->pg)) {
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "%s: %s", what, err->text);
		lease_drop(&dispatch->lease);
		work_stand_by(dispatch);
		return;
	}
	work_report(dispatch, what, err);
	if (!pg_is_connected(dispatch->pg))
		link_drop(dispatch);
}

/* One run of every step that is due. `*ret_more`: some are still. */
static void work_steps(struct dispatch *dispatch, bool *ret_more)
{
	for (size_t i = 0; i < ARRAY_LEN(steps) && dispatch->working && dispatch->pg; i++) {
		bool more = false;
		struct err err;

		if (!(dispatch->due & steps[i].due))
			continue;
		dispatch->due &= ~steps[i].due;
		if (!steps[i].run(dispatch, &more, &err)) {
			work_failed(dispatch, steps[i].what, &err);
			continue;
		}
		if (more)
			dispatch->due |= steps[i].due | steps[i].then;
		*ret_more = *ret_more || more;
	}
	if (dispatch->heads.count > 0)
		dispatch->due |= DUE_HEADS;
}

static void work_pump(struct dispatch *dispatch, bool *ret_more)
{
	for (size_t i = 0; i < dispatch->broker_count && dispatch->working && dispatch->pg; i++) {
		bool more = false;
		struct err err;

		if (!feed_pump(dispatch, &dispatch->feeds[i], &dispatch->brokers[i], PUMP_TURNS, &more,
				&err))
			work_failed(dispatch, "answer", &err);
		*ret_more = *ret_more || more;
	}
}

/* Whether we may work: lease, keysets, our own key. */
static bool work_may(struct dispatch *dispatch, int64_t now_ms)
{
	struct err err;
	bool due_keys = dispatch->due & DUE_KEYS;

	if (!lease_tick(&dispatch->lease, &dispatch->ledger, &dispatch->log, &err)) {
		work_failed(dispatch, "lease", &err);
		return dispatch->working && lease_is_ours(&dispatch->lease, now_ms);
	}
	if (!lease_is_ours(&dispatch->lease, clock_monotonic_ms()))
		return false;
	dispatch->due &= ~(unsigned)DUE_KEYS;
	if ((due_keys && !keys_load(dispatch, &err)) || !keys_check_own(dispatch, &err)) {
		dispatch->due |= DUE_KEYS;
		work_failed(dispatch, "keyset", &err);
		return false;
	}
	return true;
}

/* All that one turn does between two polls. Returns how long the next poll may take. */
static int work_turn(struct dispatch *dispatch)
{
	int64_t now_ms = clock_monotonic_ms();
	bool more = false;
	bool may = link_keep(dispatch, now_ms) && work_may(dispatch, now_ms);
	struct err err;

	if (!may && dispatch->working && !lease_is_ours(&dispatch->lease, now_ms))
		work_stand_by(dispatch);
	if (may && !dispatch->working) {
		dispatch->working = true;
		dispatch->due |= DUE_ALL;
	}
	if (dispatch->working)
		for (size_t i = 0; i < dispatch->broker_count; i++)
			broker_tick(&dispatch->brokers[i], now_ms);
	if (dispatch->pg && !link_listen(dispatch, &err))
		work_failed(dispatch, "PostgreSQL", &err);
	if (now_ms >= dispatch->poll_at_ms) {
		dispatch->poll_at_ms = now_ms + dispatch->config->settings.poll_interval_s * 1000;
		dispatch->due |= DUE_ALL;
	}
	if (may) {
		work_steps(dispatch, &more);
		work_pump(dispatch, &more);
	}
	return more ? 0 : start_wait_ms(dispatch);
}
