#include "db/editor_reply.h"

#include "db/embedded.h"

bool editor_replies(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_replies, &params, ret, err);
}

struct editor_reply editor_replies_at(const struct pg_rows *rows, int row)
{
	return (struct editor_reply){.receipt = pg_int(rows, row, 0),
		.unit = pg_text(rows, row, 1),
		.name = pg_text(rows, row, 2),
		.device = pg_text(rows, row, 3),
		.number = pg_int(rows, row, 4),
		.raw = pg_bytes(rows, row, 5),
		.received_at = pg_time(rows, row, 6),
		.certificate = pg_text(rows, row, 7)};
}
