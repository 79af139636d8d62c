#include "publisher/cli/confirmed.h"

#include <stdio.h>

#include "common/json.h"
#include "db/editor_recall.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"

bool confirmed_read(struct pg *pg, const char *id, struct confirmed *ret, struct err *err)
{
	struct confirmed confirmed = {.rows = NULL};

	if (!editor_confirmations(pg, id, &confirmed.rows, err))
		return false;
	confirmed.told = pg_row_count(confirmed.rows);
	for (int i = 0; i < confirmed.told; i++)
		confirmed.confirmed += editor_confirmations_at(confirmed.rows, i).confirmed_at != 0;
	*ret = confirmed;
	return true;
}

void confirmed_release(struct confirmed *confirmed)
{
	pg_rows_free(confirmed->rows);
	confirmed->rows = NULL;
}

static bool add_waiting(
	const struct editor_confirmation *unit, struct table *table, struct err *err)
{
	char note[256];

	if (unit->waits_for)
		(void)snprintf(note, sizeof note, "等待设备 waits for %s", unit->waits_for);
	else
		(void)snprintf(note, sizeof note, "%s",
			unit->had ? "尚未收到通知 not told yet" : "可能收到过，尚未收到通知 may have it");
	const char *const cells[] = {unit->unit, unit->name, note};

	return unit->confirmed_at || table_add_row(table, cells, err);
}

bool confirmed_view(const struct confirmed *confirmed, struct buf *out, struct err *err)
{
	auto_table struct table table = TABLE_INIT(3);
	char line[64];

	if (confirmed->told == 0)
		return true;
	(void)snprintf(
		line, sizeof line, "%d/%d 已确认封存 confirmed", confirmed->confirmed, confirmed->told);
	for (int i = 0; i < confirmed->told; i++) {
		struct editor_confirmation unit = editor_confirmations_at(confirmed->rows, i);

		if (!add_waiting(&unit, &table, err))
			return false;
	}
	return manifest_view_line(out, "收回", line, err) && table_write(&table, 2, out, err);
}

json_t *confirmed_json(const struct confirmed *confirmed)
{
	auto_json json_t *units = json_array();

	for (int i = 0; i < confirmed->told; i++) {
		struct editor_confirmation unit = editor_confirmations_at(confirmed->rows, i);

		if (json_array_append_new(
				units, json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:s?}", "unit", unit.unit, "name",
						   unit.name, "target", unit.target, "by", unit.by, "had", unit.had,
						   "confirmed_at", output_time(unit.confirmed_at, 0), "waits_for",
						   unit.waits_for)) != 0)
			return NULL;
	}
	return json_pack("{s:i, s:i, s:O}", "told", confirmed->told, "confirmed", confirmed->confirmed,
		"units", units);
}
