/* Lists of documents: the inbox, and what has a date to come. */
#include "common/clock.h"
#include "subscriber/state.h"
#include "subscriber/web_page.h"

#include <string.h>

struct web_list {
	const struct web_request *request;
	struct buf *out;
	bool dated; /* only what has a date to come */
	size_t count;
};

static bool list_one(void *context, const struct document *document, struct err *err)
{
	struct web_list *list = context;

	if (list->dated && (document->coming == 0 || strcmp(document->state, "stored") != 0))
		return true;
	list->count++;
	return web_item(list->request, document, list->out, err);
}

static bool list_print(const struct web_request *request, const struct inbox_filter *filter,
	bool dated, struct buf *out, struct err *err)
{
	struct web_list list = {request, out, dated, 0};
	auto_db struct db db = {.handle = NULL};

	if (!state_open_readonly(request->web->config->state, &db, err) ||
		!buf_append_str(out, "<ul class=\"list\">\n", err) ||
		!inbox_list(&db, filter, list_one, &list, err) || !buf_append_str(out, "</ul>\n", err))
		return false;
	return list.count > 0 || buf_printf(out, err, "<p class=\"note\">%s</p>",
								 web_say(request, "没有文件", "There is nothing here."));
}

static bool filter_option(const struct web_request *request, const char *channel, const char *name,
	struct buf *out, struct err *err)
{
	return buf_printf(out, err, "<option value=\"%s\"%s>%s</option>", channel,
		strcmp(request->channel, channel) == 0 ? " selected" : "", name);
}

static bool filter_form(const struct web_request *request, struct buf *out, struct err *err)
{
	static const char *const channels[] = {"weekly", "monthly", "opportunity", "seminar"};

	if (!buf_printf(out, err,
			"<form class=\"filter\" method=\"get\" action=\"%s/\">"
			"<input type=\"search\" name=\"q\" aria-label=\"%s\" placeholder=\"%s\" value=\"",
			request->base, web_say(request, "搜索", "Search"),
			web_say(request, "标题、期号、文件名、字段", "title, number, file name, field")) ||
		!web_text(out, request->query, err) ||
		!buf_printf(out, err, "\"><select name=\"channel\" aria-label=\"%s\">",
			web_say(request, "频道", "Channel")) ||
		!filter_option(request, "", web_say(request, "全部频道", "all channels"), out, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		if (!filter_option(request, channels[i], web_channel(request, channels[i]), out, err))
			return false;
	}
	return buf_printf(out, err,
		"</select><label><input type=\"checkbox\" name=\"unread\" value=\"1\"%s> %s</label>"
		"<button>%s</button></form>\n",
		request->unread ? " checked" : "", web_say(request, "只看未读", "unread only"),
		web_say(request, "查找", "Find"));
}

bool web_page_inbox(const struct web_request *request, struct buf *out, struct err *err)
{
	struct inbox_filter filter = {
		.now = clock_now(clock_system()),
		.channel = *request->channel ? request->channel : NULL,
		.unread = request->unread,
		.terms = request->query,
	};

	return web_begin(request, web_say(request, "收件箱", "Inbox"), out, err) &&
		   filter_form(request, out, err) && list_print(request, &filter, false, out, err) &&
		   web_end(out, err);
}

bool web_page_dates(const struct web_request *request, struct buf *out, struct err *err)
{
	struct inbox_filter filter = {.now = clock_now(clock_system())};

	return web_begin(request, web_say(request, "日程", "Dates"), out, err) &&
		   buf_printf(out, err, "<h1>%s</h1>",
			   web_say(request, "将到期限和活动", "Deadlines and events to come")) &&
		   list_print(request, &filter, true, out, err) && web_end(out, err);
}
