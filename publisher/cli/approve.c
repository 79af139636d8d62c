#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/approval.h"
#include "common/json.h"
#include "common/kind.h"
#include "db/editor.h"
#include "db/editor_draft.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/course.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/output.h"

const struct cli_option approve_options[] = {
	SESSION_KEY_OPTIONS,
	CONFIRM_OPTION("would receive it now"),
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

/* Shows what is to be signed and who would receive it: so many units, `*ret_units`. */
static bool show_it(
	struct session *session, const struct opened *opened, int *ret_units, struct err *err)
{
	auto_audience struct audience audience = {.rows = NULL};
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (!audience_of(session->pg, &opened->found.publication, &audience, err) ||
		!opened_view(opened, &text, err) || !audience_detail(&audience, &text, err) ||
		!lookup_namesakes(session, kind_name(opened->manifest.kind), opened->manifest.channel,
			opened->manifest.number, opened->found.publication.id, &text, err))
		return false;
	(void)fputs(buf_str(&text), stderr);
	*ret_units = audience.receiving;
	return true;
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
	int units;

	if (!session_init(&session, call, err) ||
		!course_look(&session, call->argv[0], COURSE_OPEN, "it cannot be approved",
			"see: certwire status", err) ||
		!opened_read(&session, call->argv[0], &opened, err) || !check_may_approve(&opened, err) ||
		!opened_files(&opened, NULL, err) || !show_it(&session, &opened, &units, err) ||
		!confirm_units(call, units,
			"Type how many units would receive it, to sign it 请输入将收到的单位数以确认签署: ",
			"nothing was signed", err))
		return false;
	const char *id = opened.found.publication.id;

	return approval_sign(&opened.editor.key, opened.manifest_bytes.data, opened.manifest_bytes.len,
			   &signature, err) &&
		   editor_approve(session.pg, id, opened.editor.kid, buf_str(&signature), &approval, err) &&
		   report(call, &approval, &opened, err);
}
