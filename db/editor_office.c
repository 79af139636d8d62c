#include "db/editor_office.h"

#include "db/embedded.h"

bool editor_login(
	struct pg *pg, struct pg_rows **ret_rows, struct editor_login *ret, struct err *err)
{
	struct pg_rows *rows;

	if (!pg_exec_one(pg, sql_editor_whoami, NULL, &rows, err))
		return false;
	*ret_rows = rows;
	*ret = (struct editor_login){.login = pg_text(rows, 0, 0),
		.roles = pg_text(rows, 0, 1),
		.kid = pg_text(rows, 0, 2),
		.key_role = pg_text(rows, 0, 3),
		.at = pg_time(rows, 0, 4)};
	return true;
}

bool editor_health(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_editor_health, NULL, ret, err);
}

bool editor_lost(struct pg *pg, const char *digits, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, digits);
	return pg_exec(pg, sql_editor_lost, &params, ret, err);
}
