/*
 * Notes whose standing or entitlement changed, so that their heads say so at once; and ends what is
 * over.
 */
#include "publisher/dispatch/dispatch.h"

#include "db/ledger_sync.h"

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
