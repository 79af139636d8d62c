/*
 * Notes whose standing or entitlement changed, so that their heads say so at once; enters what came
 * before rights that have begun; and ends what is over.
 */
#include "publisher/dispatch/dispatch.h"

#include "db/ledger_issue.h"
#include "db/ledger_sync.h"

enum { FILL_UNITS_A_STEP = 32 };

bool rights_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	(void)ret_more;
	if (!ledger_units_changed(&dispatch->ledger, dispatch->rights_version, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		const char *unit;
		int64_t version = ledger_change_at(rows, row, &unit);

		if (unit && !name_set_add(&dispatch->heads, unit, err))
			return false;
		if (!unit)
			dispatch->rights_version = version;
	}
	return true;
}

bool fill_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	struct ledger_filled filled;

	if (!ledger_fill(&dispatch->ledger, FILL_UNITS_A_STEP, &filled, err))
		return false;
	if (filled.entries > 0)
		log_line(&dispatch->log, LOG_LEVEL_INFO,
			"entered %lld publications of before for rights that have begun",
			(long long)filled.entries);
	*ret_more = filled.more;
	return true;
}

bool expire_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	int64_t count;

	(void)ret_more;
	if (!ledger_expire(&dispatch->ledger, &count, err))
		return false;
	if (count > 0)
		log_line(&dispatch->log, LOG_LEVEL_INFO, "%lld deliveries expired", (long long)count);
	return true;
}

bool count_step(struct dispatch *dispatch, bool *ret_more, struct err *err)
{
	(void)ret_more;
	return ledger_fold(&dispatch->ledger, err);
}
