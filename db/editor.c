#include "db/editor.h"

#include <string.h>

#include "common/limits.h"
#include "db/embedded.h"

bool editor_audience(struct pg *pg, const char *channel, const void *rule, size_t len,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, channel);
	pg_param_bytes(&params, rule, len);
	return pg_exec(pg, sql_editor_audience, &params, ret, err);
}

bool editor_expiry(
	struct pg *pg, const char *channel, int64_t from, int64_t *ret_expires_at, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, channel);
	pg_param_time(&params, from);
	if (!pg_exec(pg, sql_editor_expiry, &params, &rows, err))
		return false;
	if (pg_row_count(rows) != 1)
		return err_set(err, ERR_DATA, "the database has no channel '%s'", channel);
	*ret_expires_at = pg_is_null(rows, 0, 0) ? TIME_NONE : pg_time(rows, 0, 0);
	return true;
}

struct editor_audience editor_audience_at(const struct pg_rows *rows, int row)
{
	return (struct editor_audience){.unit = pg_text(rows, row, 0),
		.name = pg_text(rows, row, 1),
		.receives = pg_bool(rows, row, 2),
		.reason = pg_text(rows, row, 3),
		.devices = (int)pg_int(rows, row, 4),
		.waits = pg_bool(rows, row, 5)};
}

bool editor_signatures(struct pg *pg, const char *id, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_signatures, &params, ret, err);
}

struct editor_signature editor_signatures_at(const struct pg_rows *rows, int row)
{
	return (struct editor_signature){.kid = pg_text(rows, row, 0),
		.jws = pg_text(rows, row, 1),
		.signed_by = pg_text(rows, row, 2),
		.signed_at = pg_time(rows, row, 3)};
}

bool editor_content_key(struct pg *pg, const char *id, const char *kid,
	uint8_t ret_sealed[static GRANT_BYTES], bool *ret_found, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, kid);
	if (!pg_exec_one(pg, sql_editor_content_key, &params, &rows, err))
		return false;
	struct pg_bytes sealed = pg_bytes(rows, 0, 0);

	if (sealed.data && sealed.len != GRANT_BYTES)
		return err_set(
			err, ERR_DATA, "the sealed content key has %zu bytes, not %d", sealed.len, GRANT_BYTES);
	*ret_found = sealed.data != NULL;
	if (sealed.data)
		memcpy(ret_sealed, sealed.data, GRANT_BYTES);
	return true;
}

/* As many as one answer holds: 4 MiB. */
enum { PARTS_AT_A_TIME = 128 };

static bool fetch_parts(struct pg *pg, const char *id, uint32_t from, uint32_t count,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	uint32_t some = count < PARTS_AT_A_TIME ? count : PARTS_AT_A_TIME;

	pg_param_text(&params, id);
	pg_param_int(&params, from);
	pg_param_int(&params, (int64_t)from + some - 1);
	return pg_exec(pg, sql_editor_parts, &params, ret, err);
}

bool editor_parts(struct pg *pg, const char *id, uint32_t from, uint32_t count,
	body_part_sink *sink, void *context, struct err *err)
{
	for (uint32_t next = from; next < from + count;) {
		auto_rows struct pg_rows *rows = NULL;

		if (!fetch_parts(pg, id, next, from + count - next, &rows, err))
			return false;
		if (pg_row_count(rows) == 0)
			return err_set(err, ERR_DATA, "part %u of publication %.8s is missing", next, id);
		for (int row = 0; row < pg_row_count(rows); row++, next++) {
			struct pg_bytes part = pg_bytes(rows, row, 1);

			if (pg_int(rows, row, 0) != next || part.len != PART_BYTES)
				return err_set(
					err, ERR_DATA, "part %u of publication %.8s is missing or damaged", next, id);
			if (!sink(context, next, part.data, err))
				return false;
		}
	}
	return true;
}

bool editor_check_my_key(struct pg *pg, const char *kid, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!pg_exec(pg, sql_editor_my_key, NULL, &rows, err))
		return false;
	if (pg_row_count(rows) == 1 && strcmp(pg_text(rows, 0, 0), kid) == 0 &&
		strcmp(pg_text(rows, 0, 1), "editor") == 0)
		return true;
	return err_set(err, ERR_DENIED,
		"key %s is not bound to your login as an editor's; an administrator does that: "
		"certwire.bind_key('%s', '<login>', 'editor')",
		kid, kid);
}

bool editor_namesakes(struct pg *pg, const char *channel, const char *number, const char *id,
	struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, channel);
	pg_param_text(&params, number);
	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_namesakes, &params, ret, err);
}

bool editor_withdraw(struct pg *pg, const char *id, const char *reason, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	pg_param_text(&params, reason);
	return pg_exec(pg, sql_editor_withdraw, &params, NULL, err);
}

bool editor_request_issue(struct pg *pg, const char *id, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, id);
	return pg_exec(pg, sql_editor_request_issue, &params, NULL, err);
}
