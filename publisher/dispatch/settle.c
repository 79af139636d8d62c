/*
 * Settles receipts and replies: judges what the brokers' plugins committed, and records what of it is believed.
 * Only this moves the watermark that lets a device forget. A batch takes three questions to PostgreSQL, however
 * many receipts are in it: what there is to judge, the deliveries that it names, and the verdicts.
 */
#include "publisher/dispatch/dispatch.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/fault.h"
#include "db/ledger_receipt.h"
#include "publisher/dispatch/verdict.h"

enum { RECEIPTS_A_STEP = 256 };

struct settle_batch {
	struct dispatch *dispatch; /* borrowed */
	struct pg_rows *rows; /* owned: the verdicts borrow from them */
	size_t count;
	int64_t fetched_us; /* monotonic: when they were read */
	struct verdict *verdicts; /* owned: count of them */
	size_t from, to; /* those that are settled now */
};

static void settle_batch_release(struct settle_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		verdict_release(&batch->verdicts[i]);
	free(batch->verdicts);
	pg_rows_free(batch->rows);
}

#define auto_settle_batch CLEANUP(settle_batch_release)

/* The deliveries that all items name, in the order of the items. New. */
static bool settle_ask(
	const struct settle_batch *batch, struct ledger_delivery **ret, struct err *err)
{
	auto_free struct ledger_delivery *deliveries = NULL;
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		count += batch->verdicts[i].receipt.item_count;
	deliveries = calloc(count + 1, sizeof *deliveries);
	if (!deliveries)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu deliveries", count);
	count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		const struct verdict *verdict = &batch->verdicts[i];

		for (size_t nth = 0; nth < verdict->receipt.item_count; nth++)
			deliveries[count++] = (struct ledger_delivery){.unit = verdict->filed.unit,
				.publication = verdict->receipt.items[nth].publication};
	}
	if (count > 0 && !ledger_deliveries_of(&batch->dispatch->ledger, count, deliveries, err))
		return false;
	*ret = TAKE(deliveries);
	return true;
}

/* Fails only when PostgreSQL does. */
static bool settle_judge(struct settle_batch *batch, bool are_replies, struct err *err)
{
	struct dispatch *dispatch = batch->dispatch;
	auto_free struct ledger_delivery *deliveries = NULL;
	const struct ledger_delivery *next;

	for (size_t i = 0; i < batch->count; i++) {
		struct verdict *verdict = &batch->verdicts[i];

		ledger_receipt_at(batch->rows, (int)i, &verdict->filed);
		verdict->is_reply = are_replies;
		verdict_judge(verdict, dispatch_keyset(dispatch), &dispatch->vouched);
	}
	if (!settle_ask(batch, &deliveries, err))
		return false;
	next = deliveries;
	for (size_t i = 0; i < batch->count; i++) {
		size_t items = batch->verdicts[i].receipt.item_count;

		verdict_compare(&batch->verdicts[i], next);
		next += items;
	}
	return true;
}

/* What a restore has lost waits until it is issued again. */
static bool settle_park(struct dispatch *dispatch, const struct verdict *verdict, struct err *err)
{
	for (size_t i = verdict->settled; verdict->why.code == 0 && i < verdict->receipt.item_count;
		 i++)
		if (!ledger_park(&dispatch->ledger, verdict->filed.id, &verdict->receipt.items[i], err))
			return false;
	return true;
}

/* Inside a transaction. */
static bool settle_run(struct pg *pg, void *context, struct err *err)
{
	const struct settle_batch *batch = context;
	struct ledger *ledger = &batch->dispatch->ledger;
	struct ledger_verdict verdicts[RECEIPTS_A_STEP];

	(void)pg;
	for (size_t i = batch->from; i < batch->to; i++)
		verdicts[i] = verdict_for_ledger(&batch->verdicts[i]);
	if (!ledger_settle(ledger, batch->to - batch->from, &verdicts[batch->from], err))
		return err_context(err, "receipts %lld to %lld",
			(long long)batch->verdicts[batch->from].filed.id,
			(long long)batch->verdicts[batch->to - 1].filed.id);
	for (size_t i = batch->from; i < batch->to; i++)
		if (!settle_park(batch->dispatch, &batch->verdicts[i], err))
			return false;
	fault_point("dispatch-before-settle-commit");
	return true;
}

static void settle_count(struct tally *tally, const struct verdict *verdict, int64_t fetched_us)
{
	if (!verdict->is_reply)
		histogram_add(
			&tally->settled, verdict->filed.waited_us + clock_monotonic_us() - fetched_us);
	if (verdict->why.code != 0)
		tally_refused(tally, verdict->why.code);
	for (size_t i = 0; verdict->why.code == 0 && i < verdict->receipt.item_count; i++)
		tally_add(&tally->items[verdict->receipt.items[i].state]);
}

/* After the commit: a line for each outcome, and a head for each unit that is told of one. */
static bool settle_tell(
	struct dispatch *dispatch, const struct verdict *verdict, int64_t fetched_us, struct err *err)
{
	settle_count(&dispatch->tally, verdict, fetched_us);
	verdict_log(verdict, &dispatch->log);
	return !verdict->authentic || name_set_add(&dispatch->heads, verdict->filed.unit, err);
}

static bool settle_commit(struct settle_batch *batch, size_t from, size_t to, struct err *err)
{
	batch->from = from;
	batch->to = to;
	if (!pg_transaction(batch->dispatch->pg, settle_run, batch, err))
		return false;
	fault_point("dispatch-after-settle");
	for (size_t i = from; i < to; i++)
		if (!settle_tell(batch->dispatch, &batch->verdicts[i], batch->fetched_us, err))
			return false;
	return true;
}

/* All in one transaction; if the database refuses one of them, each in its own. */
static bool settle_all(struct settle_batch *batch, struct err *err)
{
	bool done = settle_commit(batch, 0, batch->count, err);

	if (done || err->kind == ERR_SYSTEM || pg_err_is_lease_lost(batch->dispatch->pg))
		return done;
	done = true;
	for (size_t i = 0; i < batch->count; i++)
		done = settle_commit(batch, i, i + 1, err) && done;
	return done;
}

/* Takes the rows. */
static bool settle_rows(struct dispatch *dispatch, struct pg_rows *rows, bool are_replies,
	bool *ret_more, struct err *err)
{
	auto_settle_batch struct settle_batch batch = {.dispatch = dispatch, .rows = rows};
	size_t count = (size_t)pg_row_count(rows);

	if (count == 0)
		return true;
	batch.verdicts = calloc(count, sizeof *batch.verdicts);
	if (!batch.verdicts)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu receipts", count);
	batch.count = count;
	batch.fetched_us = clock_monotonic_us();
	if (!settle_judge(&batch, are_replies, err) || !settle_all(&batch, err))
		return false;
	*ret_more = count == RECEIPTS_A_STEP;
	return true;
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
	struct pg_rows *rows;

	return settle_parked(dispatch, err) &&
		   ledger_receipts(&dispatch->ledger, RECEIPTS_A_STEP, &rows, err) &&
		   settle_rows(dispatch, rows, false, ret_more, err);
}

bool reply_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct pg_rows *rows;

	return ledger_replies(&dispatch->ledger, RECEIPTS_A_STEP, &rows, err) &&
		   settle_rows(dispatch, rows, true, ret_more, err);
}
