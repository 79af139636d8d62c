#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/language.h"
#include "publisher/cli/output.h"
#include "publisher/cli/period.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

static bool add_publication(const struct editor_board_publication *p, const char *title,
	struct table *table, struct err *err)
{
	char counts[4][16];
	char median[PERIOD_SPAN_SIZE];
	char p95[PERIOD_SPAN_SIZE];
	char brief[16];
	const int numbers[] = {p->deliveries, p->stored, p->opened, p->owed};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		(void)snprintf(counts[i], sizeof counts[i], "%d", numbers[i]);
	(void)snprintf(brief, sizeof brief, "%.8s", p->id);
	const char *const row[] = {brief, p->channel, p->number, WHEN_OR_EMPTY(p->issued_at), counts[0],
		counts[1], counts[2], counts[3], period_span_text(p->median_s, median),
		period_span_text(p->p95_s, p95), title};

	return table_add_row(table, row, err);
}

static bool add_overdue(const struct editor_overdue *o, struct table *table, struct err *err)
{
	char what[64];

	(void)snprintf(what, sizeof what, "%s %s", o->channel, o->number);
	const char *const row[] = {o->unit, o->name, what, WHEN_OR_EMPTY(o->issued_at),
		o->present ? "在线" : "不在线", o->held_reason ? o->held_reason : "",
		o->contact ? o->contact : "无联系人", o->phone ? o->phone : ""};

	return table_add_row(table, row, err);
}

/* What a person at a terminal reads; --html and --json list more. */
enum { VIEW_OVERDUE_MAX = 50 };

static bool view_overdue(const struct period *period, struct buf *out, struct err *err)
{
	auto_table struct table table = TABLE_INIT(8);

	int shown = pg_row_count(period->overdue);

	if (shown > VIEW_OVERDUE_MAX)
		shown = VIEW_OVERDUE_MAX;
	for (int i = 0; i < shown; i++) {
		struct editor_overdue overdue = editor_overdue_at(period->overdue, i);

		if (!add_overdue(&overdue, &table, err))
			return false;
	}
	int64_t left_out = period->overdue_total - shown;

	return buf_printf(out, err, "逾期 overdue: %lld\n", (long long)period->overdue_total) &&
		   table_write(&table, 2, out, err) &&
		   (left_out <= 0 ||
			   buf_printf(out, err, "  … 还有 %lld 项 more: certwire board --html FILE\n",
				   (long long)left_out));
}

bool period_view(const struct period *period, struct buf *out, struct err *err)
{
	static const char *const titles[] = {"id", LANGUAGE_TEXT("channel"), LANGUAGE_TEXT("number"),
		LANGUAGE_TEXT("issued"), LANGUAGE_TEXT("units"), LANGUAGE_TEXT("stored"),
		LANGUAGE_TEXT("opened"), LANGUAGE_TEXT("owed"), LANGUAGE_TEXT("median"), "p95",
		LANGUAGE_TEXT("title")};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));

	table.right = 0x3fU << 4;
	if (!table_add_titles(&table, titles, err))
		return false;
	for (int i = 0; i < pg_row_count(period->publications); i++) {
		struct editor_board_publication p = editor_board_publications_at(period->publications, i);

		if (!add_publication(&p, period_title(period, i), &table, err))
			return false;
	}
	return table_write(&table, 0, out, err) && view_overdue(period, out, err);
}

static json_t *publications_json(const struct period *period)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(period->publications); i++) {
		struct editor_board_publication p = editor_board_publications_at(period->publications, i);

		if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:s, s:s, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o}",
					"id", p.id, "channel", p.channel, "number", p.number, "title",
					period_title(period, i), "issued_at", output_time(p.issued_at, 0), "units",
					p.deliveries, "owed", p.owed, "stored", p.stored, "opened", p.opened, "refused",
					p.refused, "expired", p.expired, "recalled", p.recalled, "median_s",
					p.median_s < 0 ? json_null() : json_integer(p.median_s), "p95_s",
					p.p95_s < 0 ? json_null() : json_integer(p.p95_s))) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *units_json(const struct period *period)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(period->units); i++) {
		struct editor_board_unit unit = editor_board_units_at(period->units, i);
		auto_json json_t *states = json_array();

		for (const char *cell = unit.cells; *cell; cell++)
			if (json_array_append_new(states, json_string(period_cell_name(*cell))) != 0)
				return NULL;
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:O}", "unit", unit.unit, "name",
											unit.name, "owed", unit.missing, "states", states)) !=
			0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *overdue_json(const struct period *period)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(period->overdue); i++) {
		struct editor_overdue o = editor_overdue_at(period->overdue, i);

		if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:s?, s:s?, s:s?}", "unit", o.unit,
					"name", o.name, "publication", o.publication, "channel", o.channel, "number",
					o.number, "issued_at", output_time(o.issued_at, 0), "present", o.present,
					"held_reason", o.held_reason, "contact", o.contact, "phone", o.phone)) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *days_json(const struct period *period)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(period->days); i++) {
		struct editor_board_day day = editor_board_days_at(period->days, i);

		if (json_array_append_new(
				list, json_pack("{s:s, s:I, s:I}", "day", day.day, "due", (json_int_t)day.issued,
						  "stored", (json_int_t)day.stored)) != 0)
			return NULL;
	}
	return TAKE(list);
}

bool period_json(const struct period *period, struct err *err)
{
	return output_json(
		json_pack("{s:o, s:o, s:i, s:I, s:I, s:I, s:I, s:o, s:o, s:o?, s:o?, s:o?, s:o?}", "from",
			output_time(period->span.from, 0), "until", output_time(period->span.until, 0),
			"units_total", period->unit_total, "due", (json_int_t)period->due, "stored",
			(json_int_t)period->stored, "opened", (json_int_t)period->opened, "overdue_total",
			(json_int_t)period->overdue_total, "median_s",
			period->median_s < 0 ? json_null() : json_integer(period->median_s), "p95_s",
			period->p95_s < 0 ? json_null() : json_integer(period->p95_s), "publications",
			publications_json(period), "units", units_json(period), "days", days_json(period),
			"overdue", overdue_json(period)),
		err);
}
