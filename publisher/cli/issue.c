#include "publisher/cli/issue.h"

#include <stdio.h>
#include <string.h>

#include "common/kind.h"
#include "common/language.h"
#include "db/editor.h"
#include "publisher/cli/changes.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

const struct cli_option issue_options[] = {
	CONFIRM_OPTION("will receive it"),
	{"json", NULL, "print JSON", false},
	{0},
};

static bool check_state(const struct lookup *found, struct err *err)
{
	const struct editor_publication *publication = &found->publication;

	/* A newer keyset may demand more editors than had to sign when it was approved. */
	bool approved =
		strcmp(publication->state, "approved") == 0 || strcmp(publication->state, "scheduled") == 0;

	if (strcmp(publication->state, "draft") == 0)
		return err_set(err, ERR_DENIED,
			"publication %s is not handed over for review; its drafter runs: certwire submit %s",
			found->brief, found->brief);
	if (strcmp(publication->state, "review") == 0 ||
		(approved && publication->signatures < publication->approvals_needed))
		return err_set(err, ERR_DENIED,
			"publication %s has %d of %d signatures; another editor runs: certwire approve %s",
			found->brief, publication->signatures, publication->approvals_needed, found->brief);
	if (!approved)
		return err_set(err, ERR_DENIED, "publication %s is %s; see: certwire status %s",
			found->brief, publication->state, found->brief);
	return true;
}

/*
 * The audience is frozen at issue: what is issued to nobody reaches nobody, ever. But for a recall,
 * which ends what is still owed.
 */
static bool check_somebody(const struct lookup *found, int receiving, struct err *err)
{
	return receiving > 0 || strcmp(found->publication.kind, kind_name(KIND_RECALL)) == 0 ||
		   err_set(err, ERR_DENIED,
			   "publication %s would reach nobody; nothing was issued. See who and why: certwire "
			   "preview %s",
			   found->brief, found->brief);
}

static bool show_it(struct session *session, const struct lookup *found,
	const struct audience *audience, struct err *err)
{
	const struct editor_publication *publication = &found->publication;
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	char channel[CHANNEL_TEXT_SIZE];

	if (!buf_printf(&text, err, "%s  %s %s\n", found->brief,
			channel_text(publication->channel, channel), publication->number) ||
		!audience_detail(audience, &text, err) ||
		!changes_view(session->pg, publication->id, &text, err) ||
		!lookup_namesakes(session, publication->kind, publication->channel, publication->number,
			publication->id, &text, err))
		return false;
	(void)fputs(buf_str(&text), stderr);
	return true;
}

static bool report(const struct lookup *found, int receiving, int64_t now, struct err *err)
{
	int64_t not_before = found->publication.not_before;
	char time[WHEN_TEXT_SIZE];

	if (not_before > now)
		(void)printf("to be issued 将于 %s 发布 to %d units: certwire status %s\n",
			when_format(not_before, time), receiving, found->brief);
	else
		(void)printf("to be issued 已提交发布 to %d %s: certwire status %s --watch\n", receiving,
			receiving == 1 ? "unit" : "units", found->brief);
	return !ferror(stdout) || output_failed(err);
}

bool issue_confirm(const struct cli_call *call, struct session *session, const struct lookup *found,
	const struct issue_question *question, struct audience *ret, struct err *err)
{
	auto_audience struct audience audience = {.rows = NULL};

	if (!check_state(found, err) || !audience_of(session->pg, &found->publication, &audience, err))
		return false;
	if (!show_it(session, found, &audience, err) ||
		!check_somebody(found, audience.receiving, err) ||
		!changes_check(session->pg, found, err) ||
		!confirm_units(call, audience.receiving, question->prompt, question->undone, err))
		return false;
	*ret = audience;
	audience.rows = NULL;
	return true;
}

bool verb_issue(const struct cli_call *call, struct err *err)
{
	static const struct issue_question question = {
		"Type how many units will receive it, to issue it 请输入将收到的单位数以确认发布: ",
		LANGUAGE_TEXT("nothing was issued")};
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_audience struct audience audience = {.rows = NULL};

	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!issue_confirm(call, &session, &found, &question, &audience, err) ||
		!editor_request_issue(session.pg, found.publication.id, err))
		return false;
	if (cli_has(call, "json"))
		return output_json(json_pack("{s:s, s:o}", "id", found.publication.id, "audience",
							   audience_json(&audience)),
			err);
	return report(&found, audience.receiving, session.now, err);
}
