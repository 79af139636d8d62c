/*
 * Settles receipts: judges what the brokers' plugins committed, and records what of it is believed.
 * Only this moves the watermark that lets a device forget.
 */
#include "publisher/dispatch/dispatch.h"

#include "common/fault.h"
#include "common/refusal.h"
#include "db/ledger_receipt.h"
#include "publisher/dispatch/judge.h"

enum { RECEIPTS_A_STEP = 64 };

/* A receipt and what became of it. */
struct verdict {
	struct ledger_receipt filed; /* borrows from the batch's rows */
	struct receipt receipt; /* owned */
	struct err why; /* code 0: believed */
	bool authentic; /* the device signed it, under the labels it was filed with */
	size_t settled; /* of its items: these, in front; the others wait for what a restore lost */
};

struct settle_batch {
	struct dispatch *dispatch;
	const struct pg_rows *rows; /* borrowed */
	int64_t fetched_us; /* monotonic: when they were read */
	int from, to; /* which of them */
	struct verdict verdicts[RECEIPTS_A_STEP];
};

static void verdict_release(struct verdict *verdict)
{
	receipt_release(&verdict->receipt);
	*verdict = (struct verdict){.authentic = false};
}

/* Brings to the front what can be settled now. */
static void settle_sort(struct verdict *verdict, const bool *lost)
{
	struct receipt *receipt = &verdict->receipt;

	for (size_t i = 0; i < receipt->item_count; i++) {
		struct receipt_item item = receipt->items[i];

		if (lost[i])
			continue;
		receipt->items[i] = receipt->items[verdict->settled];
		receipt->items[verdict->settled++] = item;
	}
}

/* Fails only when PostgreSQL does. */
static bool settle_judge(struct dispatch *dispatch, struct verdict *verdict, struct err *err)
{
	struct receipt *receipt = &verdict->receipt;
	struct ledger_delivery deliveries[LIMIT_RECEIPT_ITEMS];
	bool lost[LIMIT_RECEIPT_ITEMS] = {false};

	if (!judge_receipt(&verdict->filed, dispatch_keyset(dispatch), &dispatch->vouched, receipt,
			&verdict->authentic, &verdict->why))
		return true;
	if (!ledger_deliveries_of(&dispatch->ledger, verdict->filed.unit, receipt->item_count,
			receipt->items, deliveries, err))
		return false;
	for (size_t i = 0; i < receipt->item_count; i++)
		if (!judge_item(
				&receipt->items[i], &deliveries[i], verdict->filed.epoch, &lost[i], &verdict->why))
			return true;
	verdict->why.code = 0;
	settle_sort(verdict, lost);
	return true;
}

static bool settle_one(struct dispatch *dispatch, struct verdict *verdict, struct err *err)
{
	if (!settle_judge(dispatch, verdict, err))
		return false;
	if (!ledger_settle(&dispatch->ledger, verdict->filed.id, verdict->why.code, verdict->authentic,
			verdict->settled, verdict->receipt.items, err))
		return false;
	for (size_t i = verdict->settled; verdict->why.code == 0 && i < verdict->receipt.item_count;
		 i++)
		if (!ledger_park(&dispatch->ledger, verdict->filed.id, &verdict->receipt.items[i], err))
			return false;
	return true;
}

/* Inside a transaction. */
static bool settle_run(struct pg *pg, void *context, struct err *err)
{
	struct settle_batch *batch = context;

	(void)pg;
	for (int row = batch->from; row < batch->to; row++) {
		struct verdict *verdict = &batch->verdicts[row];

		verdict_release(verdict);
		ledger_receipt_at(batch->rows, row, &verdict->filed);
		if (!settle_one(batch->dispatch, verdict, err))
			return err_context(err, "receipt %lld", (long long)verdict->filed.id);
	}
	fault_point("dispatch-before-settle-commit");
	return true;
}

static void settle_tell_item(struct dispatch *dispatch, const struct ledger_receipt *filed,
	const struct receipt_item *item, bool lost)
{
	char id[PUB_ID_SHORT_SIZE];

	tally_add(&dispatch->tally.items[item->state]);
	pub_id_short(&item->publication, id);
	if (item->state == RECEIPT_REFUSED)
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "%s refused by %s.%s: %d %s", id, filed->unit,
			filed->device, item->code, refusal_text(item->code) ? refusal_text(item->code) : "");
	else
		log_line(&dispatch->log, LOG_LEVEL_INFO, "%s %s by %s.%s%s", id,
			receipt_state_name(item->state), filed->unit, filed->device,
			lost ? ", but the ledger has lost it: kept until it is issued again" : "");
}

/* After the commit: a line for each outcome, and a head that tells the unit. */
static bool settle_tell(
	struct dispatch *dispatch, const struct verdict *verdict, int64_t fetched_us, struct err *err)
{
	const struct ledger_receipt *filed = &verdict->filed;

	histogram_add(&dispatch->tally.settled, filed->waited_us + clock_monotonic_us() - fetched_us);
	if (verdict->why.code != 0) {
		tally_refused(&dispatch->tally, verdict->why.code);
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "receipt %lld of %s.%s not believed: %d %s",
			(long long)filed->number, filed->unit, filed->device, verdict->why.code,
			verdict->why.text);
	}
	for (size_t i = 0; verdict->why.code == 0 && i < verdict->receipt.item_count; i++)
		settle_tell_item(dispatch, filed, &verdict->receipt.items[i], i >= verdict->settled);
	return !verdict->authentic || name_set_add(&dispatch->heads, filed->unit, err);
}

static bool settle_commit(struct settle_batch *batch, int from, int to, struct err *err)
{
	batch->from = from;
	batch->to = to;
	if (!pg_transaction(batch->dispatch->pg, settle_run, batch, err))
		return false;
	fault_point("dispatch-after-settle");
	for (int row = from; row < to; row++)
		if (!settle_tell(batch->dispatch, &batch->verdicts[row], batch->fetched_us, err))
			return false;
	return true;
}

/* All in one transaction; if the database refuses one of them, each in its own. */
static bool settle_rows(struct settle_batch *batch, int count, struct err *err)
{
	bool done = settle_commit(batch, 0, count, err);

	if (done || err->kind == ERR_SYSTEM || pg_err_is_lease_lost(batch->dispatch->pg))
		return done;
	done = true;
	for (int row = 0; row < count; row++)
		done = settle_commit(batch, row, row + 1, err) && done;
	return done;
}

static bool settle_parked(struct dispatch *dispatch, struct err *err)
{
	int64_t count;

	if (!ledger_place_parked(&dispatch->ledger, &count, err))
		return false;
	if (count > 0)
		log_line(&dispatch->log, LOG_LEVEL_INFO,
			"%lld items of receipts found the delivery that was lost", (long long)count);
	return true;
}

bool settle_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct settle_batch *batch;
	auto_rows struct pg_rows *rows = NULL;
	bool done;

	if (!settle_parked(dispatch, err) ||
		!ledger_receipts(&dispatch->ledger, RECEIPTS_A_STEP, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	batch = calloc(1, sizeof *batch);
	if (!batch)
		return err_set(err, ERR_SYSTEM, "out of memory for receipts");
	batch->dispatch = dispatch;
	batch->rows = rows;
	batch->fetched_us = clock_monotonic_us();
	done = settle_rows(batch, pg_row_count(rows), err);
	for (size_t i = 0; i < RECEIPTS_A_STEP; i++)
		verdict_release(&batch->verdicts[i]);
	free(batch);
	*ret_more = done && pg_row_count(rows) == RECEIPTS_A_STEP;
	return done;
}
