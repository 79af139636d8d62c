#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "publisher/cli/output.h"
#include "publisher/cli/period.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

enum { HOUR_S = 3600, DAY_S = 86400, OVERDUE_HOURS = 24, DAYS_DEFAULT = 30, UNITS_MAX = 1000000 };

const struct cli_option board_options[] = {
	{"html", "FILE", "write one page that needs nothing else", false},
	{"csv", NULL, "print a line for each unit and publication", false},
	{"json", NULL, "print JSON", false},
	{"from", "TIME", "its first day (default 30 days ago)", false},
	{"to", "TIME", "its last day (default now)", false},
	{"overdue-after", "HOURS", "owed for longer is overdue (default 24)", false},
	{"units", "N", "at most so many units, who lack most first (default 200; --csv: all)", false},
	{"titles", NULL, "show titles, with your key", false},
	SESSION_KEY_OPTIONS,
	{0},
};

static bool read_span(
	const struct cli_call *call, int64_t now, struct editor_period *ret, struct err *err)
{
	const char *from = cli_value(call, "from");
	const char *to = cli_value(call, "to");

	ret->until = now + 1;
	if (to && !when_parse("--to", to, WHEN_END_OF_DAY, &ret->until, err))
		return false;
	ret->from = ret->until - (int64_t)DAYS_DEFAULT * DAY_S;
	if (from && !when_parse("--from", from, WHEN_START_OF_DAY, &ret->from, err))
		return false;
	return ret->from < ret->until ||
		   err_set(err, ERR_USAGE, "--from lies after --to: turn them round");
}

static bool read_titles(struct session *session, struct period *period, struct err *err)
{
	auto_keyring struct keyring ring = {.count = 0};
	auto_signer struct signer editor = SIGNER_INIT;
	const struct keyset *keyset;

	return session_trust(session, &ring, &keyset, err) &&
		   signer_load(session, keyset, ROLE_EDITOR, &editor, err) &&
		   signer_unlock(session, &editor, err) &&
		   period_read_titles(session->pg, &editor, period, err);
}

static bool check_forms(const struct cli_call *call, struct err *err)
{
	int forms = cli_has(call, "html") + cli_has(call, "csv") + cli_has(call, "json");

	return forms <= 1 || err_set(err, ERR_USAGE, "give one of --html, --csv, --json");
}

/* A page that is there is whole: the old one stays until the new one is. */
static bool write_page(const char *path, const struct buf *text, struct err *err)
{
	if (!file_write_atomic(path, text->data, text->len, 0600, err))
		return false;
	(void)fprintf(stderr, "written 已写入 %s (%zu KiB)\n", path, text->len / 1024 + 1);
	return true;
}

static bool print(const struct cli_call *call, const struct period *period, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	const char *path = cli_value(call, "html");

	if (cli_has(call, "json"))
		return period_json(period, err);
	if (path)
		return period_html(period, &text, err) && write_page(path, &text, err);
	if (cli_has(call, "csv"))
		return period_csv(period, err);
	return period_view(period, &text, err) && output_text(&text, err);
}

/* Of the units' rows a table shows none, rows for programs want all. */
static int64_t units_unless_said(const struct cli_call *call)
{
	if (cli_has(call, "csv"))
		return UNITS_MAX;
	return cli_has(call, "html") || cli_has(call, "json") ? UNITS_DEFAULT : 0;
}

bool verb_board(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_period struct period period = {.titles = NULL};
	int64_t hours;
	int64_t units;

	if (!check_forms(call, err) ||
		!cli_int(call, "overdue-after", 1, 8760, OVERDUE_HOURS, &hours, err) ||
		!cli_int(call, "units", 1, UNITS_MAX, units_unless_said(call), &units, err) ||
		!session_init(&session, call, err) || !read_span(call, session.now, &period.span, err) ||
		!session_connect(&session, err))
		return false;
	period.now = session.now;
	period.overdue_after_s = hours * HOUR_S;
	if (!period_read(session.pg, (int)units, &period, err))
		return session_denied(&session, "an editor", err);
	return (!cli_has(call, "titles") || read_titles(&session, &period, err)) &&
		   print(call, &period, err);
}
