#include <stdio.h>

#include "common/json.h"
#include "publisher/cli/lint.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"
#include "publisher/cli/verbs.h"

const struct cli_option lint_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

static bool print_json(const struct sources *sources, struct err *err)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < sources->count; i++) {
		struct lint lint;

		if (!lint_file(&sources->items[i], &lint, err))
			return false;
		if (json_array_append_new(list, lint_json(&lint, sources->items[i].name)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return output_json(TAKE(list), err);
}

static bool add(
	const struct source *source, struct table *table, struct buf *warnings, struct err *err)
{
	char size[OUTPUT_SIZE_SIZE];
	struct lint lint;

	if (!lint_file(source, &lint, err))
		return false;
	const char *const cells[] = {source->name, output_size(lint.size_bytes, size), lint.type};

	return table_add_row(table, cells, err) && lint_view(&lint, source->name, warnings, err);
}

static bool print_text(const struct sources *sources, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_buf struct buf warnings = BUF_INIT(OUTPUT_MAX);
	auto_table struct table table = TABLE_INIT(3);

	table.right = 1U << 1;
	for (size_t i = 0; i < sources->count; i++)
		if (!add(&sources->items[i], &table, &warnings, err))
			return false;
	return table_write(&table, 0, &text, err) &&
		   buf_append_str(
			   &text, warnings.len ? buf_str(&warnings) : "没有发现问题 no warnings\n", err) &&
		   output_text(&text, err);
}

bool verb_lint(const struct cli_call *call, struct err *err)
{
	auto_sources struct sources sources = {.count = 0};

	if (!sources_open(call->argv, call->argc, &sources, err))
		return false;
	return cli_has(call, "json") ? print_json(&sources, err) : print_text(&sources, err);
}
