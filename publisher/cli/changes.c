#include "publisher/cli/changes.h"

#include "common/json.h"
#include "db/editor_course.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"

static bool add(const struct editor_change *change, struct table *table, struct err *err)
{
	const char *const cells[] = {change->receives ? "+" : "-", change->unit, change->name,
		change->why ? change->why : "没有依据 nothing about this unit explains it"};

	return table_add_row(table, cells, err);
}

bool changes_view(struct pg *pg, const char *id, struct buf *out, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	auto_table struct table table = TABLE_INIT(4);

	if (!editor_audience_changes(pg, id, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_change change = editor_audience_changes_at(rows, i);

		if (!add(&change, &table, err))
			return false;
	}
	return pg_row_count(rows) == 0 ||
		   (buf_printf(out, err, "与批准时相比 since it was approved: %d\n", pg_row_count(rows)) &&
			   table_write(&table, 2, out, err));
}

bool changes_json(struct pg *pg, const char *id, json_t **ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	auto_json json_t *list = json_array();

	if (!editor_audience_changes(pg, id, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_change change = editor_audience_changes_at(rows, i);

		if (json_array_append_new(
				list, json_pack("{s:s, s:s, s:b, s:s?}", "unit", change.unit, "name", change.name,
						  "receives", change.receives, "why", change.why)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	*ret = TAKE(list);
	return true;
}

bool changes_check(struct pg *pg, const struct lookup *found, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	auto_buf struct buf strange = BUF_INIT(OUTPUT_MAX);

	if (!editor_audience_changes(pg, found->publication.id, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_change change = editor_audience_changes_at(rows, i);

		if (!change.why && !buf_printf(&strange, err, "%s%c%s", strange.len ? ", " : "",
							   change.receives ? '+' : '-', change.unit))
			return false;
	}
	return strange.len == 0 ||
		   err_set(err, ERR_DENIED,
			   "nothing was issued: the audience of %s is not the one that was approved, and no "
			   "act "
			   "about these units explains it: %s; have it approved again: certwire return %s",
			   found->brief, ERR_QUOTED(buf_str(&strange)), found->brief);
}
