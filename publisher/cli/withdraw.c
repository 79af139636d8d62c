#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "db/editor.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/session.h"

const struct cli_option withdraw_options[] = {
	{"reason", "TEXT", "why, in a sentence", false},
	{0},
};

bool verb_withdraw(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	const char *reason;

	if (!cli_need(call, "reason", &reason, err) || !session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!editor_withdraw(session.pg, found.publication.id, reason, err))
		return false;
	(void)printf("withdrawn 已撤回 %s: %s %s\n", found.brief, found.publication.channel,
		found.publication.number);
	return true;
}
