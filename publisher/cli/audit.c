#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "common/file.h"
#include "common/limits.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/story_check.h"
#include "publisher/cli/story_rows.h"
#include "publisher/cli/story_view.h"

const struct cli_option audit_options[] = {
	{"out", "FILE", "write the proof that 'certwire verify FILE' checks anywhere", false},
	{"json", NULL, "print JSON", false},
	{0},
};

/* The story as a third party would judge it, then the database's own columns against it. */
static bool judge(const struct story_rows *rows, const struct buf *file, struct session *session,
	struct story *story, struct err *err)
{
	struct fingerprint root;
	bool body_read = false;

	if (!session_root(session, &root, err) || !story_parse(file->data, file->len, story, err) ||
		!story_judge(story, &root, err) || !story_check(rows, story, session->pg, &body_read, err))
		return false;
	if (!body_read)
		(void)fprintf(
			stderr, "注意 note: the sealed body was not compared: this login does not read it\n");
	return true;
}

static bool read_rows(
	struct session *session, const char *text, struct story_rows *rows, struct err *err)
{
	char digits[PUB_ID_SIZE];

	return lookup_digits(text, digits, err) && session_connect(session, err) &&
		   pg_begin_snapshot(session->pg, err) && story_rows_read(session->pg, digits, rows, err);
}

bool verb_audit(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_story_rows struct story_rows rows = STORY_ROWS_INIT;
	auto_story struct story story = STORY_INIT;
	auto_buf struct buf file = BUF_INIT(LIMIT_STORY);
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	const char *out = cli_value(call, "out");

	if (!session_init(&session, call, err))
		return false;
	if (!read_rows(&session, call->argv[0], &rows, err))
		return session_denied(&session, "an auditor or administrator", err);
	if (!story_rows_write(&rows, &file, err) || !judge(&rows, &file, &session, &story, err))
		return story_refused(
			"change nothing, compare the database with a backup, and see what else was changed: "
			"certwire audit verify",
			err);
	if (out && !file_write_atomic(out, file.data, file.len, 0644, err))
		return false;
	if (cli_has(call, "json"))
		return output_json(story_view_json(&story, NULL), err);
	return buf_append_str(&text, "证明成立 the story holds\n", err) &&
		   story_view(&story, NULL, &text, err) && output_text(&text, err);
}
