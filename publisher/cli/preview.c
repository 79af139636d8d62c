#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "db/editor.h"
#include "db/editor_course.h"
#include "publisher/cli/audience.h"
#include "publisher/cli/changes.h"
#include "publisher/cli/lint.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/opened.h"
#include "publisher/cli/output.h"
#include "publisher/cli/reopen.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

const struct cli_option preview_options[] = {
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

/* All that is shown of a publication before it goes out. */
struct preview {
	struct session session;
	struct opened opened;
	struct sources sources;
	struct audience audience;
	struct pg_rows *last; /* what this editor was shown before */
};

static void preview_release(struct preview *preview)
{
	pg_rows_free(preview->last);
	audience_release(&preview->audience);
	sources_release(&preview->sources);
	opened_release(&preview->opened);
	session_release(&preview->session);
}

static bool had(const struct pg_rows *last, const char *unit)
{
	size_t count = pg_array_len(last, 0, EDITOR_PREVIEW_UNITS);

	for (size_t i = 0; i < count; i++) {
		struct pg_bytes item = pg_array_at(last, 0, EDITOR_PREVIEW_UNITS, i);

		if (item.len == strlen(unit) && memcmp(item.data, unit, item.len) == 0)
			return true;
	}
	return false;
}

static bool was_shown(const struct preview *preview)
{
	return !pg_is_null(preview->last, 0, EDITOR_PREVIEW_AT);
}

/* Calls `say` for each unit that receives now and did not, or the other way round. */
static bool each_change(const struct preview *preview,
	bool (*say)(void *context, const struct editor_audience *unit, struct err *err), void *context,
	struct err *err)
{
	for (int i = 0; was_shown(preview) && i < pg_row_count(preview->audience.rows); i++) {
		struct editor_audience unit = editor_audience_at(preview->audience.rows, i);

		if (unit.receives != had(preview->last, unit.unit) && !say(context, &unit, err))
			return false;
	}
	return true;
}

static bool say_line(void *context, const struct editor_audience *unit, struct err *err)
{
	return buf_printf(context, err, "  %c %s  %s%s%s\n", unit->receives ? '+' : '-', unit->unit,
		ERR_QUOTED(unit->name), unit->reason ? "  " : "", unit->reason ? unit->reason : "");
}

static bool view_last(const struct preview *preview, struct buf *out, struct err *err)
{
	auto_buf struct buf lines = BUF_INIT(OUTPUT_MAX);
	char time[WHEN_TEXT_SIZE];

	if (!was_shown(preview))
		return buf_append_str(out, "上次预览 last preview: 无 none\n", err);
	if (!each_change(preview, say_line, &lines, err))
		return false;
	return buf_printf(out, err, "上次预览 last preview: %s，受众%s\n",
			   when_format(pg_time(preview->last, 0, EDITOR_PREVIEW_AT), time),
			   lines.len ? "有变 changed:" : "未变 unchanged") &&
		   buf_append_str(out, buf_str(&lines), err);
}

/* What goes over each line: sealed and padded. */
static int64_t sealed_bytes(const struct preview *preview)
{
	return (int64_t)preview->opened.found.publication.body.parts * PART_BYTES;
}

static bool view_size(const struct preview *preview, struct buf *out, struct err *err)
{
	char plain[OUTPUT_SIZE_SIZE];
	char sealed[OUTPUT_SIZE_SIZE];
	char all[OUTPUT_SIZE_SIZE];

	return buf_printf(out, err, "大小 size: 明文 %s，密封后每单位 %s，共 %s (%d 个单位)\n",
		output_size(manifest_total_bytes(&preview->opened.manifest), plain),
		output_size(sealed_bytes(preview), sealed),
		output_size(sealed_bytes(preview) * preview->audience.receiving, all),
		preview->audience.receiving);
}

static bool view_lint(const struct preview *preview, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < preview->sources.count; i++) {
		struct lint lint;

		if (!lint_file(&preview->sources.items[i], &lint, err) ||
			!lint_view(&lint, preview->sources.items[i].name, out, err))
			return false;
	}
	return true;
}

static bool print_text(struct preview *preview, struct err *err)
{
	const struct lookup *found = &preview->opened.found;
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	return buf_printf(&text, err, "%s  %s\n单位将看到 what the unit will see:\n", found->brief,
			   publication_state_text(found->publication.state)) &&
		   manifest_view(&preview->opened.manifest, &preview->opened.rule, &text, err) &&
		   view_lint(preview, &text, err) && view_size(preview, &text, err) &&
		   audience_list(&preview->audience, &text, err) && view_last(preview, &text, err) &&
		   changes_view(preview->session.pg, found->publication.id, &text, err) &&
		   output_text(&text, err);
}

static bool say_json(void *context, const struct editor_audience *unit, struct err *err)
{
	return json_array_append_new(context,
			   json_pack("{s:s, s:b}", "unit", unit->unit, "receives", unit->receives)) == 0 ||
		   err_set(err, ERR_SYSTEM, "out of memory");
}

static bool files_json(const struct preview *preview, json_t *list, struct err *err)
{
	for (size_t i = 0; i < preview->sources.count; i++) {
		struct lint lint;

		if (!lint_file(&preview->sources.items[i], &lint, err))
			return false;
		if (json_array_append_new(list, lint_json(&lint, preview->sources.items[i].name)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return true;
}

static bool print_json(struct preview *preview, struct err *err)
{
	const char *id = preview->opened.found.publication.id;
	auto_json json_t *files = json_array();
	auto_json json_t *since_last = json_array();
	auto_json json_t *since_approved = NULL;

	if (!files_json(preview, files, err) || !each_change(preview, say_json, since_last, err) ||
		!changes_json(preview->session.pg, id, &since_approved, err))
		return false;
	return output_json(
		json_pack("{s:s, s:s, s:o, s:O, s:I, s:o, s:o, s:O, s:O}", "id", id, "state",
			preview->opened.found.publication.state, "manifest",
			manifest_view_json(&preview->opened.manifest), "files", files, "sealed_bytes",
			(json_int_t)sealed_bytes(preview), "audience", audience_json(&preview->audience),
			"last_preview_at", output_time(pg_time(preview->last, 0, EDITOR_PREVIEW_AT), 0),
			"since_last_preview", since_last, "since_approved", since_approved),
		err);
}

bool verb_preview(const struct cli_call *call, struct err *err)
{
	CLEANUP(preview_release)
	struct preview preview = {.session = SESSION_INIT, .opened = OPENED_INIT};
	struct opened *opened = &preview.opened;

	if (!session_init(&preview.session, call, err) ||
		!opened_read(&preview.session, call->argv[0], opened, err) ||
		!reopen_files(opened, "", &preview.sources, err) ||
		!audience_read(preview.session.pg, opened->manifest.channel, opened->rule.data,
			opened->rule.len, &preview.audience, err) ||
		!editor_note_preview(preview.session.pg, opened->found.publication.id, &preview.last, err))
		return false;
	return cli_has(call, "json") ? print_json(&preview, err) : print_text(&preview, err);
}
