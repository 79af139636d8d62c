/* The same word, reason and advice as `status`. */
#include "subscriber/day.h"
#include "subscriber/health.h"
#include "subscriber/state.h"
#include "subscriber/web_page.h"

static bool count(struct buf *out, const char *name, long long value, struct err *err)
{
	return buf_printf(out, err, "<dt>%s</dt><dd>%lld</dd>", name, value);
}

static bool paragraph(struct buf *out, const char *text, struct err *err)
{
	return !*text || (buf_append_str(out, "<p>", err) && web_text(out, text, err) &&
						 buf_append_str(out, "</p>\n", err));
}

/* Of its standing the word speaks; here the channels that it may not receive all the same. */
static bool channels(const struct web_request *request, const struct health_facts *facts,
	struct buf *out, struct err *err)
{
	char line[512];

	for (size_t i = 0; health_channel(facts, i, request->english, line, sizeof line); i++) {
		if (!paragraph(out, line, err))
			return false;
	}
	return true;
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
	health_judge(&facts, request->english, &health);
	return web_begin(request, web_say(request, "状态", "Health"), out, err) &&
		   buf_printf(out, err, "<p class=\"word %s\">%s</p>", health.well ? "well" : "ill",
			   health.word) &&
		   paragraph(out, health.why, err) && channels(request, &facts, out, err) &&
		   paragraph(out, health.what_to_do, err) && counts(request, &facts, out, err) &&
		   web_end(out, err);
}
