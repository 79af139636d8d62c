#include <inttypes.h>
#include <stdio.h>

#include "publisher/cli/html.h"
#include "publisher/cli/period.h"

enum { WIDTH = 800, HEIGHT = 200, LEFT = 44, RIGHT = 8, TOP = 10, BOTTOM = 24, TICKS = 6 };

static double x_of(int nth, int count)
{
	return count < 2 ? LEFT : LEFT + (double)(WIDTH - LEFT - RIGHT) * nth / (count - 1);
}

static double share_of(const struct editor_board_day *day)
{
	return day->issued ? (double)day->stored / (double)day->issued : 0;
}

static double y_of(double share)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
}

static bool grid(struct buf *out, struct err *err)
{
	for (int percent = 0; percent <= 100; percent += 25)
		if (!buf_printf(out, err,
				"<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" "
				"y=\"%.1f\" text-anchor=\"end\">%d%%</text>",
				LEFT, WIDTH - RIGHT, y_of(percent / 100.0), y_of(percent / 100.0), LEFT - 6,
				y_of(percent / 100.0) + 4, percent))
			return false;
	return true;
}

/* Before the first issue there is nothing to cover. */
static int first_day(const struct period *period)
{
	int count = pg_row_count(period->days);
	int nth = 0;

	while (nth < count && editor_board_days_at(period->days, nth).issued == 0)
		nth++;
	return nth;
}

static bool line(
	const struct period *period, const char *class, bool closed, struct buf *out, struct err *err)
{
	int first = first_day(period);
	int count = pg_row_count(period->days) - first;

	if (!buf_printf(out, err, "<path class=\"%s\" d=\"", class))
		return false;
	for (int i = 0; i < count; i++) {
		struct editor_board_day day = editor_board_days_at(period->days, first + i);

		if (!buf_printf(
				out, err, "%c%.1f %.1f", i ? 'L' : 'M', x_of(i, count), y_of(share_of(&day))))
			return false;
	}
	if (closed && !buf_printf(out, err, "L%.1f %.1fL%d %.1fZ", x_of(count - 1, count), y_of(0),
					  LEFT, y_of(0)))
		return false;
	return buf_append_str(out, "\"/>", err);
}

static bool labels(const struct period *period, struct buf *out, struct err *err)
{
	int first = first_day(period);
	int count = pg_row_count(period->days) - first;
	int ticks = count < TICKS ? count : TICKS;

	for (int i = 0; i < ticks; i++) {
		int nth = ticks < 2 ? 0 : i * (count - 1) / (ticks - 1);

		if (!buf_printf(out, err, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
				x_of(nth, count), HEIGHT - 6,
				i == 0           ? "start"
				: i == ticks - 1 ? "end"
								 : "middle",
				editor_board_days_at(period->days, first + nth).day))
			return false;
	}
	return true;
}

/* The same in words and numbers, for who cannot see the line. */
static bool table(const struct period *period, struct buf *out, struct err *err)
{
	if (!buf_append_str(out,
			"<details><summary>逐日数据 day by day</summary><div "
			"class=\"scroll\"><table><thead><tr>"
			"<th>日期 day</th><th class=\"n\">累计应收 due</th><th class=\"n\">累计已存 stored</th>"
			"<th class=\"n\">覆盖 coverage</th></tr></thead><tbody>",
			err))
		return false;
	for (int i = 0; i < pg_row_count(period->days); i++) {
		struct editor_board_day day = editor_board_days_at(period->days, i);

		if (!buf_printf(out, err,
				"<tr><td>%s</td><td class=\"n\">%" PRId64 "</td><td class=\"n\">%" PRId64
				"</td><td class=\"n\">%.1f%%</td></tr>",
				day.day, day.issued, day.stored, 100 * share_of(&day)))
			return false;
	}
	return buf_append_str(out, "</tbody></table></div></details>\n", err);
}

bool period_chart(const struct period *period, struct buf *out, struct err *err)
{
	if (first_day(period) == pg_row_count(period->days))
		return true;
	return buf_printf(out, err,
			   "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"逐日签收覆盖率 coverage by "
			   "day\">",
			   WIDTH, HEIGHT) &&
		   grid(out, err) && line(period, "area", true, out, err) &&
		   line(period, "line", false, out, err) && labels(period, out, err) &&
		   buf_append_str(out, "</svg>\n", err) && table(period, out, err);
}
