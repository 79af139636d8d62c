#include "db/pg.h"

#include <poll.h>
#include <string.h>

#include "db/pg_private.h"

static int64_t answer_deadline(const struct pg *pg)
{
	return pg_deadline(pg->answer_timeout_ms > 0 ? pg->answer_timeout_ms : -1);
}

static bool send_params(struct pg *pg, const char *sql, const struct pg_params *params)
{
	Oid types[PG_PARAMS_MAX] = {0};
	const char *values[PG_PARAMS_MAX] = {0};
	int lengths[PG_PARAMS_MAX] = {0}, formats[PG_PARAMS_MAX] = {0};
	int count = params ? params->count : 0;

	for (int i = 0; i < count; i++) {
		types[i] = params->items[i].type;
		values[i] = params->items[i].value;
		lengths[i] = params->items[i].length;
		formats[i] = params->items[i].format;
	}
	return PQsendQueryParams(pg->conn, sql, count, types, values, lengths, formats, 1);
}

static bool flush(struct pg *pg, int64_t deadline, struct err *err)
{
	for (;;) {
		int left = PQflush(pg->conn);

		if (left == 0)
			return true;
		if (left < 0)
			return pg_error_connection(pg->conn, "database", err);
		if (!pg_wait_or_give_up(pg, POLLIN | POLLOUT, deadline, err))
			return false;
	}
}

/* The first failure among the results of one send, else the last result; never NULL. */
static bool collect(struct pg *pg, int64_t deadline, PGresult **ret, struct err *err)
{
	PGresult *kept = NULL;

	for (;;) {
		PGresult *next;

		while (PQisBusy(pg->conn)) {
			if (!pg_wait_or_give_up(pg, POLLIN, deadline, err)) {
				PQclear(kept);
				return false;
			}
		}
		next = PQgetResult(pg->conn);
		if (!next)
			break;
		if (kept && PQresultStatus(kept) == PGRES_FATAL_ERROR) {
			PQclear(next);
			continue;
		}
		PQclear(kept);
		kept = next;
	}
	if (!kept)
		return pg_error_connection(pg->conn, "database", err);
	*ret = kept;
	return true;
}

static bool send(struct pg *pg, bool sent, struct err *err)
{
	if (!sent)
		return pg_error_connection(pg->conn, "database", err);
	return flush(pg, answer_deadline(pg), err);
}

static bool receive(struct pg *pg, PGresult **ret, struct err *err)
{
	PGresult *result = NULL;

	if (!collect(pg, answer_deadline(pg), &result, err) || !pg_error_check(pg, result, err))
		return false;
	*ret = result;
	return true;
}

static bool answer(struct pg *pg, bool sent, PGresult **ret, struct err *err)
{
	return send(pg, sent, err) && receive(pg, ret, err);
}

bool pg_is_usable(struct pg *pg, const struct pg_params *params, struct err *err)
{
	pg->state[0] = '\0';
	if (!pg_is_connected(pg))
		return err_set(err, ERR_SYSTEM, "database: not connected");
	if (params && params->failed)
		return err_set(err, ERR_SYSTEM, "database: parameters are too many or too large");
	return true;
}

static bool run(
	struct pg *pg, const char *sql, const struct pg_params *params, PGresult **ret, struct err *err)
{
	return pg_is_usable(pg, params, err) && answer(pg, send_params(pg, sql, params), ret, err);
}

/* Takes the result; `ret` may be NULL. */
static bool give(PGresult *result, struct pg_rows **ret, struct err *err)
{
	struct pg_rows *rows;

	if (!ret) {
		PQclear(result);
		return true;
	}
	rows = pg_rows_new(result);
	if (!rows)
		return err_set(err, ERR_SYSTEM, "out of memory");
	*ret = rows;
	return true;
}

bool pg_exec(
	struct pg *pg, const char *sql, struct pg_params *params, struct pg_rows **ret, struct err *err)
{
	PGresult *result = NULL;
	bool done = run(pg, sql, params, &result, err);

	if (params)
		pg_params_release(params);
	return done && give(result, ret, err);
}

bool pg_ask(struct pg *pg, const char *sql, struct pg_params *params, struct err *err)
{
	bool done = pg_is_usable(pg, params, err) && send(pg, send_params(pg, sql, params), err);

	if (params)
		pg_params_release(params);
	return done;
}

bool pg_answer(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	PGresult *result = NULL;

	return pg_is_usable(pg, NULL, err) && receive(pg, &result, err) && give(result, ret, err);
}

void pg_drop_answer(struct pg *pg)
{
	PGresult *result = NULL;
	struct err ignored;

	if (!pg_is_connected(pg) || PQtransactionStatus(pg->conn) != PQTRANS_ACTIVE)
		return;
	if (collect(pg, answer_deadline(pg), &result, &ignored))
		PQclear(result);
}

bool pg_exec_one(
	struct pg *pg, const char *sql, struct pg_params *params, struct pg_rows **ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!pg_exec(pg, sql, params, &rows, err))
		return false;
	if (pg_row_count(rows) != 1)
		return err_set(
			err, ERR_DATA, "database: %d rows where one was expected", pg_row_count(rows));
	*ret = TAKE(rows);
	return true;
}

bool pg_exec_script(struct pg *pg, const char *sql, struct err *err)
{
	PGresult *result = NULL;

	if (!pg_is_usable(pg, NULL, err) || !answer(pg, PQsendQuery(pg->conn, sql), &result, err))
		return false;
	PQclear(result);
	return true;
}

bool pg_begin(struct pg *pg, struct err *err)
{
	return pg_exec(pg, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL, NULL, err);
}

bool pg_begin_snapshot(struct pg *pg, struct err *err)
{
	return pg_exec(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, NULL, err);
}

bool pg_commit(struct pg *pg, struct err *err)
{
	PGresult *result = NULL;
	bool committed;

	if (!run(pg, "COMMIT", NULL, &result, err))
		return false;
	committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
	PQclear(result);
	/* After a failed statement COMMIT succeeds, as a ROLLBACK. */
	return committed ||
		   err_set(err, ERR_DATA, "database: rolled back, for a statement before had failed");
}

void pg_rollback(struct pg *pg)
{
	struct err ignored;

	if (pg_is_connected(pg) && PQtransactionStatus(pg->conn) != PQTRANS_IDLE) {
		char state[PG_STATE_SIZE];

		memcpy(state, pg->state, sizeof state);
		(void)!pg_exec(pg, "ROLLBACK", NULL, NULL, &ignored);
		memcpy(pg->state, state, sizeof state);
	}
}

bool pg_transaction(struct pg *pg, bool (*act)(struct pg *pg, void *ctx, struct err *err),
	void *ctx, struct err *err)
{
	if (!pg_begin(pg, err))
		return false;
	if (act(pg, ctx, err) && pg_commit(pg, err))
		return true;
	pg_rollback(pg);
	return false;
}
