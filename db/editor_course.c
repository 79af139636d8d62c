#include "db/editor_course.h"

#include "db/embedded.h"

static bool with_id(
	struct pg *pg, const char *sql, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql, &params, ret, err);
}

bool editor_course(struct pg *pg, const char *id, struct pg_rows **ret_rows,
	struct editor_course *ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	struct pg_rows *rows;

	pg_param_text(&params, id);
	if (!pg_exec_one(pg, sql_editor_course, &params, &rows, err))
		return false;
	*ret_rows = rows;
	*ret = (struct editor_course){.submitted_at = pg_time(rows, 0, 0),
		.returned_at = pg_time(rows, 0, 1),
		.returned_by = pg_text(rows, 0, 2),
		.scheduled_at = pg_time(rows, 0, 3),
		.scheduled_by = pg_text(rows, 0, 4),
		.held_back = pg_text(rows, 0, 5),
		.edited_from = pg_text(rows, 0, 6),
		.comments = (int)pg_int(rows, 0, 7)};
	return true;
}

bool editor_submit(struct pg *pg, const char *id, struct err *err)
{
	return with_id(pg, sql_editor_submit, id, NULL, err);
}

bool editor_return(struct pg *pg, const char *id, const void *sealed, size_t len, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_bytes(&params, sealed, len);
	return pg_exec(pg, sql_editor_return, &params, NULL, err);
}

bool editor_schedule(struct pg *pg, const char *id, int64_t at, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_time(&params, at);
	return pg_exec(pg, sql_editor_schedule, &params, NULL, err);
}

bool editor_replace(struct pg *pg, const char *id, const char *old, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, old);
	return pg_exec(pg, sql_editor_replace, &params, NULL, err);
}

bool editor_comments(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return with_id(pg, sql_editor_comments, id, ret, err);
}

struct editor_comment editor_comments_at(const struct pg_rows *rows, int row)
{
	return (struct editor_comment){.written_by = pg_text(rows, row, 0),
		.written_at = pg_time(rows, row, 1),
		.sealed = pg_bytes(rows, row, 2)};
}

bool editor_audience_changes(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	return with_id(pg, sql_editor_audience_changes, id, ret, err);
}

struct editor_change editor_audience_changes_at(const struct pg_rows *rows, int row)
{
	return (struct editor_change){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.receives = pg_bool(rows, row, 2),
		.why = pg_text(rows, row, 3)};
}

bool editor_note_preview(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec_one(pg, sql_editor_note_preview, &params, ret, err);
}

bool editor_test_units(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_editor_test_units, NULL, ret, err);
}
