#include "db/pg.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "db/pg_private.h"

bool pg_listen(struct pg *pg, const char *channel, struct err *err)
{
	char sql[96];

	assert(*channel && strspn(channel, "abcdefghijklmnopqrstuvwxyz_") == strlen(channel));
	assert(strlen(channel) < 64);
	snprintf(sql, sizeof sql, "LISTEN %s", channel);
	return pg_exec(pg, sql, NULL, NULL, err);
}

static void fill(struct pg_notification *ret, PGnotify *notify)
{
	snprintf(ret->channel, sizeof ret->channel, "%s", notify->relname);
	snprintf(ret->payload, sizeof ret->payload, "%s", notify->extra);
	PQfreemem(notify);
}

bool pg_notification(
	struct pg *pg, int timeout_ms, struct pg_notification *ret, bool *ret_found, struct err *err)
{
	int64_t deadline = pg_deadline(timeout_ms);

	if (!pg_is_usable(pg, NULL, err))
		return false;
	for (;;) {
		PGnotify *notify;
		short ready = 0;

		if (!PQconsumeInput(pg->conn))
			return pg_error_connection(pg->conn, "database", err);
		notify = PQnotifies(pg->conn);
		if (notify) {
			fill(ret, notify);
			*ret_found = true;
			return true;
		}
		if (!pg_wait(pg, POLLIN, deadline, &ready, err))
			return false;
		if (!ready) {
			*ret_found = false;
			return true;
		}
	}
}

bool pg_notified(struct pg *pg, struct pg_notification *ret)
{
	PGnotify *notify = pg_is_connected(pg) ? PQnotifies(pg->conn) : NULL;

	if (notify)
		fill(ret, notify);
	return notify != NULL;
}

int pg_fd(const struct pg *pg)
{
	return pg->conn ? PQsocket(pg->conn) : -1;
}
