/* The same word, reason and advice as `status`. */
#include "subscriber/day.h"
#include "subscriber/health.h"
#include "subscriber/state.h"
#include "subscriber/web_page.h"

#include <string.h>

static bool count(struct buf *out, const char *name, long long value, struct err *err)
{
	return buf_printf(out, err, "<dt>%s</dt><dd>%lld</dd>", name, value);
}

/* The reason itself is CNCERT's or this machine's own words, in the language they are in. */
static const char *in_english(const char *word)
{
	static const char *const meanings[][2] = {
		{"ok", "Everything owed is here, and every receipt is settled."},
		{"idle", "Connected; nothing is owed."},
		{"late", "Something owed is still on its way."},
		{"gap", "Nobody answers our syncs: another broker is tried."},
		{"refused", "Something that came was refused; tell CNCERT its number. It is tried again."},
		{"offline", "Not connected: certwire-unit doctor says where it breaks."},
		{"suspended", "The unit is not in good standing: contact CNCERT."},
		{"disk", "There is no room on the disk: make some."},
		{"clock", "This machine's clock is off: set it right."},
		{"stopped", "The receiver does not run: certwire-unit run."},
	};

	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (strcmp(meanings[i][0], word) == 0)
			return meanings[i][1];
	}
	return "";
}

static bool counts(const struct web_request *request, const struct health_facts *facts,
	struct buf *out, struct err *err)
{
	char at[DAY_TEXT_SIZE];

	return buf_append_str(out, "<dl>", err) &&
		   count(out, web_say(request, "已入库", "Stored"), facts->stored, err) &&
		   count(out, web_say(request, "未读", "Unread"), facts->unread, err) &&
		   count(out, web_say(request, "尚缺", "Wanted"), facts->wanted, err) &&
		   count(out, web_say(request, "回执", "Receipts"), facts->receipts, err) &&
		   count(out, web_say(request, "已结清", "Settled"), facts->settled, err) &&
		   buf_printf(out, err, "<dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>",
			   web_say(request, "最近回应", "Last answer"),
			   facts->echo_at ? day_format(facts->echo_at, at) : "-",
			   web_say(request, "服务器", "Broker")) &&
		   web_text(out, facts->broker, err) &&
		   buf_printf(out, err, "</dd><dt>%s</dt><dd>", web_say(request, "防护", "Confined")) &&
		   buf_printf(out, err, "seccomp ") && web_text(out, facts->guard.seccomp, err) &&
		   buf_printf(out, err, ", landlock ") && web_text(out, facts->guard.landlock, err) &&
		   buf_append_str(out, "</dd></dl>", err);
}

bool web_page_health(const struct web_request *request, struct buf *out, struct err *err)
{
	const struct config *config = request->web->config;
	auto_db struct db db = {.handle = NULL};
	struct health_facts facts;
	struct health health;

	if (!state_open_readonly(config->state, &db, err) ||
		!health_read(config->state, &db, &facts, err))
		return false;
	health_judge(&facts, &health);
	return web_begin(request, web_say(request, "状态", "Health"), out, err) &&
		   buf_printf(out, err, "<p class=\"word %s\">%s</p><p>", health.well ? "well" : "ill",
			   health.word) &&
		   web_text(out, web_say(request, "", in_english(health.word)), err) &&
		   buf_append_str(out, "</p><p>", err) && web_text(out, health.why, err) &&
		   buf_append_str(out, "</p><p>", err) && web_text(out, health.what_to_do, err) &&
		   buf_append_str(out, "</p>", err) && counts(request, &facts, out, err) &&
		   web_end(out, err);
}
