#include "publisher/cli/period.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/editor_publication.h"
#include "publisher/cli/title.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

static const struct {
	char cell;
	const char *name;
	const char *text;
	const char *mark;
} cells[] = {
	{'p', "opened", "已阅 opened", "阅"},
	{'s', "stored", "已存 stored", "存"},
	{'o', "owed", "待达 owed", "待"},
	{'r', "refused", "拒收 refused", "拒"},
	{'h', "held", "暂缓 held", "缓"},
	{'x', "expired", "过期 expired", "过"},
	{'c', "recalled", "召回 recalled", "召"},
	{' ', "none", "不在受众 not addressed", ""},
};

static size_t cell_at(char cell)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(cells) && cells[i].cell != cell)
		i++;
	return i;
}

const char *period_cell_name(char cell)
{
	return cells[cell_at(cell)].name;
}

const char *period_cell_text(char cell)
{
	return cells[cell_at(cell)].text;
}

const char *period_cell_mark(char cell)
{
	return cells[cell_at(cell)].mark;
}

char *period_span_text(int64_t s, char out[static PERIOD_SPAN_SIZE])
{
	if (s < 0)
		(void)snprintf(out, PERIOD_SPAN_SIZE, "—");
	else if (s < MINUTE_S)
		(void)snprintf(out, PERIOD_SPAN_SIZE, "%" PRId64 " 秒", s);
	else if (s < HOUR_S)
		(void)snprintf(
			out, PERIOD_SPAN_SIZE, "%" PRId64 " 分 %" PRId64 " 秒", s / MINUTE_S, s % MINUTE_S);
	else if (s < DAY_S)
		(void)snprintf(out, PERIOD_SPAN_SIZE, "%" PRId64 " 小时 %" PRId64 " 分", s / HOUR_S,
			s % HOUR_S / MINUTE_S);
	else
		(void)snprintf(out, PERIOD_SPAN_SIZE, "%" PRId64 " 天 %" PRId64 " 小时", s / DAY_S,
			s % DAY_S / HOUR_S);
	return out;
}

static void sum(struct period *period)
{
	for (int i = 0; i < pg_row_count(period->publications); i++) {
		struct editor_board_publication p = editor_board_publications_at(period->publications, i);

		period->due += p.deliveries;
		period->stored += p.stored;
		period->opened += p.opened;
		if (p.issued_at <= period->now - period->overdue_after_s)
			period->overdue_total += p.owed;
	}
}

/* One moment for the whole board: its parts agree. */
static bool read_all(struct pg *pg, int units_max, struct period *period, struct err *err)
{
	const struct editor_period *span = &period->span;

	return pg_begin_snapshot(pg, err) &&
		   editor_board_publications(pg, span, &period->publications, err) &&
		   editor_board_totals(
			   pg, span, &period->unit_total, &period->median_s, &period->p95_s, err) &&
		   editor_board_units(pg, span, units_max, &period->units, err) &&
		   editor_board_days(pg, span, &period->days, err) &&
		   editor_overdue(
			   pg, span, period->overdue_after_s, OVERDUE_MAX, NULL, &period->overdue, err) &&
		   pg_commit(pg, err);
}

bool period_read(struct pg *pg, int units_max, struct period *period, struct err *err)
{
	if (!read_all(pg, units_max, period, err)) {
		pg_rollback(pg);
		return false;
	}
	sum(period);
	return true;
}

static bool read_title(
	struct pg *pg, const struct signer *editor, const char *id, char **ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	struct editor_publication publication;
	char title[TITLE_SIZE];

	if (!editor_publications(pg, id, 1, &rows, err) || pg_row_count(rows) != 1 ||
		!editor_publications_at(rows, 0, &publication, err) ||
		!title_read(pg, &publication, editor, title, err))
		return false;
	*ret = strdup(title);
	return *ret || err_set(err, ERR_SYSTEM, "out of memory");
}

bool period_read_titles(
	struct pg *pg, const struct signer *editor, struct period *period, struct err *err)
{
	int count = pg_row_count(period->publications);

	period->titles = calloc((size_t)count + 1, sizeof *period->titles);
	if (!period->titles)
		return err_set(err, ERR_SYSTEM, "out of memory");
	for (int i = 0; i < count; i++) {
		const char *id = editor_board_publications_at(period->publications, i).id;

		if (!read_title(pg, editor, id, &period->titles[i], err))
			return err_context(err, "title of %.8s", id);
	}
	return true;
}

const char *period_title(const struct period *period, int nth)
{
	return period->titles ? period->titles[nth] : "";
}

void period_release(struct period *period)
{
	for (int i = 0; period->titles && period->titles[i]; i++)
		free(period->titles[i]);
	free(period->titles);
	pg_rows_free(period->publications);
	pg_rows_free(period->units);
	pg_rows_free(period->days);
	pg_rows_free(period->overdue);
	*period = (struct period){.titles = NULL};
}
