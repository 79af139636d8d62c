#include "subscriber/plan.h"

#include "subscriber/db.h"
#include "subscriber/incident.h"
#include "subscriber/mailbox.h"
#include "subscriber/outbox.h"
#include "subscriber/state.h"
#include "subscriber/wanted.h"

#include <sodium.h>

#include <stdio.h>
#include <string.h>

/* What a plan still has room for, and where among those that wait for parts it begins. */
struct planning {
	struct unit *unit;
	struct sync *sync;
	uint32_t window; /* parts */
	size_t waiting; /* those that have a grant */
};

static void plan_grant(struct planning *plan, const struct wanted *wanted)
{
	struct sync *sync = plan->sync;

	plan->waiting += wanted->has_grant;
	if (!wanted->has_grant && wanted->epoch == sync->epoch && sync->grant_count < LIMIT_SYNC_GRANTS)
		sync->grants[sync->grant_count++] = (uint32_t)wanted->number;
}

static void plan_parts(struct planning *plan, const struct wanted *wanted)
{
	struct sync *sync = plan->sync;
	struct sync_missing *missing = &sync->missing[sync->missing_count];
	uint32_t count;

	if (plan->window == 0 || sync->missing_count == LIMIT_SYNC_MISSING)
		return;
	*missing = (struct sync_missing){.publication = wanted->id};
	count = spool_missing(
		&plan->unit->spool, &wanted->id, wanted->parts, plan->window, &missing->parts);
	plan->window -= count;
	sync->missing_count += count > 0;
}

static bool plan_grants(struct planning *plan, int64_t now, struct err *err)
{
	struct wanted_page page = {.now = now};
	bool any = true;

	while (any) {
		if (!wanted_turn_page(&plan->unit->db, &page, &any, err))
			return false;
		for (size_t i = 0; i < page.count; i++)
			plan_grant(plan, &page.list[i]);
	}
	return true;
}

/* Parts of those that have a grant, from the one at `from` to the one before `to`. */
static bool plan_stretch(
	struct planning *plan, int64_t now, size_t from, size_t to, struct err *err)
{
	struct wanted_page page = {.now = now};
	bool any = true;
	size_t at = 0;

	while (any && at < to && plan->window > 0) {
		if (!wanted_turn_page(&plan->unit->db, &page, &any, err))
			return false;
		for (size_t i = 0; i < page.count; i++) {
			if (!page.list[i].has_grant)
				continue;
			if (at >= from && at < to)
				plan_parts(plan, &page.list[i]);
			at++;
		}
	}
	return true;
}

static bool is_coprime(size_t a, size_t b)
{
	while (b > 0) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a == 1;
}

/*
 * How far the beginning moves at every turn: as far as a sync of small ones reaches, yet so that it
 * comes to each of them.
 */
static size_t plan_stride(size_t waiting)
{
	size_t stride = LIMIT_SYNC_MISSING;

	while (stride > 1 && !is_coprime(stride, waiting))
		stride--;
	return stride;
}

/* Oldest first, but for parts from another one on at every `turn`. */
static bool plan_wants(
	struct unit *unit, bool parts, unsigned int turn, struct sync *sync, struct err *err)
{
	struct planning plan = {unit, sync, parts ? LIMIT_SYNC_WINDOW_PARTS : 0, 0};
	int64_t now = unit_now(unit);
	size_t first;

	if (!plan_grants(&plan, now, err))
		return false;
	first = plan.waiting ? turn * plan_stride(plan.waiting) % plan.waiting : 0;
	return plan_stretch(&plan, now, first, plan.waiting, err) &&
		   plan_stretch(&plan, now, 0, first, err);
}

bool plan_sync(struct unit *unit, bool parts, unsigned int turn, struct sync *ret, struct err *err)
{
	int64_t settled;

	(void)snprintf(ret->unit, sizeof ret->unit, "%s", unit->config->unit);
	(void)snprintf(ret->device, sizeof ret->device, "%s", unit->config->device);
	randombytes_buf(ret->nonce, sizeof ret->nonce);
	ret->sent_at = unit_now(unit);
	ret->keyset = keyring_unbroken(&unit->ring);
	return state_epoch(&unit->db, &ret->epoch, err) &&
		   mailbox_last(&unit->db, ret->epoch, &ret->last, err) &&
		   mailbox_have(&unit->db, ret->epoch, ret->last, &ret->have, err) &&
		   plan_wants(unit, parts, turn, ret, err) &&
		   outbox_numbers(&unit->db, &ret->receipts, &settled, err) &&
		   incident_unreported(&unit->db, ret->incidents, &ret->incident_count, err);
}

static bool plan_lacks(struct unit *unit, const struct wanted_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		if (!page->list[i].has_grant || !spool_complete(&unit->spool, &page->list[i].id))
			return true;
	}
	return false;
}

bool plan_lacking(struct unit *unit, bool *ret, struct err *err)
{
	struct wanted_page page = {.now = unit_now(unit)};
	int64_t announced;
	int64_t epoch;
	int64_t last;
	bool any = true;
	bool lacking;

	if (!state_epoch(&unit->db, &epoch, err) || !mailbox_last(&unit->db, epoch, &last, err) ||
		!db_int(&unit->db, err, 0, &announced,
			"SELECT last FROM head WHERE epoch = ? AND standing = 'good'", "i", epoch))
		return false;
	for (lacking = announced > last; any && !lacking; lacking = plan_lacks(unit, &page)) {
		if (!wanted_turn_page(&unit->db, &page, &any, err))
			return false;
	}
	*ret = lacking;
	return true;
}
