#include <stdio.h>

#include "db/editor_course.h"
#include "publisher/cli/comment.h"
#include "publisher/cli/course.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/output.h"
#include "publisher/cli/verbs.h"

const struct cli_option return_options[] = {
	{"comment", "TEXT", "what must change; sealed as the draft is", false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

bool verb_return(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_opened struct opened opened = OPENED_INIT;
	auto_buf struct buf sealed = BUF_INIT(COMMENT_SEALED_MAX);
	const char *comment;

	if (!cli_need(call, "comment", &comment, err) || !session_init(&session, call, err) ||
		!course_look(&session, call->argv[0], "review approved scheduled",
			"there is nothing to return", "to take it back: certwire recall", err) ||
		!opened_read(&session, call->argv[0], &opened, err) ||
		!comment_seal(&opened, comment, &sealed, err) ||
		!editor_return(session.pg, opened.found.publication.id, sealed.data, sealed.len, err))
		return false;
	if (cli_has(call, "json"))
		return output_step(opened.found.publication.id, "draft", err);
	(void)printf("returned 已退回 %s: its drafter runs: certwire show %s, then certwire edit %s\n",
		opened.found.brief, opened.found.brief, opened.found.brief);
	return true;
}
