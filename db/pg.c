#include "db/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/pg_private.h"

enum { CONNECT_TIMEOUT_S = 5, TCP_USER_TIMEOUT_MS = 10000 };

static void drop_notice(void *ctx, const PGresult *result)
{
	(void)ctx;
	(void)result;
}

/* What libpq says of a malformed string quotes it, password and all: say less. */
static bool conninfo_is_sound(const char *conninfo, struct err *err)
{
	PQconninfoOption *options = *conninfo ? PQconninfoParse(conninfo, NULL) : NULL;

	if (*conninfo && !options)
		return err_set(err, ERR_USAGE,
			"malformed connection string: write keyword=value pairs or a postgresql:// address");
	PQconninfoFree(options);
	return true;
}

/* Ours come before those of the string, which therefore win; the last two are not negotiable. */
static PGconn *connect_with(
	const char *conninfo, const char *application_name, const struct pg_options *options)
{
	char connect_timeout[16], user_timeout[16];
	const char *keywords[] = {"connect_timeout", "tcp_user_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "dbname", "application_name", "client_encoding",
		NULL};
	const char *values[] = {
		connect_timeout, user_timeout, "10", "5", "2", conninfo, application_name, "UTF8", NULL};

	snprintf(connect_timeout, sizeof connect_timeout, "%d",
		options->connect_timeout_s > 0 ? options->connect_timeout_s : CONNECT_TIMEOUT_S);
	snprintf(user_timeout, sizeof user_timeout, "%d",
		options->tcp_user_timeout_ms > 0 ? options->tcp_user_timeout_ms : TCP_USER_TIMEOUT_MS);
	return PQconnectdbParams(keywords, values, 1);
}

static bool set_up_session(struct pg *pg, const struct pg_options *options, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;
	char statement[16], idle[16];

	snprintf(statement, sizeof statement, "%d", options->statement_timeout_ms);
	snprintf(idle, sizeof idle, "%d", options->idle_transaction_timeout_ms);
	pg_param_text(&params, statement);
	pg_param_text(&params, idle);
	/* Our statements are many and short: compiling one takes longer than running it. */
	return pg_exec(pg,
		"SELECT set_config('search_path', '', false), set_config('jit', 'off', false),"
		" set_config('default_transaction_isolation', 'read committed', false),"
		" set_config('statement_timeout', $1, false),"
		" set_config('idle_in_transaction_session_timeout', $2, false)",
		&params, NULL, err);
}

bool pg_connect(const char *conninfo, const char *application_name,
	const struct pg_options *options, struct pg **ret, struct err *err)
{
	static const struct pg_options defaults = {0};
	auto_pg struct pg *pg = NULL;

	if (!options)
		options = &defaults;
	if (!conninfo_is_sound(conninfo, err))
		return false;
	pg = calloc(1, sizeof *pg);
	if (!pg)
		return err_set(err, ERR_SYSTEM, "out of memory");
	pg->answer_timeout_ms = options->answer_timeout_ms;
	pg->interrupt_fd = options->interrupt_fd;
	pg->conn = connect_with(conninfo, application_name, options);
	if (!pg->conn)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return pg_error_connection(pg->conn, "cannot connect to the database", err);
	pg->cancel = PQgetCancel(pg->conn);
	PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
	if (!pg->cancel || PQsetnonblocking(pg->conn, 1) != 0)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!set_up_session(pg, options, err))
		return false;
	*ret = TAKE(pg);
	return true;
}

void pg_free(struct pg *pg)
{
	if (!pg)
		return;
	PQfreeCancel(pg->cancel);
	PQfinish(pg->conn);
	free(pg);
}

bool pg_is_connected(const struct pg *pg)
{
	return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

void pg_cancel(struct pg *pg)
{
	char why[256];

	(void)PQcancel(pg->cancel, why, sizeof why);
}
