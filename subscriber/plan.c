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

static void plan_grant(const struct wanted *wanted, int64_t epoch, struct sync *sync)
{
	if (!wanted->has_grant && wanted->epoch == epoch && sync->grant_count < LIMIT_SYNC_GRANTS)
		sync->grants[sync->grant_count++] = (uint32_t)wanted->number;
}

static void plan_parts(
	struct unit *unit, const struct wanted *wanted, uint32_t *window, struct sync *sync)
{
	struct sync_missing *missing = &sync->missing[sync->missing_count];
	uint32_t count;

	if (!wanted->has_grant || *window == 0 || sync->missing_count == LIMIT_SYNC_MISSING)
		return;
	*missing = (struct sync_missing){.publication = wanted->id};
	count = spool_missing(&unit->spool, &wanted->id, wanted->parts, *window, &missing->parts);
	*window -= count;
	sync->missing_count += count > 0;
}

/* Oldest first, but for parts from another one on at every `turn`. */
static bool plan_wants(struct unit *unit, int64_t epoch, bool parts, unsigned int turn,
	struct sync *sync, struct err *err)
{
	struct wanted list[WANTED_LIST_MAX];
	uint32_t window = parts ? LIMIT_SYNC_WINDOW_PARTS : 0;
	size_t count;

	if (!wanted_list(&unit->db, unit_now(unit), list, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		plan_grant(&list[i], epoch, sync);
	for (size_t i = 0; i < count; i++)
		plan_parts(unit, &list[(i + turn) % count], &window, sync);
	return true;
}

bool plan_sync(struct unit *unit, bool parts, unsigned int turn, struct sync *ret, struct err *err)
{
	const struct keyset *newest = keyring_newest(&unit->ring);
	int64_t settled;

	(void)snprintf(ret->unit, sizeof ret->unit, "%s", unit->config->unit);
	(void)snprintf(ret->device, sizeof ret->device, "%s", unit->config->device);
	randombytes_buf(ret->nonce, sizeof ret->nonce);
	ret->sent_at = unit_now(unit);
	ret->keyset = newest ? newest->version : 0;
	return state_epoch(&unit->db, &ret->epoch, err) &&
		   mailbox_last(&unit->db, ret->epoch, &ret->last, err) &&
		   mailbox_have(&unit->db, ret->epoch, ret->last, &ret->have, err) &&
		   plan_wants(unit, ret->epoch, parts, turn, ret, err) &&
		   outbox_numbers(&unit->db, &ret->receipts, &settled, err) &&
		   incident_unreported(&unit->db, ret->incidents, &ret->incident_count, err);
}

bool plan_lacking(struct unit *unit, bool *ret, struct err *err)
{
	struct wanted list[WANTED_LIST_MAX];
	int64_t announced;
	int64_t epoch;
	int64_t last;
	size_t count;

	if (!state_epoch(&unit->db, &epoch, err) || !mailbox_last(&unit->db, epoch, &last, err) ||
		!db_int(&unit->db, err, 0, &announced,
			"SELECT last FROM head WHERE epoch = ? AND standing = 'good'", "i", epoch) ||
		!wanted_list(&unit->db, unit_now(unit), list, &count, err))
		return false;
	*ret = announced > last;
	for (size_t i = 0; i < count && !*ret; i++)
		*ret = !list[i].has_grant || !spool_complete(&unit->spool, &list[i].id);
	return true;
}
