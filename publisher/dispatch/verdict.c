#include "publisher/dispatch/verdict.h"

#include "common/refusal.h"
#include "publisher/dispatch/judge.h"

void verdict_judge(struct verdict *verdict, const struct keyset *keyset, struct vouched *vouched)
{
	const struct ledger_receipt *filed = &verdict->filed;
	bool believed = verdict->is_reply
						? judge_reply(filed, keyset, vouched, &verdict->authentic, &verdict->why)
						: judge_receipt(filed, keyset, vouched, &verdict->receipt,
							  &verdict->authentic, &verdict->why);

	if (believed)
		verdict->why.code = 0;
}

void verdict_compare(struct verdict *verdict, const struct ledger_delivery *deliveries)
{
	struct receipt *receipt = &verdict->receipt;
	bool lost[LIMIT_RECEIPT_ITEMS] = {false};

	for (size_t i = 0; i < receipt->item_count; i++)
		if (!judge_item(
				&receipt->items[i], &deliveries[i], verdict->filed.epoch, &lost[i], &verdict->why))
			return;
	for (size_t i = 0; i < receipt->item_count; i++) {
		struct receipt_item item = receipt->items[i];

		if (lost[i])
			continue;
		receipt->items[i] = receipt->items[verdict->settled];
		receipt->items[verdict->settled++] = item;
	}
}

struct ledger_verdict verdict_for_ledger(const struct verdict *verdict)
{
	return (struct ledger_verdict){
		.id = verdict->filed.id,
		.code = verdict->why.code,
		.authentic = verdict->authentic,
		.item_count = verdict->settled,
		.items = verdict->receipt.items,
	};
}

static void log_item(
	const struct ledger_receipt *filed, const struct receipt_item *item, bool lost, struct log *log)
{
	char id[PUB_ID_SHORT_SIZE];

	pub_id_short(&item->publication, id);
	if (item->state == RECEIPT_REFUSED)
		log_line(log, LOG_LEVEL_WARNING, "%s refused by %s.%s: %d %s", id, filed->unit,
			filed->device, item->code, refusal_text(item->code) ? refusal_text(item->code) : "");
	else
		log_line(log, LOG_LEVEL_INFO, "%s %s by %s.%s%s", id, receipt_state_name(item->state),
			filed->unit, filed->device,
			lost ? ", but the ledger has lost it: kept until it is issued again" : "");
}

void verdict_log(const struct verdict *verdict, struct log *log)
{
	const struct ledger_receipt *filed = &verdict->filed;

	if (verdict->why.code != 0)
		log_line(log, LOG_LEVEL_WARNING, "%s %lld of %s.%s not believed: %d %s",
			verdict->is_reply ? "reply" : "receipt", (long long)filed->number, filed->unit,
			filed->device, verdict->why.code, verdict->why.text);
	else if (verdict->is_reply)
		log_line(log, LOG_LEVEL_INFO, "a reply by %s.%s", filed->unit, filed->device);
	else
		for (size_t i = 0; i < verdict->receipt.item_count; i++)
			log_item(filed, &verdict->receipt.items[i], i >= verdict->settled, log);
}

void verdict_release(struct verdict *verdict)
{
	receipt_release(&verdict->receipt);
}
