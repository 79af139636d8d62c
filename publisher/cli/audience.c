#include "publisher/cli/audience.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/json.h"
#include "common/kind.h"
#include "db/editor.h"
#include "db/editor_recall.h"
#include "publisher/cli/table.h"

enum { NAMED_MAX = 20 };

/* Takes the rows over. */
static struct audience count(struct pg_rows *rows)
{
	struct audience audience = {.rows = rows};

	for (int i = 0; i < pg_row_count(audience.rows); i++) {
		struct editor_audience unit = editor_audience_at(audience.rows, i);

		audience.receiving += unit.receives;
		audience.others += !unit.receives;
		audience.waiting += unit.waits;
		audience.without_device += unit.receives && unit.devices == 0;
	}
	return audience;
}

bool audience_read(struct pg *pg, const char *channel, const void *rule, size_t len,
	struct audience *ret, struct err *err)
{
	struct pg_rows *rows;

	if (!editor_audience(pg, channel, rule, len, &rows, err))
		return false;
	*ret = count(rows);
	return true;
}

bool audience_read_recall(struct pg *pg, const char *id, struct audience *ret, struct err *err)
{
	struct pg_rows *rows;

	if (!editor_recall_audience(pg, id, &rows, err))
		return false;
	*ret = count(rows);
	return true;
}

bool audience_of(struct pg *pg, const struct editor_publication *publication, struct audience *ret,
	struct err *err)
{
	struct pg_bytes rule = publication->audience;

	return strcmp(publication->kind, kind_name(KIND_RECALL)) == 0
			   ? audience_read_recall(pg, publication->id, ret, err)
			   : audience_read(pg, publication->channel, rule.data, rule.len, ret, err);
}

void audience_release(struct audience *audience)
{
	pg_rows_free(audience->rows);
	audience->rows = NULL;
}

bool audience_summary(const struct audience *audience, struct buf *out, struct err *err)
{
	if (!buf_printf(out, err, "%d 个单位将收到", audience->receiving))
		return false;
	if (audience->waiting > 0 &&
		!buf_printf(out, err, "（其中 %d 个在优先单位之后）", audience->waiting))
		return false;
	if (audience->without_device &&
		!buf_printf(out, err, "（其中 %d 个尚无设备）", audience->without_device))
		return false;
	return audience->others == 0 || buf_printf(out, err, "，%d 个不会", audience->others);
}

static bool add_receiving(const struct editor_audience *unit, struct table *table, struct err *err)
{
	char devices[80];

	if (unit->devices > 0)
		(void)snprintf(devices, sizeof devices, "%d 台设备%s", unit->devices,
			unit->waits ? "，优先期后收到" : "");
	else
		(void)snprintf(devices, sizeof devices, "尚无设备：认证后才能送达");
	const char *const cells[] = {unit->unit, unit->name, devices};

	return table_add_row(table, cells, err);
}

static bool add_other(const struct editor_audience *unit, struct table *table, struct err *err)
{
	const char *const cells[] = {unit->unit, unit->name, unit->reason ? unit->reason : ""};

	return table_add_row(table, cells, err);
}

static bool fill(const struct audience *audience, int named_max, struct table *receiving,
	struct table *others, struct err *err)
{
	int named = 0;

	for (int i = 0; i < pg_row_count(audience->rows); i++) {
		struct editor_audience unit = editor_audience_at(audience->rows, i);

		if (!unit.receives) {
			if (!add_other(&unit, others, err))
				return false;
		} else if (named++ < named_max && !add_receiving(&unit, receiving, err)) {
			return false;
		}
	}
	return true;
}

static bool detail(const struct audience *audience, int named_max, struct buf *out, struct err *err)
{
	auto_table struct table receiving = TABLE_INIT(3);
	auto_table struct table others = TABLE_INIT(3);

	if (!fill(audience, named_max, &receiving, &others, err) ||
		!buf_printf(out, err, "将收到 will receive: %d\n", audience->receiving) ||
		!table_write(&receiving, 2, out, err))
		return false;
	if (audience->receiving > named_max &&
		!buf_printf(out, err, "  … 及另外 %d 个单位\n", audience->receiving - named_max))
		return false;
	return buf_printf(out, err, "不会收到 will not: %d\n", audience->others) &&
		   table_write(&others, 2, out, err);
}

bool audience_detail(const struct audience *audience, struct buf *out, struct err *err)
{
	return detail(audience, NAMED_MAX, out, err);
}

bool audience_list(const struct audience *audience, struct buf *out, struct err *err)
{
	return detail(audience, INT_MAX, out, err);
}

json_t *audience_json(const struct audience *audience)
{
	auto_json json_t *units = json_array();

	for (int i = 0; i < pg_row_count(audience->rows); i++) {
		struct editor_audience unit = editor_audience_at(audience->rows, i);

		if (json_array_append_new(
				units, json_pack("{s:s, s:s, s:b, s:s?, s:i, s:b}", "unit", unit.unit, "name",
						   unit.name, "receives", unit.receives, "reason", unit.reason, "devices",
						   unit.devices, "waits", unit.waits)) != 0)
			return NULL;
	}
	return json_pack("{s:i, s:O}", "receiving", audience->receiving, "units", units);
}
