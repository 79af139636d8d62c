#include "db/ledger.h"

#include <string.h>

#include "db/embedded.h"

bool ledger_session(struct pg *pg, struct err *err)
{
	return pg_exec(pg, sql_ledger_session, NULL, NULL, err);
}

bool ledger_take(
	struct ledger *ledger, const char *holder, int64_t ttl_s, bool *ret_held, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, holder);
	pg_param_int(&params, ttl_s);
	if (!pg_exec_one(ledger->pg, sql_ledger_take, &params, &rows, err))
		return false;
	*ret_held = pg_bool(rows, 0, 1);
	if (*ret_held)
		ledger->fence = pg_int(rows, 0, 0);
	return true;
}

bool ledger_renew(struct ledger *ledger, int64_t ttl_s, bool *ret_held, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_int(&params, ttl_s);
	if (!pg_exec_one(ledger->pg, sql_ledger_renew, &params, &rows, err))
		return false;
	*ret_held = pg_bool(rows, 0, 0);
	return true;
}

bool ledger_release(struct ledger *ledger, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	return pg_exec(ledger->pg, sql_ledger_release, &params, NULL, err);
}

bool ledger_keysets(struct ledger *ledger, int64_t after, struct pg_rows **ret, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, after);
	return pg_exec(ledger->pg, sql_ledger_keysets, &params, ret, err);
}

int64_t ledger_keyset_at(const struct pg_rows *rows, int row, struct pg_bytes *ret_jws)
{
	const char *jws = pg_text(rows, row, 1);

	*ret_jws = (struct pg_bytes){jws, strlen(jws)};
	return pg_int(rows, row, 0);
}

bool ledger_expire(struct ledger *ledger, int64_t *ret_count, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	if (!pg_exec_one(ledger->pg, sql_ledger_expire, &params, &rows, err))
		return false;
	*ret_count = pg_int(rows, 0, 0);
	return true;
}

bool ledger_fold(struct ledger *ledger, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	return pg_exec(ledger->pg, sql_ledger_fold, &params, NULL, err);
}

bool ledger_replan(struct ledger *ledger, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	return pg_exec(ledger->pg, sql_ledger_replan, &params, NULL, err);
}

bool ledger_note_refusal(
	struct ledger *ledger, const char *unit, const char *device, int code, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, ledger->fence);
	pg_param_text(&params, unit);
	pg_param_text(&params, device);
	pg_param_int(&params, code);
	return pg_exec(ledger->pg, sql_ledger_note_refusal, &params, NULL, err);
}
