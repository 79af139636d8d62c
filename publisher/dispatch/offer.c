/*
 * Offers what is owed to units that are connected, again with backoff until it is settled. The offer
 * is counted before it is sent: PostgreSQL decides when the next one is due.
 */
#include "publisher/dispatch/offer.h"

#include "common/fault.h"
#include "common/topic.h"
#include "db/ledger_offer.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/work.h"

enum { OFFERS_A_STEP = 256 };

bool offer_message(
	const char *unit, const struct offer *offer, struct message **ret, struct err *err)
{
	auto_buf struct buf payload = BUF_INIT(LIMIT_OFFER);
	char topic[TOPIC_SIZE];

	if (!offer_format(offer, &payload, err))
		return err_context(err, "offer to %s", unit);
	*ret = message_new(topic_unit(TOPIC_OFFER, unit, topic), payload.data, payload.len, err);
	return *ret != NULL;
}

static bool offer_row(
	struct dispatch *dispatch, const struct pg_rows *rows, int row, struct err *err)
{
	auto_offer struct offer offer = OFFER_INIT;
	auto_message struct message *message = NULL;
	const char *unit;

	return ledger_offer_at(rows, row, &unit, &offer, err) &&
		   offer_message(unit, &offer, &message, err) && dispatch_broadcast(dispatch, message, err);
}

bool offer_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	int64_t retry_s = dispatch->config->settings.offer_retry_s;
	auto_rows struct pg_rows *rows = NULL;

	/* Nobody hears an offer without a broker; then it would only be put off. */
	if (!dispatch_has_broker(dispatch))
		return true;
	if (!dispatch_has_room(dispatch)) {
		/* As soon as there is: a broker that has taken some wakes the loop. */
		dispatch->due |= DUE_OFFER;
		return true;
	}
	if (!ledger_offers_due(&dispatch->ledger, OFFERS_A_STEP, retry_s, &rows, err))
		return false;
	if (pg_row_count(rows) == 0)
		return true;
	fault_point("dispatch-before-offer");
	for (int row = 0; row < pg_row_count(rows); row++)
		if (!offer_row(dispatch, rows, row, err))
			return false;
	fault_point("dispatch-after-offer");
	log_line(&dispatch->log, LOG_LEVEL_DEBUG, "offered %d deliveries", pg_row_count(rows));
	/* Fewer than a step's worth: more may be due than it looked at. */
	*ret_more = true;
	return true;
}
