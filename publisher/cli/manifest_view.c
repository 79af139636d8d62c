#include "publisher/cli/manifest_view.h"

#include <stdio.h>
#include <string.h>

#include "common/form.h"
#include "common/json.h"
#include "publisher/cli/output.h"
#include "publisher/cli/rule.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

enum { LABEL_COLUMNS = 8, LINE_SIZE = 256 };

char *channel_text(const char *channel, char out[static CHANNEL_TEXT_SIZE])
{
	static const char *const names[][2] = {
		{"weekly", "周报"},
		{"monthly", "月报"},
		{"opportunity", "专项课题"},
		{"seminar", "研讨会"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i][0], channel) == 0) {
			(void)snprintf(out, CHANNEL_TEXT_SIZE, "%s %s", names[i][1], channel);
			return out;
		}
	(void)snprintf(out, CHANNEL_TEXT_SIZE, "%s", channel);
	return out;
}

bool manifest_view_line(struct buf *out, const char *label, const char *value, struct err *err)
{
	return output_field(out, LABEL_COLUMNS, label, value, err);
}

static bool view_time(struct buf *out, const char *label, int64_t seconds, struct err *err)
{
	char text[WHEN_TEXT_SIZE];

	return seconds == TIME_NONE || manifest_view_line(out, label, when_format(seconds, text), err);
}

static bool view_rule(struct buf *out, const struct buf *rule, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(RULE_BYTES_MAX);

	return rule_describe(rule->data, rule->len, &text, err) &&
		   manifest_view_line(out, "接收范围", buf_str(&text), err);
}

static bool view_references(const struct manifest *manifest, struct buf *out, struct err *err)
{
	char id[PUB_ID_SIZE];

	for (size_t i = 0; i < manifest->reference_count; i++) {
		const struct manifest_reference *reference = &manifest->references[i];

		if (!manifest_view_line(out, reference->recalls ? "召回" : "替代",
				pub_id_format(&reference->publication, id), err))
			return false;
	}
	return true;
}

/* A text of several lines has one line of the view for each. */
static bool view_field(
	const char *channel, const struct manifest_field *field, struct buf *out, struct err *err)
{
	const char *text = form_value_text(channel, field->name, field->value);
	const char *label = form_label(channel, field->name);

	while (*text) {
		auto_buf struct buf line = BUF_INIT(LIMIT_FIELD_VALUE);
		size_t len = strcspn(text, "\n");

		if (!buf_append(&line, text, len, err) ||
			!manifest_view_line(out, label, buf_str(&line), err))
			return false;
		text += len + (text[len] == '\n');
		label = "";
	}
	return true;
}

static bool view_fields(const struct manifest *manifest, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < manifest->field_count; i++)
		if (!view_field(manifest->channel, &manifest->fields[i], out, err))
			return false;
	return true;
}

static bool view_files(const struct manifest *manifest, struct buf *out, struct err *err)
{
	auto_table struct table table = TABLE_INIT(4);
	char size[OUTPUT_SIZE_SIZE];

	/* A recall has none. */
	if (manifest->file_count == 0)
		return true;
	table.right = 1U << 2;
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->files[i];
		const char *const cells[] = {
			"", file->name, output_size(file->size_bytes, size), file->type};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return buf_printf(out, err, "  文件      %zu 个，共 %s\n", manifest->file_count,
			   output_size(manifest_total_bytes(manifest), size)) &&
		   table_write(&table, LABEL_COLUMNS + 2, out, err);
}

bool manifest_view(
	const struct manifest *manifest, const struct buf *rule, struct buf *out, struct err *err)
{
	char channel[CHANNEL_TEXT_SIZE];

	return manifest_view_line(out, "频道", channel_text(manifest->channel, channel), err) &&
		   manifest_view_line(out, "期号", manifest->number, err) &&
		   manifest_view_line(out, "标题", manifest->title, err) &&
		   view_references(manifest, out, err) &&
		   manifest_view_line(out, "语言", manifest->language, err) &&
		   view_time(out, "起草时间", manifest->created_at, err) &&
		   view_time(out, "不早于", manifest->not_before, err) &&
		   view_time(out, "截止", manifest->expires_at, err) && view_fields(manifest, out, err) &&
		   view_files(manifest, out, err) && view_rule(out, rule, err);
}

static json_t *fields_json(const struct manifest *manifest)
{
	auto_json json_t *fields = json_object();

	for (size_t i = 0; i < manifest->field_count; i++)
		if (json_object_set_new(
				fields, manifest->fields[i].name, json_string(manifest->fields[i].value)) != 0)
			return NULL;
	return TAKE(fields);
}

static json_t *files_json(const struct manifest *manifest)
{
	auto_json json_t *files = json_array();
	char digest[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->files[i];

		if (json_array_append_new(files,
				json_pack("{s:s, s:s, s:I, s:s}", "name", file->name, "type", file->type, "size",
					(json_int_t)file->size_bytes, "digest", digest_hex(&file->digest, digest))) !=
			0)
			return NULL;
	}
	return TAKE(files);
}

static json_t *references_json(const struct manifest *manifest)
{
	auto_json json_t *references = json_array();
	char id[PUB_ID_SIZE];

	for (size_t i = 0; i < manifest->reference_count; i++) {
		const struct manifest_reference *reference = &manifest->references[i];

		if (json_array_append_new(references,
				json_pack("{s:s, s:s}", "relation", reference->recalls ? "recalls" : "supersedes",
					"publication", pub_id_format(&reference->publication, id))) != 0)
			return NULL;
	}
	return TAKE(references);
}

json_t *manifest_view_json(const struct manifest *manifest)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
		kind_name(manifest->kind), "channel", manifest->channel, "number", manifest->number,
		"title", manifest->title, "language", manifest->language, "created_at",
		output_time(manifest->created_at, TIME_NONE), "not_before",
		output_time(manifest->not_before, TIME_NONE), "expires_at",
		output_time(manifest->expires_at, TIME_NONE), "fields", fields_json(manifest), "files",
		files_json(manifest), "references", references_json(manifest));
}
