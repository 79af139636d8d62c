#include "db/editor_recall.h"

#include "db/embedded.h"

bool editor_draft_reference(struct pg *pg, const char *id, const char *target, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, target);
	return pg_exec(pg, sql_editor_draft_reference, &params, NULL, err);
}

bool editor_recall_audience(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_recall_audience, &params, ret, err);
}

bool editor_confirmations(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_confirmations, &params, ret, err);
}

struct editor_confirmation editor_confirmations_at(const struct pg_rows *rows, int row)
{
	return (struct editor_confirmation){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.target = pg_text(rows, row, 2),
		.by = pg_text(rows, row, 3),
		.had = pg_bool(rows, row, 4),
		.confirmed_at = pg_time(rows, row, 5),
		.waits_for = pg_text(rows, row, 6)};
}
