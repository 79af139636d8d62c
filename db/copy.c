#include "db/copy.h"

#include <string.h>

#include "db/embedded.h"

bool copy_version(struct pg *pg, int64_t *ret_version, int64_t *ret_now_us, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!pg_exec_one(pg, sql_copy_version, NULL, &rows, err))
		return false;
	*ret_version = pg_int(rows, 0, 0);
	*ret_now_us = pg_time_us(rows, 0, 1);
	return true;
}

bool copy_keysets(struct pg *pg, int64_t after, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, after);
	return pg_exec(pg, sql_copy_keysets, &params, ret, err);
}

struct pg_bytes copy_keyset_at(const struct pg_rows *rows, int row)
{
	const char *jws = pg_text(rows, row, 0);

	return (struct pg_bytes){.data = jws, .len = jws ? strlen(jws) : 0};
}

bool copy_changes(struct pg *pg, int64_t since, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, since);
	return pg_exec(pg, sql_copy_changes, &params, ret, err);
}

int64_t copy_committed_us(const struct pg_rows *rows)
{
	return pg_row_count(rows) > 0 ? pg_time_us(rows, 0, 1) : 0;
}

const char *copy_change_at(const struct pg_rows *rows, int row)
{
	return pg_text(rows, row, 0);
}

bool copy_names(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_copy_names, NULL, ret, err);
}

bool copy_names_after(
	struct pg *pg, const char *after, size_t most, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, after);
	pg_param_int(&params, (int64_t)most);
	return pg_exec(pg, sql_copy_names_after, &params, ret, err);
}

/* $1: the units, or NULL for all. */
static void param_units(struct pg_params *params, size_t count, const char *const *units)
{
	if (units)
		pg_param_texts(params, count, units);
	else
		pg_param_null(params);
}

bool copy_units(
	struct pg *pg, size_t count, const char *const *units, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	param_units(&params, count, units);
	return pg_exec(pg, sql_copy_units, &params, ret, err);
}

bool copy_units_ask(struct pg *pg, size_t count, const char *const *units, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	param_units(&params, count, units);
	return pg_ask(pg, sql_copy_units, &params, err);
}

/* The time in that column, or what stands for none. */
static int64_t time_or(const struct pg_rows *rows, int row, int column, int64_t none)
{
	return pg_is_null(rows, row, column) ? none : pg_time_us(rows, row, column);
}

bool copy_unit_at(const struct pg_rows *rows, int row, struct copy_unit *ret, struct err *err)
{
	const char *standing = pg_text(rows, row, 1);
	struct copy_unit unit = {
		.unit = pg_text(rows, row, 0),
		.standing_until_us = time_or(rows, row, 2, COPY_FOREVER),
		.channel = pg_text(rows, row, 3),
		.since_us = time_or(rows, row, 4, COPY_ALREADY),
		.until_us = time_or(rows, row, 5, COPY_FOREVER),
	};

	if (!standing || !standing_parse(standing, strlen(standing), &unit.standing))
		return err_set(err, ERR_DATA, "unit '%s' has an unknown standing", unit.unit);
	*ret = unit;
	return true;
}

bool copy_devices(
	struct pg *pg, size_t count, const char *const *units, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	param_units(&params, count, units);
	return pg_exec(pg, sql_copy_devices, &params, ret, err);
}

bool copy_devices_ask(struct pg *pg, size_t count, const char *const *units, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	param_units(&params, count, units);
	return pg_ask(pg, sql_copy_devices, &params, err);
}

struct copy_device copy_device_at(const struct pg_rows *rows, int row)
{
	return (struct copy_device){
		.unit = pg_text(rows, row, 0),
		.device = pg_text(rows, row, 1),
		.certificate = pg_text(rows, row, 2),
		.is_revoked = pg_bool(rows, row, 3),
		.tls_fingerprint = pg_bytes(rows, row, 4),
		.tls_subject = pg_text(rows, row, 5),
	};
}
