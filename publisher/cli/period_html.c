#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/refusal.h"
#include "publisher/cli/html.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/page.h"
#include "publisher/cli/period.h"
#include "publisher/cli/when.h"

enum { DATE = sizeof "2026-11-30" - 1, MINUTE = sizeof "2026-11-30 08:00" - 1, HOUR_S = 3600 };

static const char cell_kinds[] = "psorhxc ";

/* A time cut to that many characters. */
static bool time_text(struct buf *out, int64_t seconds, int len, struct err *err)
{
	char text[WHEN_TEXT_SIZE];

	return buf_printf(out, err, "%.*s", len, when_format(seconds, text));
}

static bool head(const struct period *period, struct buf *out, struct err *err)
{
	auto_buf struct buf title = BUF_INIT(256);

	return buf_append_str(&title, "签收一览 ", err) &&
		   time_text(&title, period->span.from, DATE, err) && buf_append_str(&title, " 至 ", err) &&
		   time_text(&title, period->span.until - 1, DATE, err) &&
		   page_begin(out, buf_str(&title), err) &&
		   buf_append_str(out,
			   "<header><h1>签收一览<small>Receipt board</small></h1><p class=\"about\">", err) &&
		   time_text(out, period->span.from, DATE, err) && buf_append_str(out, " 至 ", err) &&
		   time_text(out, period->span.until - 1, DATE, err) &&
		   buf_append_str(out, "，生成于 made at ", err) &&
		   time_text(out, period->now, MINUTE, err) && buf_append_str(out, "</p>\n", err);
}

static bool card(struct buf *out, const char *label, const char *value, bool bad, struct err *err)
{
	return buf_printf(out, err, "<div%s>", bad ? " class=\"bad\"" : "") &&
		   html_element(out, "dt", label, err) && html_element(out, "dd", value, err) &&
		   buf_append_str(out, "</div>", err);
}

static bool number_card(
	struct buf *out, const char *label, int64_t value, bool bad, struct err *err)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	return card(out, label, text, bad, err);
}

static bool share_card(
	const struct period *period, struct buf *out, const char *label, int64_t value, struct err *err)
{
	char text[48];

	if (period->due == 0)
		return card(out, label, "—", false, err);
	(void)snprintf(text, sizeof text, "%.1f%%", 100.0 * (double)value / (double)period->due);
	return card(out, label, text, false, err);
}

static bool cards(const struct period *period, struct buf *out, struct err *err)
{
	char median[PERIOD_SPAN_SIZE];
	char p95[PERIOD_SPAN_SIZE];

	return buf_append_str(out, "<dl class=\"cards\">", err) &&
		   number_card(
			   out, "发布件 publications", pg_row_count(period->publications), false, err) &&
		   number_card(out, "单位 units", period->unit_total, false, err) &&
		   number_card(out, "应收 due", period->due, false, err) &&
		   share_card(period, out, "已存 stored", period->stored, err) &&
		   share_card(period, out, "已阅 opened", period->opened, err) &&
		   card(out, "存入用时中位 median", period_span_text(period->median_s, median), false,
			   err) &&
		   card(out, "存入用时 95% p95", period_span_text(period->p95_s, p95), false, err) &&
		   number_card(
			   out, "逾期 overdue", period->overdue_total, period->overdue_total > 0, err) &&
		   buf_append_str(out, "</dl></header>\n", err);
}

static bool legend(struct buf *out, struct err *err)
{
	if (!buf_append_str(out, "<ul class=\"legend\">", err))
		return false;
	for (const char *cell = cell_kinds; *cell; cell++)
		if (!buf_printf(out, err, "<li><i class=\"%.*s\">%s&nbsp;</i>%s</li>", *cell == ' ' ? 4 : 1,
				*cell == ' ' ? "none" : cell, period_cell_mark(*cell), period_cell_text(*cell)))
			return false;
	return buf_append_str(out, "</ul>\n", err);
}

static bool channel_seen(const struct period *period, int nth, const char *channel)
{
	for (int i = 0; i < nth; i++)
		if (strcmp(editor_board_publications_at(period->publications, i).channel, channel) == 0)
			return true;
	return false;
}

static bool channel_boxes(const struct period *period, struct buf *out, struct err *err)
{
	char text[CHANNEL_TEXT_SIZE];

	for (int i = 0; i < pg_row_count(period->publications); i++) {
		const char *channel = editor_board_publications_at(period->publications, i).channel;

		if (channel_seen(period, i, channel))
			continue;
		if (!buf_append_str(out, "<label><input type=\"checkbox\" checked data-channel=\"", err) ||
			!html_text(out, channel, err) || !buf_append_str(out, "\"> ", err) ||
			!html_text(out, channel_text(channel, text), err) ||
			!buf_append_str(out, "</label>", err))
			return false;
	}
	return true;
}

static bool controls(const struct period *period, struct buf *out, struct err *err)
{
	int shown = pg_row_count(period->units);

	return buf_append_str(out,
			   "<div class=\"controls\"><input type=\"search\" id=\"find\" placeholder=\"筛选单位 "
			   "filter "
			   "units\" aria-label=\"筛选单位 filter units\"><label><input type=\"checkbox\" "
			   "id=\"lacking\"> 只看未签收 lacking only</label>",
			   err) &&
		   channel_boxes(period, out, err) &&
		   buf_printf(out, err, "<span>显示 <b id=\"shown\">%d</b> / %d 个单位%s</span></div>\n",
			   shown, period->unit_total,
			   shown < period->unit_total ? "（缺得最多的在前 who lack most）" : "");
}

static bool column(const struct period *period, int nth, struct buf *out, struct err *err)
{
	struct editor_board_publication p = editor_board_publications_at(period->publications, nth);
	char brief[CHANNEL_TEXT_SIZE];

	/* The Chinese word alone: a column is narrow. */
	(void)channel_text(p.channel, brief);
	brief[strcspn(brief, " ")] = '\0';
	return buf_append_str(out, "<th scope=\"col\" data-c=\"", err) &&
		   html_text(out, p.channel, err) && buf_append_str(out, "\" title=\"", err) &&
		   html_text(out, p.channel, err) && buf_append_str(out, " ", err) &&
		   html_text(out, p.number, err) && buf_append_str(out, " ", err) &&
		   html_text(out, period_title(period, nth), err) &&
		   buf_append_str(out, "\"><div class=\"col\">", err) && html_text(out, brief, err) &&
		   buf_append_str(out, " ", err) && html_text(out, p.number, err) &&
		   buf_append_str(out, "</div></th>", err);
}

static bool cell(const struct period *period, int nth, char state, struct buf *out, struct err *err)
{
	struct editor_board_publication p = editor_board_publications_at(period->publications, nth);

	return buf_append_str(out, "<td data-c=\"", err) && html_text(out, p.channel, err) &&
		   buf_printf(out, err, "\"><i class=\"%.*s\" title=\"%s\">%s</i></td>",
			   state == ' ' ? 4 : 1, state == ' ' ? "none" : (char[]){state, '\0'},
			   period_cell_text(state),
			   *period_cell_mark(state) ? period_cell_mark(state) : "&nbsp;");
}

static bool unit_row(const struct period *period, int nth, struct buf *out, struct err *err)
{
	struct editor_board_unit unit = editor_board_units_at(period->units, nth);

	if (!buf_printf(out, err, "<tr><th scope=\"row\" data-v=\"%d\">", unit.missing) ||
		!html_text(out, unit.name, err) || !buf_append_str(out, " <small>", err) ||
		!html_text(out, unit.unit, err) || !buf_append_str(out, "</small></th>", err))
		return false;
	for (int i = 0; unit.cells[i]; i++)
		if (!cell(period, i, unit.cells[i], out, err))
			return false;
	return buf_append_str(out, "</tr>\n", err);
}

static bool matrix(const struct period *period, struct buf *out, struct err *err)
{
	if (!buf_append_str(
			out, "<section><h2>签收矩阵<small>publications by units</small></h2>\n", err) ||
		!legend(out, err) || !controls(period, out, err) ||
		!buf_append_str(out,
			"<div class=\"scroll\"><table id=\"matrix\" class=\"sort\"><thead><tr><th "
			"scope=\"col\">"
			"<button type=\"button\">单位（按缺件数）unit</button></th>",
			err))
		return false;
	for (int i = 0; i < pg_row_count(period->publications); i++)
		if (!column(period, i, out, err))
			return false;
	if (!buf_append_str(out, "</tr></thead><tbody>\n", err))
		return false;
	for (int i = 0; i < pg_row_count(period->units); i++)
		if (!unit_row(period, i, out, err))
			return false;
	return buf_append_str(out, "</tbody></table></div></section>\n", err);
}

/* Bit n of `right`: column n is a number. The column called `without` is left out. */
static bool heads(const char *const *titles, size_t count, unsigned right, const char *without,
	struct buf *out, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if ((!without || strcmp(titles[i], without) != 0) &&
			!buf_printf(out, err, "<th scope=\"col\"%s><button type=\"button\">%s</button></th>",
				right & (1U << i) ? " class=\"n\"" : "", titles[i]))
			return false;
	return buf_append_str(out, "</tr></thead><tbody>\n", err);
}

static bool span_cell(struct buf *out, int64_t seconds, struct err *err)
{
	char text[PERIOD_SPAN_SIZE];

	return buf_printf(out, err, "<td class=\"n\" data-v=\"%" PRId64 "\">%s</td>", seconds,
		period_span_text(seconds, text));
}

static bool publication_row(const struct period *period, int nth, struct buf *out, struct err *err)
{
	struct editor_board_publication p = editor_board_publications_at(period->publications, nth);
	const int counts[] = {
		p.deliveries, p.stored, p.opened, p.owed, p.refused, p.expired, p.recalled};
	char channel[CHANNEL_TEXT_SIZE];

	if (!buf_append_str(out, "<tr data-c=\"", err) || !html_text(out, p.channel, err) ||
		!buf_append_str(out, "\">", err) ||
		!html_element(out, "td", channel_text(p.channel, channel), err) ||
		!html_element(out, "td", p.number, err) ||
		(period->titles && !html_element(out, "td", period_title(period, nth), err)) ||
		!buf_printf(out, err, "<td data-v=\"%" PRId64 "\">", p.issued_at) ||
		!time_text(out, p.issued_at, MINUTE, err) || !buf_append_str(out, "</td>", err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (!buf_printf(out, err, "<td class=\"n\" data-v=\"%d\">%d</td>", counts[i], counts[i]))
			return false;
	return span_cell(out, p.median_s, err) && span_cell(out, p.p95_s, err) &&
		   buf_printf(out, err,
			   "<td data-v=\"%d\"><progress max=\"%d\" value=\"%d\" "
			   "aria-label=\"%d/%d\"></progress></td>"
			   "</tr>\n",
			   p.stored, p.deliveries ? p.deliveries : 1, p.stored, p.stored, p.deliveries);
}

static bool publications(const struct period *period, struct buf *out, struct err *err)
{
	static const char *const titles[] = {"频道", "期号", "标题", "发布时间 issued", "应收 due",
		"已存 stored", "已阅 opened", "待达 owed", "拒收 refused", "过期 expired", "召回 recalled",
		"中位 median", "p95", "覆盖 coverage"};

	if (!buf_append_str(out,
			"<section><h2>发布件<small>publications</small></h2><div class=\"scroll\"><table "
			"id=\"publications\" class=\"sort\"><thead><tr>",
			err) ||
		!heads(titles, ARRAY_LEN(titles), 0x1ff0, period->titles ? NULL : "标题", out, err))
		return false;
	for (int i = 0; i < pg_row_count(period->publications); i++)
		if (!publication_row(period, i, out, err))
			return false;
	return buf_append_str(out, "</tbody></table></div></section>\n", err);
}

static bool overdue_why(const struct editor_overdue *o, struct buf *out, struct err *err)
{
	const char *refusal = o->refused_code ? refusal_text_zh(o->refused_code) : NULL;

	if (!buf_append_str(out, "<td>", err) ||
		!buf_append_str(out, o->present ? "在线" : "不在线", err))
		return false;
	if (o->held_reason && (!buf_append_str(out, "；", err) || !html_text(out, o->held_reason, err)))
		return false;
	if (o->refused_code &&
		!buf_printf(out, err, "；拒收：%s（%d）", refusal ? refusal : "", o->refused_code))
		return false;
	return buf_append_str(out, "</td>", err);
}

static bool overdue_row(const struct period *period, int nth, struct buf *out, struct err *err)
{
	struct editor_overdue o = editor_overdue_at(period->overdue, nth);
	char channel[CHANNEL_TEXT_SIZE];

	return buf_append_str(out, "<tr><td>", err) && html_text(out, o.name, err) &&
		   buf_append_str(out, " <small>", err) && html_text(out, o.unit, err) &&
		   buf_append_str(out, "</small></td><td>", err) &&
		   html_text(out, channel_text(o.channel, channel), err) && buf_append_str(out, " ", err) &&
		   html_text(out, o.number, err) && buf_append_str(out, "</td>", err) &&
		   span_cell(out, period->now - o.issued_at, err) && overdue_why(&o, out, err) &&
		   html_element(out, "td", o.contact ? o.contact : "无", err) &&
		   html_element(out, "td", o.phone ? o.phone : "", err) &&
		   buf_append_str(out, "</tr>\n", err);
}

static bool overdue(const struct period *period, struct buf *out, struct err *err)
{
	static const char *const titles[] = {"单位 unit", "发布件 publication", "已过 since issue",
		"情况 state", "联系人 contact", "电话 phone"};
	int count = pg_row_count(period->overdue);

	if (!buf_printf(out, err,
			"<section><h2>逾期未签收<small>overdue: %" PRId64 "，超过 %d 小时</small></h2>",
			period->overdue_total, (int)(period->overdue_after_s / HOUR_S)))
		return false;
	if (count < period->overdue_total &&
		!buf_printf(out, err, "<p>列出最早的 %d 项 the oldest are listed</p>", count))
		return false;
	if (count == 0)
		return buf_append_str(out, "<p>没有 none</p></section>\n", err);
	if (!buf_append_str(
			out, "<div class=\"scroll\"><table id=\"overdue\" class=\"sort\"><thead><tr>", err) ||
		!heads(titles, ARRAY_LEN(titles), 1U << 2, NULL, out, err))
		return false;
	for (int i = 0; i < count; i++)
		if (!overdue_row(period, i, out, err))
			return false;
	return buf_append_str(out, "</tbody></table></div></section>\n", err);
}

bool period_html(const struct period *period, struct buf *out, struct err *err)
{
	return head(period, out, err) && cards(period, out, err) &&
		   buf_append_str(
			   out, "<main><section><h2>签收覆盖<small>coverage over time</small></h2>\n", err) &&
		   period_chart(period, out, err) && buf_append_str(out, "</section>\n", err) &&
		   matrix(period, out, err) && publications(period, out, err) &&
		   overdue(period, out, err) &&
		   buf_append_str(out,
			   "</main>\n<footer>内部资料。存入与阅读的时间是单位设备的时钟；证明见 certwire "
			   "audit。 Internal. Times of "
			   "storing are those of the units' devices; certwire audit proves them.</footer>\n",
			   err) &&
		   page_end(out, err);
}
