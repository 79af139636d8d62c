#include "publisher/dispatch/link.h"

#include <sodium.h>
#include <string.h>

#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/work.h"

/* What each notification makes due. They only make things fast; polling finds the same. */
static const struct {
	const char *channel;
	unsigned due;
} notices[] = {
	{"certwire_issue", DUE_ISSUE | DUE_SIGN | DUE_SEAL | DUE_OFFER},
	{"certwire_receipt", DUE_SETTLE | DUE_REPLIES},
	{"certwire_keyset", DUE_KEYS | DUE_ALL | DUE_REKEY},
	{"certwire_presence", DUE_OFFER},
	{"certwire_entitlement", DUE_RIGHTS | DUE_FILL | DUE_SIGN | DUE_SEAL | DUE_OFFER},
};

static bool link_connect(struct dispatch *dispatch, struct pg **ret, struct err *err)
{
	const struct pg_options options = {
		/* Stopped while it holds the entitlement lock, it must not hold up a suspension. */
		.idle_transaction_timeout_ms = 2000,
		/* Nothing we ask takes a second; a server that is frozen must not hold up SIGTERM for long. */
		.statement_timeout_ms = 8000,
		.answer_timeout_ms = 10000,
	};
	auto_pg struct pg *pg = NULL;

	if (!pg_connect(dispatch->config->settings.dsn, "certwire-dispatch", &options, &pg, err))
		return false;
	if (!ledger_session(pg, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(notices); i++)
		if (!pg_listen(pg, notices[i].channel, err))
			return false;
	*ret = TAKE(pg);
	return true;
}

bool link_keep(struct dispatch *dispatch, int64_t now_ms)
{
	struct err err;

	if (dispatch->pg && !pg_is_connected(dispatch->pg))
		link_drop(dispatch);
	if (dispatch->pg || now_ms < dispatch->connect_at_ms)
		return dispatch->pg != NULL;
	if (!link_connect(dispatch, &dispatch->pg, &err)) {
		dispatch->connect_at_ms =
			now_ms + backoff_next_ms(&dispatch->connect_backoff, randombytes_random());
		work_report(dispatch, "PostgreSQL", &err);
		return false;
	}
	log_line(&dispatch->log, LOG_LEVEL_INFO, "connected to PostgreSQL");
	backoff_reset(&dispatch->connect_backoff);
	dispatch->ledger.pg = dispatch->pg;
	dispatch->due = DUE_KEYS | DUE_ALL;
	return true;
}

void link_drop(struct dispatch *dispatch)
{
	pg_free(dispatch->pg);
	dispatch->pg = NULL;
	dispatch->ledger.pg = NULL;
	dispatch->connect_at_ms = 0;
}

static void link_note(struct dispatch *dispatch, const struct pg_notification *notification)
{
	for (size_t i = 0; i < ARRAY_LEN(notices); i++)
		if (strcmp(notification->channel, notices[i].channel) == 0)
			dispatch->due |= notices[i].due;
}

bool link_listen(struct dispatch *dispatch, struct err *err)
{
	struct pg_notification notification;
	bool found = true;

	while (found) {
		if (!pg_notification(dispatch->pg, 0, &notification, &found, err))
			return false;
		if (found)
			link_note(dispatch, &notification);
	}
	return true;
}

void link_overhear(struct dispatch *dispatch)
{
	struct pg_notification notification;

	while (pg_notified(dispatch->pg, &notification))
		link_note(dispatch, &notification);
}
