#include "subscriber/web_page.h"

#include "subscriber/day.h"

#include <stdio.h>
#include <string.h>

const char *web_say(const struct web_request *request, const char *chinese, const char *english)
{
	return request->english ? english : chinese;
}

bool web_text(struct buf *out, const char *text, struct err *err)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (; *text; text++) {
		size_t i = 0;

		while (i < ARRAY_LEN(entities) && entities[i].character != *text)
			i++;
		if (i < ARRAY_LEN(entities) ? !buf_append_str(out, entities[i].entity, err)
									: !buf_append(out, text, 1, err))
			return false;
	}
	return true;
}

bool web_percent(struct buf *out, const char *name, struct err *err)
{
	for (; *name; name++) {
		bool plain = (*name >= '0' && *name <= '9') || (*name >= 'A' && *name <= 'Z') ||
					 (*name >= 'a' && *name <= 'z') || strchr("-._~", *name);

		if (plain ? !buf_append(out, name, 1, err)
				  : !buf_printf(out, err, "%%%02X", (unsigned int)(unsigned char)*name))
			return false;
	}
	return true;
}

bool web_pair(struct buf *out, const char *name, const char *value, struct err *err)
{
	return buf_append_str(out, "<dt>", err) && web_text(out, name, err) &&
		   buf_append_str(out, "</dt><dd>", err) && web_text(out, value, err) &&
		   buf_append_str(out, "</dd>\n", err);
}

bool web_form_begin(const struct web_request *request, const char *id, const char *act,
	struct buf *out, struct err *err)
{
	return buf_printf(out, err,
		"<form class=\"%s\" method=\"post\" action=\"%s/d/%s/%s\">"
		"<input type=\"hidden\" name=\"token\" value=\"%s\">",
		act, request->base, id, act, request->web->token);
}

static bool web_nav(const struct web_request *request, const char *path, const char *chinese,
	const char *english, struct buf *out, struct err *err)
{
	return buf_printf(out, err, "<a href=\"%s%s\"%s>%s</a>", request->base, path,
		strcmp(request->here, path) == 0 ? " aria-current=\"page\"" : "",
		web_say(request, chinese, english));
}

bool web_begin(
	const struct web_request *request, const char *title, struct buf *out, struct err *err)
{
	const struct web *web = request->web;

	return buf_printf(out, err,
			   "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
			   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
			   "<link rel=\"stylesheet\" href=\"/%s/style.css\">"
			   "<link rel=\"icon\" href=\"/%s/icon.svg\"><title>",
			   web_say(request, "zh-CN", "en"), web->secret, web->secret) &&
		   web_text(out, title, err) &&
		   buf_printf(
			   out, err, " · Certwire</title></head>\n<body><header><b>Certwire</b> <span>") &&
		   web_text(out, web->config->unit, err) && buf_printf(out, err, "</span><nav>") &&
		   web_nav(request, "/", "收件箱", "Inbox", out, err) &&
		   web_nav(request, "/dates", "日程", "Dates", out, err) &&
		   web_nav(request, "/health", "状态", "Health", out, err) &&
		   buf_printf(out, err,
			   "<a class=\"language\" href=\"/%s/%s%s\">%s</a></nav></header>\n<main>", web->secret,
			   web_say(request, "en", "zh"), request->here, web_say(request, "English", "中文"));
}

bool web_end(struct buf *out, struct err *err)
{
	return buf_append_str(out, "</main></body></html>\n", err);
}

const char *web_channel(const struct web_request *request, const char *channel)
{
	static const struct {
		const char *channel;
		const char *chinese;
		const char *english;
	} names[] = {{"weekly", "周报", "Weekly"}, {"monthly", "月报", "Monthly"},
		{"opportunity", "项目机会", "Opportunity"}, {"seminar", "研讨会", "Seminar"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i].channel, channel) == 0)
			return web_say(request, names[i].chinese, names[i].english);
	}
	return channel;
}

static bool item_coming(const struct web_request *request, const struct document *document,
	struct buf *out, struct err *err)
{
	const char *name =
		document->coming == document->reply_by   ? web_say(request, "回复截止", "reply by")
		: document->coming == document->deadline ? web_say(request, "截止", "deadline")
												 : web_say(request, "开始", "starts");
	char at[DAY_TEXT_SIZE];

	if (document->coming == 0)
		return true;
	return buf_printf(
		out, err, "<span class=\"coming\">%s %s</span>", name, day_format(document->coming, at));
}

bool web_item(const struct web_request *request, const struct document *document, struct buf *out,
	struct err *err)
{
	bool recalled = strcmp(document->state, "recalled") == 0;
	const char *mark = recalled ? "recalled" : document->opened_at ? "read" : "unread";
	char at[DAY_TEXT_SIZE];

	if (!buf_printf(
			out, err, "<li class=\"%s\"><a href=\"%s/d/%s\">", mark, request->base, document->id) ||
		!web_text(out, document->title, err) || !buf_printf(out, err, "</a><small>") ||
		!web_text(out, web_channel(request, document->channel), err) ||
		!buf_printf(out, err, " ") || !web_text(out, document->label, err) ||
		!buf_printf(out, err, " · %s", day_format(document->stored_at, at)) ||
		(recalled &&
			!buf_printf(out, err, " · <b>%s</b>", web_say(request, "已召回", "recalled"))) ||
		!buf_printf(out, err, "</small>") || !item_coming(request, document, out, err))
		return false;
	return buf_printf(out, err, "</li>\n");
}
