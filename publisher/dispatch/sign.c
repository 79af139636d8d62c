/*
 * Signs entries. The chain runs over payloads within a unit's mailbox, so they are signed in order,
 * and a batch continues where the batch before ended.
 */
#include "publisher/dispatch/dispatch.h"

#include <string.h>

#include "common/entry.h"
#include "common/fault.h"
#include "db/ledger_issue.h"

enum { ENTRIES_A_STEP = LEDGER_SIGNATURES_MAX };

struct signed_entry {
	struct entry entry;
	struct buf payload;
	struct buf jws;
	struct digest digest;
};

struct signed_batch {
	struct signed_entry items[ENTRIES_A_STEP];
	size_t count;
};

static void cleanup_batch(struct signed_batch **batch)
{
	if (!*batch)
		return;
	for (size_t i = 0; i < ENTRIES_A_STEP; i++) {
		entry_release(&(*batch)->items[i].entry);
		buf_release(&(*batch)->items[i].payload);
		buf_release(&(*batch)->items[i].jws);
	}
	free(*batch);
}

/* Signs the entry of one row behind the ones that are in the batch already. */
static bool sign_one(struct dispatch *dispatch, struct signed_batch *batch,
	const struct pg_rows *rows, int row, struct err *err)
{
	struct signed_entry *item = &batch->items[batch->count];
	const struct signed_entry *before = batch->count ? item - 1 : NULL;

	buf_init(&item->payload, LIMIT_ENTRY_JWS);
	buf_init(&item->jws, LIMIT_ENTRY_JWS);
	if (!ledger_entry_at(rows, row, &item->entry, err))
		return false;
	if (before && strcmp(before->entry.unit, item->entry.unit) == 0)
		item->entry.previous = before->digest;
	if (!entry_format(&item->entry, &item->payload, err) ||
		!entry_sign(item->payload.data, item->payload.len, &dispatch->key, &item->jws, err))
		return err_context(
			err, "entry %lld of %s", (long long)item->entry.number, item->entry.unit);
	item->digest = digest_of(item->payload.data, item->payload.len);
	batch->count++;
	return true;
}

static bool sign_put(struct dispatch *dispatch, const struct signed_batch *batch, struct err *err)
{
	struct ledger_signature signatures[ENTRIES_A_STEP];

	for (size_t i = 0; i < batch->count; i++) {
		const struct signed_entry *item = &batch->items[i];

		signatures[i] = (struct ledger_signature){
			.unit = item->entry.unit,
			.epoch = item->entry.epoch,
			.number = item->entry.number,
			.payload = {item->payload.data, item->payload.len},
			.digest = {item->digest.bytes, sizeof item->digest.bytes},
			.jws = buf_str(&item->jws),
		};
	}
	return ledger_put_signatures(
		&dispatch->ledger, dispatch->key.kid, batch->count, signatures, err);
}

bool sign_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	__attribute__((cleanup(cleanup_batch))) struct signed_batch *batch = calloc(1, sizeof *batch);
	auto_rows struct pg_rows *rows = NULL;

	if (!batch)
		return err_set(err, ERR_SYSTEM, "out of memory for entries");
	if (!ledger_entries_to_sign(&dispatch->ledger, ENTRIES_A_STEP, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++)
		if (!sign_one(dispatch, batch, rows, row, err))
			return false;
	if (batch->count == 0)
		return true;
	if (!sign_put(dispatch, batch, err))
		return false;
	fault_point("dispatch-after-sign");
	log_line(&dispatch->log, LOG_LEVEL_DEBUG, "signed %zu entries", batch->count);
	*ret_more = true;
	return true;
}
