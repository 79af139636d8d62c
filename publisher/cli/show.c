#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "publisher/cli/audience.h"
#include "publisher/cli/comment.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/output.h"

const struct cli_option show_options[] = {
	SESSION_KEY_OPTIONS,
	{"out", "FOLDER", "write its files into a new folder", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static bool print_json(
	const struct opened *opened, const struct audience *audience, struct err *err)
{
	const struct editor_publication *publication = &opened->found.publication;

	return output_json(json_pack("{s:s, s:s, s:o, s:o, s:i, s:o}", "id", publication->id, "state",
						   publication->state, "manifest", manifest_view_json(&opened->manifest),
						   "signatures", approvals_json(&opened->approvals), "approvals_needed",
						   publication->approvals_needed, "audience", audience_json(audience)),
		err);
}

static bool print_text(struct session *session, const struct opened *opened,
	const struct audience *audience, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (!opened_view(opened, &text, err) || !comments_view(session, opened, &text, err))
		return false;
	/* Once issued the audience is history: status tells it. */
	if (!opened->found.publication.issued_at && !audience_detail(audience, &text, err))
		return false;
	return output_text(&text, err);
}

bool verb_show(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_opened struct opened opened = OPENED_INIT;
	auto_audience struct audience audience = {.rows = NULL};

	if (!session_init(&session, call, err) || !opened_look(&session, call->argv[0], &opened, err) ||
		!opened_files(&opened, cli_value(call, "out"), err) ||
		!audience_of(session.pg, &opened.found.publication, &audience, err))
		return false;
	return cli_has(call, "json") ? print_json(&opened, &audience, err)
								 : print_text(&session, &opened, &audience, err);
}
