#include <stdio.h>

#include "common/json.h"
#include "db/editor_course.h"
#include "publisher/cli/course.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/verbs.h"

const struct cli_option submit_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

bool verb_submit(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};

	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!course_check(&found, "draft", "only a draft is submitted", "see: certwire status", err) ||
		!editor_submit(session.pg, found.publication.id, err))
		return false;
	if (cli_has(call, "json"))
		return output_step(found.publication.id, "review", err);
	(void)printf("submitted 已提交审签 %s: another editor runs: certwire approve %s\n", found.brief,
		found.brief);
	return true;
}
