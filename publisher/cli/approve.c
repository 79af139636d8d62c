#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/approval.h"
#include "common/json.h"
#include "common/kind.h"
#include "db/editor.h"
#include "db/editor_draft.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/course.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/output.h"
#include "publisher/cli/tty.h"

const struct cli_option approve_options[] = {
	SESSION_KEY_OPTIONS,
	{"yes", NULL, "do not ask", false},
	{"json", NULL, "print JSON", false},
	{0},
};

/* What PostgreSQL would refuse as well, said before somebody reads forty pages. */
static bool check_may_approve(const struct opened *opened, struct err *err)
{
	const struct editor_publication *publication = &opened->found.publication;

	if (strcmp(publication->state, "draft") == 0 &&
		!approvals_include(&opened->approvals, opened->editor.kid))
		return err_set(err, ERR_DENIED,
			"publication %s is not handed over for review; its drafter runs: certwire submit %s",
			opened->found.brief, opened->found.brief);
	if (approvals_include(&opened->approvals, opened->editor.kid))
		return err_set(err, ERR_DENIED,
			"you have signed publication %s already; another editor must approve it",
			opened->found.brief);
	if (opened->approvals.wrong > 0)
		return err_set(err, ERR_DATA,
			"publication %s bears a wrong signature: do not approve it; "
			"see: certwire show %s",
			opened->found.brief, opened->found.brief);
	return true;
}

static bool show_it(struct session *session, const struct opened *opened, struct err *err)
{
	auto_audience struct audience audience = {.rows = NULL};
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (!audience_of(session->pg, &opened->found.publication, &audience, err) ||
		!opened_view(opened, &text, err) || !audience_detail(&audience, &text, err) ||
		!lookup_namesakes(session, kind_name(opened->manifest.kind), opened->manifest.channel,
			opened->manifest.number, opened->found.publication.id, &text, err))
		return false;
	(void)fputs(buf_str(&text), stderr);
	return true;
}

static bool ask(const struct cli_call *call, const struct opened *opened, struct err *err)
{
	char prompt[128];
	bool agreed = false;

	if (cli_has(call, "yes"))
		return true;
	(void)snprintf(prompt, sizeof prompt, "Sign 签署 %s %s (%zu files)? [y/N] ",
		opened->manifest.channel, opened->manifest.number, opened->manifest.file_count);
	if (!tty_confirm(prompt, "--yes", &agreed, err))
		return false;
	return agreed || err_set(err, ERR_DENIED, "not approved; nothing was signed");
}

static bool report(const struct cli_call *call, const struct editor_approval *approval,
	const struct opened *opened, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (cli_has(call, "json"))
		return output_json(json_pack("{s:s, s:b, s:i, s:i}", "id", opened->found.publication.id,
							   "approved", approval->is_approved, "signatures",
							   approval->signatures, "approvals_needed", approval->needed),
			err);
	return buf_printf(&text, err, "approved 已审签 %s: ", opened->found.brief) &&
		   approval_describe(approval, opened->found.brief, &text, err) &&
		   buf_append_str(&text, "\n", err) && output_text(&text, err);
}

bool verb_approve(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_opened struct opened opened = OPENED_INIT;
	auto_buf struct buf signature = BUF_INIT(LIMIT_MANIFEST_JWS);
	struct editor_approval approval;

	if (!session_init(&session, call, err) ||
		!course_look(&session, call->argv[0], COURSE_OPEN, "it cannot be approved",
			"see: certwire status", err) ||
		!opened_read(&session, call->argv[0], &opened, err) || !check_may_approve(&opened, err) ||
		!opened_files(&opened, NULL, err) || !show_it(&session, &opened, err) ||
		!ask(call, &opened, err))
		return false;
	const char *id = opened.found.publication.id;

	return approval_sign(&opened.editor.key, opened.manifest_bytes.data, opened.manifest_bytes.len,
			   &signature, err) &&
		   editor_approve(session.pg, id, opened.editor.kid, buf_str(&signature), &approval, err) &&
		   report(call, &approval, &opened, err);
}
