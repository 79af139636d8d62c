#include "db/editor_send.h"

#include "db/embedded.h"

bool editor_send(
	struct pg *pg, const char *id, const char *unit, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, unit);
	return pg_exec_one(pg, sql_editor_send, &params, ret, err);
}

bool editor_remind(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_remind, &params, ret, err);
}

struct editor_reminder editor_remind_at(const struct pg_rows *rows, int row)
{
	return (struct editor_reminder){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.held_reason = pg_text(rows, row, 2),
		.present = pg_bool(rows, row, 3),
		.offers = (int)pg_int(rows, row, 4),
		.last_offered_at = pg_time(rows, row, 5),
		.refused_code = (int)pg_int(rows, row, 6),
		.contact = pg_text(rows, row, 7)};
}
