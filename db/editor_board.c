#include "db/editor_board.h"

#include "db/embedded.h"

static void add_period(struct pg_params *params, const struct editor_period *period)
{
	pg_param_time(params, period->from);
	pg_param_time(params, period->until);
}

static bool of_period(struct pg *pg, const char *sql, const struct editor_period *period,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	add_period(&params, period);
	return pg_exec(pg, sql, &params, ret, err);
}

static int64_t seconds_at(const struct pg_rows *rows, int row, int column)
{
	return pg_is_null(rows, row, column) ? -1 : pg_int(rows, row, column);
}

bool editor_board_publications(
	struct pg *pg, const struct editor_period *period, struct pg_rows **ret, struct err *err)
{
	return of_period(pg, sql_editor_board_publications, period, ret, err);
}

struct editor_board_publication editor_board_publications_at(const struct pg_rows *rows, int row)
{
	return (struct editor_board_publication){.id = pg_text(rows, row, 0),
		.kind = pg_text(rows, row, 1),
		.channel = pg_text(rows, row, 2),
		.number = pg_text(rows, row, 3),
		.issued_at = pg_time(rows, row, 4),
		.deliveries = (int)pg_int(rows, row, 5),
		.owed = (int)pg_int(rows, row, 6),
		.stored = (int)pg_int(rows, row, 7),
		.opened = (int)pg_int(rows, row, 8),
		.refused = (int)pg_int(rows, row, 9),
		.expired = (int)pg_int(rows, row, 10),
		.recalled = (int)pg_int(rows, row, 11),
		.median_s = seconds_at(rows, row, 12),
		.p95_s = seconds_at(rows, row, 13)};
}

bool editor_board_totals(struct pg *pg, const struct editor_period *period, int *ret_units,
	int64_t *ret_median_s, int64_t *ret_p95_s, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	add_period(&params, period);
	if (!pg_exec_one(pg, sql_editor_board_totals, &params, &rows, err))
		return false;
	*ret_units = (int)pg_int(rows, 0, 0);
	*ret_median_s = seconds_at(rows, 0, 1);
	*ret_p95_s = seconds_at(rows, 0, 2);
	return true;
}

bool editor_board_units(struct pg *pg, const struct editor_period *period, int limit,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	add_period(&params, period);
	pg_param_int(&params, limit);
	return pg_exec(pg, sql_editor_board_units, &params, ret, err);
}

struct editor_board_unit editor_board_units_at(const struct pg_rows *rows, int row)
{
	return (struct editor_board_unit){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.missing = (int)pg_int(rows, row, 2),
		.cells = pg_text(rows, row, 3)};
}

bool editor_board_days(
	struct pg *pg, const struct editor_period *period, struct pg_rows **ret, struct err *err)
{
	return of_period(pg, sql_editor_board_days, period, ret, err);
}

struct editor_board_day editor_board_days_at(const struct pg_rows *rows, int row)
{
	return (struct editor_board_day){.day = pg_text(rows, row, 0),
		.issued = pg_int(rows, row, 1),
		.stored = pg_int(rows, row, 2)};
}

bool editor_overdue(struct pg *pg, const struct editor_period *period, int64_t after_s, int limit,
	const char *publication, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	add_period(&params, period);
	pg_param_int(&params, after_s);
	pg_param_int(&params, limit);
	pg_param_text(&params, publication);
	return pg_exec(pg, sql_editor_overdue, &params, ret, err);
}

struct editor_overdue editor_overdue_at(const struct pg_rows *rows, int row)
{
	return (struct editor_overdue){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.publication = pg_text(rows, row, 2),
		.channel = pg_text(rows, row, 3),
		.number = pg_text(rows, row, 4),
		.issued_at = pg_time(rows, row, 5),
		.present = pg_bool(rows, row, 6),
		.held_reason = pg_text(rows, row, 7),
		.refused_code = (int)pg_int(rows, row, 8),
		.contact = pg_text(rows, row, 9),
		.phone = pg_text(rows, row, 10)};
}
