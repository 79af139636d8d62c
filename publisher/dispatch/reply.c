/*
 * Settles replies: that a device of the unit signed them, under that number. What they say is sealed to
 * editors; nothing is to be read here.
 */
#include "publisher/dispatch/dispatch.h"

#include "db/ledger_receipt.h"
#include "publisher/dispatch/judge.h"

enum { REPLIES_A_STEP = 64 };

static bool reply_settle(
	struct dispatch *dispatch, const struct ledger_receipt *filed, struct err *err)
{
	struct err why = {.code = 0};
	bool authentic;

	if (judge_reply(filed, dispatch_keyset(dispatch), &dispatch->vouched, &authentic, &why))
		why.code = 0;
	if (!ledger_settle(&dispatch->ledger, filed->id, why.code, authentic, 0, NULL, err))
		return err_context(err, "reply %lld", (long long)filed->id);
	if (why.code == 0) {
		log_line(&dispatch->log, LOG_LEVEL_INFO, "a reply by %s.%s", filed->unit, filed->device);
	} else {
		tally_refused(&dispatch->tally, why.code);
		log_line(&dispatch->log, LOG_LEVEL_WARNING, "reply %lld of %s.%s not believed: %d %s",
			(long long)filed->number, filed->unit, filed->device, why.code, why.text);
	}
	return !authentic || name_set_add(&dispatch->heads, filed->unit, err);
}

bool reply_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!ledger_replies(&dispatch->ledger, REPLIES_A_STEP, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct ledger_receipt filed;

		ledger_receipt_at(rows, row, &filed);
		if (!reply_settle(dispatch, &filed, err))
			return false;
	}
	*ret_more = pg_row_count(rows) == REPLIES_A_STEP;
	return true;
}
