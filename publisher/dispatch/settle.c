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

/*
 * The verdict on one receipt: why->code 0, or why it is refused; and whether the device signed it.
 * Fails only when PostgreSQL does.
 */
static bool settle_verdict(struct dispatch *dispatch, const struct ledger_receipt *filed,
	struct receipt *receipt, bool *ret_authentic, struct err *why, struct err *err)
{
	*ret_authentic = judge_receipt(filed, dispatch_keyset(dispatch), receipt, why);
	if (!*ret_authentic)
		return true;
	for (size_t i = 0; i < receipt->item_count; i++) {
		struct ledger_delivery delivery;

		if (!ledger_delivery_of(
				&dispatch->ledger, filed->unit, &receipt->items[i].publication, &delivery, err))
			return false;
		if (!judge_item(&receipt->items[i], &delivery, why))
			return true;
	}
	why->code = 0;
	return true;
}

static void settle_log_item(
	struct dispatch *dispatch, const struct ledger_receipt *filed, const struct receipt_item *item)
{
	char id[PUB_ID_SHORT_SIZE];

	pub_id_short(&item->publication, id);
	if (item->state == RECEIPT_REFUSED)
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "%s refused by %s.%s: %d %s", id, filed->unit,
			filed->device, item->code, refusal_text(item->code) ? refusal_text(item->code) : "");
	else
		log_line(&dispatch->log, LOG_LEVEL_INFO, "%s %s by %s.%s", id,
			receipt_state_name(item->state), filed->unit, filed->device);
}

/* After the commit: a line for each outcome, and a head that tells the unit. */
static bool settle_tell(struct dispatch *dispatch, const struct ledger_receipt *filed,
	const struct receipt *receipt, const struct err *why, struct err *err)
{
	if (why->code != 0)
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "receipt %lld of %s.%s not believed: %d %s",
			(long long)filed->number, filed->unit, filed->device, why->code, why->text);
	else
		for (size_t i = 0; i < receipt->item_count; i++)
			settle_log_item(dispatch, filed, &receipt->items[i]);
	return name_set_add(&dispatch->heads, filed->unit, err);
}

static bool settle_one(
	struct dispatch *dispatch, const struct ledger_receipt *filed, struct err *err)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct err why = {0};
	bool authentic;

	if (!settle_verdict(dispatch, filed, &receipt, &authentic, &why, err))
		return false;
	fault_point("dispatch-before-settle");
	if (!ledger_settle(&dispatch->ledger, filed->id, why.code, authentic,
			why.code == 0 ? receipt.item_count : 0, receipt.items, err))
		return false;
	fault_point("dispatch-after-settle");
	return settle_tell(dispatch, filed, &receipt, &why, err);
}

bool settle_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!ledger_receipts(&dispatch->ledger, RECEIPTS_A_STEP, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct ledger_receipt filed;

		ledger_receipt_at(rows, row, &filed);
		if (!settle_one(dispatch, &filed, err))
			return false;
	}
	*ret_more = pg_row_count(rows) == RECEIPTS_A_STEP;
	return true;
}
