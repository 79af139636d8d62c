#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/refusal.h"
#include "db/editor_course.h"
#include "publisher/cli/board.h"
#include "publisher/cli/confirmed.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/replied.h"
#include "publisher/cli/session.h"
#include "publisher/cli/watch.h"
#include "publisher/cli/when.h"

enum { STATUS_LIMIT = 100, STATUS_LIMIT_MAX = 100000 };

const struct cli_option status_options[] = {
	{"watch", NULL, "stay, and show receipts as they come in", false},
	{"limit", "N", "list at most so many units, who lack it first (default 100)", false},
	{"after", "UNIT", "list those after that unit: the next page", false},
	{"having", NULL, "list those only who have it", false},
	{"key", "FILE", "your key file: counts replies", false},
	{"passphrase-file", "FILE", "read the passphrase from its first line", false},
	{"json", NULL, "print JSON: every unit", false},
	{0},
};

static bool issue_text(
	const struct editor_publication *publication, struct buf *out, struct err *err)
{
	char time[WHEN_TEXT_SIZE];

	if (publication->issued_at)
		return buf_printf(out, err, "%s", when_format(publication->issued_at, time));
	if (publication->issue_refused_code) {
		const char *text = refusal_text_zh(publication->issue_refused_code);

		return buf_printf(out, err, "分发程序拒绝发布 the dispatcher refused: %s（%d）",
			text ? text : "", publication->issue_refused_code);
	}
	if (!publication->issue_requested_at)
		return buf_append_str(out, "尚未提交发布 not asked for", err);
	if (publication->not_before)
		return buf_printf(
			out, err, "已提交，不早于 %s", when_format(publication->not_before, time));
	return buf_append_str(out, "已提交，等待分发程序 waiting for the dispatcher", err);
}

/* What stands between a draft and its issue. */
static bool course_text(
	struct session *session, const struct lookup *found, struct buf *out, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct editor_course course;

	if (!editor_course(session->pg, found->publication.id, &rows, &course, err) ||
		!manifest_view_line(out, "提交审签", WHEN_OR_EMPTY(course.submitted_at), err) ||
		!manifest_view_line(out, "退回", WHEN_OR_EMPTY(course.returned_at), err))
		return false;
	return manifest_view_line(out, "定时发布", WHEN_OR_EMPTY(course.scheduled_at), err) &&
		   manifest_view_line(out, "未发布", course.held_back ? course.held_back : "", err);
}

static bool fate_text(
	const struct editor_publication *publication, struct buf *out, struct err *err)
{
	char line[128];

	if (!publication->fate)
		return true;
	(void)snprintf(
		line, sizeof line, "%s %.8s", WHEN_OR_EMPTY(publication->fate_at), publication->fate_by);
	return manifest_view_line(
		out, strcmp(publication->fate, "recalled") == 0 ? "召回" : "替代", line, err);
}

static bool head_text(const struct lookup *found, int64_t now, struct buf *out, struct err *err)
{
	const struct editor_publication *publication = &found->publication;
	auto_buf struct buf issue = BUF_INIT(OUTPUT_MAX);
	char channel[CHANNEL_TEXT_SIZE];

	return buf_printf(out, err, "%s  %s %s  %s\n", found->brief,
			   channel_text(publication->channel, channel), publication->number,
			   publication_state_text(publication_state(publication, now))) &&
		   issue_text(publication, &issue, err) &&
		   manifest_view_line(out, "发布", buf_str(&issue), err) &&
		   (!publication->expires_at ||
			   manifest_view_line(out, "截止", WHEN_OR_EMPTY(publication->expires_at), err)) &&
		   fate_text(publication, out, err) &&
		   (!publication->withdrawn_reason ||
			   manifest_view_line(out, "撤回", publication->withdrawn_reason, err));
}

static bool print_text(struct session *session, const struct lookup *found,
	const struct board *board, const struct confirmed *confirmed, const struct replied *replied,
	const struct board_page *page, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_buf struct buf summary = BUF_INIT(OUTPUT_MAX);

	if (!head_text(found, session->now, &text, err) || !confirmed_view(confirmed, &text, err) ||
		(!found->publication.issued_at && !course_text(session, found, &text, err)))
		return false;
	if (board->total > 0 &&
		(!board_summary(board, &summary, err) || !replied_summary(replied, &summary, err) ||
			!board_overdue(board, found->publication.issued_at, session->now, &summary, err) ||
			!manifest_view_line(&text, "送达", buf_str(&summary), err) ||
			!board_view(board, page, &text, err)))
		return false;
	return output_text(&text, err);
}

static bool print_json(const struct session *session, const struct lookup *found,
	const struct board *board, const struct confirmed *confirmed, const struct replied *replied,
	struct err *err)
{
	const struct editor_publication *publication = &found->publication;

	return output_json(
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:i, s:i, s:o, s:o, s:i, s:o, s:o}", "id",
			publication->id, "kind", publication->kind, "channel", publication->channel, "number",
			publication->number, "state", publication_state(publication, session->now),
			"taken_back_by", publication->fate_by, "confirmed", confirmed_json(confirmed),
			"signatures", publication->signatures, "approvals_needed",
			publication->approvals_needed, "issue_requested_at",
			output_time(publication->issue_requested_at, 0), "issued_at",
			output_time(publication->issued_at, 0), "issue_refused_code",
			publication->issue_refused_code, "replied",
			replied->counts ? json_integer(replied_units(replied)) : json_null(), "units",
			board_json(board)),
		err);
}

bool verb_status(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_board struct board board = {.rows = NULL};
	auto_confirmed struct confirmed confirmed = {.rows = NULL};
	auto_replied struct replied replied = REPLIED_INIT;
	bool news = false;
	int64_t limit;

	if (!cli_int(call, "limit", 1, STATUS_LIMIT_MAX, STATUS_LIMIT, &limit, err))
		return false;
	if (cli_has(call, "watch") && cli_has(call, "json"))
		return err_set(err, ERR_USAGE, "--watch and --json do not go together: leave one out");
	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err))
		return false;
	if (!replied_open(call, &session, &found, &replied, err) ||
		(cli_has(call, "watch") && !watch_publication(&session, &found, &replied, err)))
		return false;
	/* What was watched is now history: look again. */
	lookup_release(&found);
	if (!lookup_publication(&session, call->argv[0], &found, err))
		return false;
	const struct board_page page = {.brief = found.brief,
		.limit = (int)limit,
		.after = cli_value(call, "after"),
		.having = cli_has(call, "having")};

	return board_read(session.pg, found.publication.id, &board, err) &&
		   confirmed_read(session.pg, found.publication.id, &confirmed, err) &&
		   replied_look(&replied, &news, err) &&
		   (cli_has(call, "json")
				   ? print_json(&session, &found, &board, &confirmed, &replied, err)
				   : print_text(&session, &found, &board, &confirmed, &replied, &page, err));
}
