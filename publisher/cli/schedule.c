#include <stdio.h>

#include "common/json.h"
#include "common/language.h"
#include "db/editor_course.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/issue.h"
#include "publisher/cli/output.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

const struct cli_option schedule_options[] = {
	{"at", "TIME", "when: a date (its beginning), or a time with its offset", false},
	CONFIRM_OPTION("would receive it now"),
	{"json", NULL, "print JSON", false},
	{0},
};

bool verb_schedule(const struct cli_call *call, struct err *err)
{
	static const struct issue_question question = {
		"Type how many units would receive it, to schedule it 请输入将收到的单位数以确认定时发布: ",
		LANGUAGE_TEXT("nothing was scheduled")};
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_audience struct audience audience = {.rows = NULL};
	char time[WHEN_TEXT_SIZE];
	const char *text;
	int64_t at;

	if (!cli_need(call, "at", &text, err) ||
		!when_parse("--at", text, WHEN_START_OF_DAY, &at, err) ||
		!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!issue_confirm(call, &session, &found, &question, &audience, err) ||
		!editor_schedule(session.pg, found.publication.id, at, err))
		return false;
	if (cli_has(call, "json"))
		return output_json(json_pack("{s:s, s:o, s:o}", "id", found.publication.id, "scheduled_at",
							   output_time(at, 0), "audience", audience_json(&audience)),
			err);
	(void)printf("scheduled 已定时 %s: %s; who receives is decided then: certwire status %s\n",
		found.brief, when_format(at, time), found.brief);
	return true;
}
