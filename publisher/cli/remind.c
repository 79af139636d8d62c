#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "common/json.h"
#include "common/refusal.h"
#include "db/editor_send.h"
#include "publisher/cli/course.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

const struct cli_option remind_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

/* Why it has not got it, as far as anybody here knows. */
static char *note_of(const struct editor_reminder *unit, char out[static 512])
{
	if (unit->held_reason)
		(void)snprintf(out, 512, "暂缓 held：%s", unit->held_reason);
	else if (unit->refused_code)
		(void)snprintf(out, 512, "拒收 refused：%s（%d）",
			refusal_text_zh(unit->refused_code) ? refusal_text_zh(unit->refused_code) : "",
			unit->refused_code);
	else
		(void)snprintf(
			out, 512, "%s，已推送 %d 次", unit->present ? "在线" : "不在线 away", unit->offers);
	return out;
}

static bool print_text(const struct lookup *found, const struct pg_rows *rows, struct err *err)
{
	static const char *const titles[] = {"unit", "单位", "联系人 contact", "说明"};
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));
	char note[512];

	if (pg_row_count(rows) == 0)
		return buf_printf(&text, err, "%s %s: 没有单位还未收到 nobody lacks it\n",
				   found->publication.channel, found->publication.number) &&
			   output_text(&text, err);
	if (!buf_printf(&text, err, "%s %s: %d 个单位尚未收到，已重新推送 offered again\n",
			found->publication.channel, found->publication.number, pg_row_count(rows)))
		return false;
	if (!table_add_row(&table, titles, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_reminder unit = editor_remind_at(rows, i);
		const char *const cells[] = {unit.unit, unit.name, unit.contact, note_of(&unit, note)};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return table_write(&table, 2, &text, err) && output_text(&text, err);
}

static bool print_json(const struct lookup *found, const struct pg_rows *rows, struct err *err)
{
	auto_json json_t *units = json_array();

	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_reminder unit = editor_remind_at(rows, i);

		if (json_array_append_new(units,
				json_pack("{s:s, s:s, s:s?, s:b, s:i, s:o, s:i, s:s}", "unit", unit.unit, "name",
					unit.name, "held_reason", unit.held_reason, "present", unit.present, "offers",
					unit.offers, "last_offered_at", output_time(unit.last_offered_at, 0),
					"refused_code", unit.refused_code, "contact", unit.contact)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return output_json(json_pack("{s:s, s:O}", "id", found->publication.id, "units", units), err);
}

bool verb_remind(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_rows struct pg_rows *rows = NULL;

	if (!session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!course_check(&found, "issued", "nobody was sent it yet", "see: certwire status", err) ||
		!editor_remind(session.pg, found.publication.id, &rows, err))
		return false;
	return cli_has(call, "json") ? print_json(&found, rows, err) : print_text(&found, rows, err);
}
