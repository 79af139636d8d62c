#include "common/clock.h"
#include "common/json.h"
#include "common/utf8.h"
#include "subscriber/day.h"
#include "subscriber/inbox.h"
#include "subscriber/inbox_text.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

/* Widths of the columns of the table; the title takes what is left. */
enum {
	WIDTH_MARK = 2,
	WIDTH_CHANNEL = 12,
	WIDTH_LABEL = 14,
	WIDTH_ID = 10,
	WIDTH_DAY = 12,
	WIDTH_COMING = 27,
};

struct row {
	const char *mark;
	const char *channel;
	const char *label;
	const char *id;
	const char *day;
	const char *coming;
	const char *title;
};

static bool print_row(const struct row *cell, struct err *err)
{
	const struct {
		const char *text;
		size_t width;
	} cells[] = {{cell->mark, WIDTH_MARK}, {cell->channel, WIDTH_CHANNEL},
		{cell->label, WIDTH_LABEL}, {cell->id, WIDTH_ID}, {cell->day, WIDTH_DAY},
		{cell->coming, WIDTH_COMING}};
	auto_buf struct buf row = BUF_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		if (!utf8_cell(&row, cells[i].text, cells[i].width - 1, err) ||
			!buf_append(&row, " ", 1, err))
			return false;
	}
	(void)printf("%s%s\n", buf_str(&row), cell->title);
	return true;
}

static const char *mark_of(const struct document *document)
{
	if (strcmp(document->state, "recalled") == 0)
		return document->superseded ? "-" : "x";
	return document->opened_at ? "" : "*";
}

static bool list_text(void *context, const struct document *document, struct err *err)
{
	static const struct row heading = {"", "频道", "期号", "编号", "收到日期", "期限", "标题"};
	char coming[DAY_TEXT_SIZE + 16] = "";
	char at[DAY_TEXT_SIZE];
	char day[DAY_TEXT_SIZE];
	size_t *count = context;
	char id[PUB_ID_SHORT_SIZE];

	(void)snprintf(id, sizeof id, "%.*s", PUB_ID_SHORT_SIZE - 1, document->id);
	day_format(document->stored_at, day)[10] = '\0';
	if (document->coming)
		(void)snprintf(coming, sizeof coming, "%s %s", day_format(document->coming, at),
			inbox_coming_name(document));
	if ((*count)++ == 0 && !print_row(&heading, err))
		return false;
	return print_row(&(struct row){mark_of(document), document->channel, document->label, id, day,
						 coming, document->title},
		err);
}

json_t *document_json(const struct document *document)
{
	bool is_replaced = strcmp(document->state, "recalled") == 0 && document->superseded;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
					 " s:I, s:I, s:I}",
		"id", document->id, "state", is_replaced ? "superseded" : document->state, "taken_back_by",
		document->taken_back_by, "kind", document->kind, "channel", document->channel, "number",
		document->label, "title", document->title, "folder", document->folder, "epoch",
		(json_int_t)document->epoch, "entry", (json_int_t)document->number, "bytes",
		(json_int_t)document->bytes, "stored_at", (json_int_t)document->stored_at, "opened_at",
		(json_int_t)document->opened_at, "reply_by", (json_int_t)document->reply_by, "deadline",
		(json_int_t)document->deadline, "starts", (json_int_t)document->starts, "ends",
		(json_int_t)document->ends, "coming", (json_int_t)document->coming);
}

static bool list_json(void *context, const struct document *document, struct err *err)
{
	json_t *list = context;
	json_t *item = document_json(document);

	if (!item || json_array_append_new(list, item) != 0)
		return err_set(err, ERR_SYSTEM, "out of memory, or a text in the state is not UTF-8");
	return true;
}

static bool print_json(struct db *db, const struct inbox_filter *filter, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(64 * 1024 * 1024);
	auto_json json_t *list = json_array();

	if (!list)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!inbox_list(db, filter, list_json, list, err) || !json_write(list, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

static bool list_open(
	const struct cli_call *call, struct db *db, struct inbox_filter *filter, struct err *err)
{
	auto_config struct config config = {.unit = NULL};

	*filter = (struct inbox_filter){
		.now = clock_now(clock_system()),
		.channel = cli_value(call, "channel"),
		.unread = cli_has(call, "unread"),
	};
	return day_parse(cli_value(call, "since"), "--since", &filter->since, err) &&
		   verb_config(call, &config, err) && state_open_readonly(config.state, db, err);
}

static bool list_print(const struct cli_call *call, struct db *db,
	const struct inbox_filter *filter, const char *none, struct err *err)
{
	size_t count = 0;

	if (cli_has(call, "json"))
		return print_json(db, filter, err);
	if (!inbox_list(db, filter, list_text, &count, err))
		return false;
	if (count == 0)
		(void)fprintf(stderr, "%s\n", none);
	return true;
}

bool verb_inbox_list(const struct cli_call *call, struct err *err)
{
	auto_db struct db db = {.handle = NULL};
	struct inbox_filter filter;
	bool all;

	if (!list_open(call, &db, &filter, err))
		return false;
	all = !filter.since && !filter.channel && !filter.unread;
	return list_print(call, &db, &filter,
		all ? "收件箱是空的 (the inbox is empty)" : "没有符合条件的文件 (nothing matches)", err);
}

bool verb_inbox_search(const struct cli_call *call, struct err *err)
{
	auto_db struct db db = {.handle = NULL};
	auto_buf struct buf terms = BUF_INIT(16 * 1024);
	struct inbox_filter filter;

	for (size_t i = 0; i < call->argc; i++) {
		if (!buf_printf(&terms, err, "%s ", call->argv[i]))
			return false;
	}
	if (!list_open(call, &db, &filter, err))
		return false;
	filter.terms = buf_str(&terms);
	return list_print(call, &db, &filter, "没有找到 (nothing found)", err);
}
