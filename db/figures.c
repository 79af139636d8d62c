#include "db/figures.h"

#include "db/embedded.h"

bool figures_read(struct pg *pg, int64_t overdue_after_s, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, overdue_after_s);
	return pg_exec(pg, sql_figures, &params, ret, err);
}

struct figure figure_at(const struct pg_rows *rows, int row)
{
	return (struct figure){
		.broker = pg_text(rows, row, 0),
		.plugin = pg_text(rows, row, 1),
		.version = pg_text(rows, row, 2),
		.reported_us = pg_time_us(rows, row, 3),
		.name = pg_text(rows, row, 4),
		.label = pg_text(rows, row, 5),
		.value = pg_int(rows, row, 6),
		.is_null = pg_is_null(rows, row, 6),
	};
}
