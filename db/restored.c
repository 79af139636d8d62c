#include "db/restored.h"

#include <stdio.h>

#include "db/embedded.h"

bool restored_begin(struct pg *pg, const char *reason, struct restored *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;
	const char *newest;

	pg_param_text(&params, reason);
	if (!pg_exec_one(pg, sql_restored_begin, &params, &rows, err))
		return false;
	newest = pg_text(rows, 0, 3);
	*ret = (struct restored){
		.epoch = pg_int(rows, 0, 0),
		.entries = pg_int(rows, 0, 1),
		.units = pg_int(rows, 0, 2),
	};
	(void)snprintf(ret->newest_act, sizeof ret->newest_act, "%s", newest ? newest : "none at all");
	return true;
}
