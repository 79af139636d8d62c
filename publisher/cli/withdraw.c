#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "db/editor.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/course.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"

const struct cli_option withdraw_options[] = {
	{"reason", "TEXT", "why, in a sentence", false},
	CONFIRM_OPTION("would have received it"),
	{"json", NULL, "print JSON", false},
	{0},
};

static bool ask(const struct cli_call *call, struct session *session, const struct lookup *found,
	struct err *err)
{
	const struct editor_publication *publication = &found->publication;
	auto_audience struct audience audience = {.rows = NULL};

	if (!audience_of(session->pg, publication, &audience, err))
		return false;
	(void)fprintf(stderr, "%s  %s %s: 撤回后 %d 个单位不会收到 units will not receive it\n",
		found->brief, publication->channel, publication->number, audience.receiving);
	return confirm_units(call, audience.receiving,
		"Type how many units, to withdraw it 请输入单位数以确认撤回: ", "nothing was withdrawn",
		err);
}

bool verb_withdraw(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	const char *reason;

	if (!cli_need(call, "reason", &reason, err) || !session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!course_check(&found, COURSE_OPEN, "there is nothing to withdraw",
			"to take it back: certwire recall", err) ||
		!ask(call, &session, &found, err) ||
		!editor_withdraw(session.pg, found.publication.id, reason, err))
		return false;
	if (cli_has(call, "json"))
		return output_step(found.publication.id, "withdrawn", err);
	(void)printf("withdrawn 已撤回 %s: %s %s\n", found.brief, found.publication.channel,
		found.publication.number);
	return true;
}
