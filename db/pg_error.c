#include "db/pg.h"

#include <string.h>

#include "common/language.h"
#include "db/pg_private.h"
#include "db/refused.h"

/* Several lines of libpq as one, without the line end. */
static char *one_line(char *out, size_t size, const char *text)
{
	size_t len = 0;

	while (*text && len + 3 < size) {
		if (*text != '\n') {
			out[len++] = *text++;
			continue;
		}
		text += strspn(text, "\n\t ");
		if (*text) {
			out[len++] = ';';
			out[len++] = ' ';
		}
	}
	out[len] = '\0';
	return out;
}

void pg_describe_trouble(const PGconn *conn, const char *what, struct err *err)
{
	char line[512], quoted[640];

	one_line(line, sizeof line, PQerrorMessage(conn));
	err_quote(quoted, sizeof quoted, line, strlen(line));
	err_set(err, ERR_SYSTEM, "%s: %s", language_text(what),
		*line ? quoted : language_text("connection lost"));
}

static bool in_class(const char *state, const char *class)
{
	return memcmp(state, class, 2) == 0;
}

/* SQLSTATE to what the caller can do about it (PostgreSQL's appendix A, and our class CW). */
static enum err_kind kind_of(const char *state)
{
	static const char *const denied[] = {"CW001", "CW002", "CW006", "42501"};
	/* No connection, rolled back by others, no resources, object in use, intervention, i/o,
	 * read-only standby or killed for idling, internal. */
	static const char *const again[] = {"08", "40", "53", "55", "57", "58", "25", "XX"};

	if (!*state)
		return ERR_SYSTEM;
	for (size_t i = 0; i < ARRAY_LEN(denied); i++) {
		if (strcmp(state, denied[i]) == 0)
			return ERR_DENIED;
	}
	for (size_t i = 0; i < ARRAY_LEN(again); i++) {
		if (in_class(state, again[i]))
			return ERR_SYSTEM;
	}
	return ERR_DATA;
}

/* Undefined schema, table or function: the usual cause is that nobody ran the migrations. */
static bool is_missing_schema(const char *state)
{
	return strcmp(state, "3F000") == 0 || strcmp(state, "42P01") == 0 ||
		   strcmp(state, "42883") == 0;
}

static void report(struct pg *pg, const PGresult *result, struct err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	char said[512], quoted[512], quoted_hint[256];

	strncpy(pg->state, state ? state : "", sizeof pg->state - 1);
	if (!message) {
		pg_describe_trouble(pg->conn, "database", err);
		return;
	}
	if (is_missing_schema(pg->state))
		hint = language_text("run certwire-db migrate, or use programs of the database's version");
	refused_said(said, sizeof said, message);
	err_quote(quoted, sizeof quoted, said, strlen(said));
	refused_said(said, sizeof said, hint ? hint : "");
	err_quote(quoted_hint, sizeof quoted_hint, said, strlen(said));
	err_set(err, kind_of(pg->state), "%s%s%s%s",
		in_class(pg->state, "CW") ? "" : language_text("database: "), quoted,
		hint ? language_text(": ") : "", quoted_hint);
}

bool pg_error_check(struct pg *pg, PGresult *result, struct err *err)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
		return true;
	report(pg, result, err);
	PQclear(result);
	return false;
}

const char *pg_err_state(const struct pg *pg)
{
	return pg->state;
}

bool pg_err_is_lease_lost(const struct pg *pg)
{
	return strcmp(pg->state, "CW001") == 0;
}
