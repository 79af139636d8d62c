#include "common/clock.h"
#include "common/json.h"
#include "common/utf8.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

/* Widths of the columns of the table; the title takes what is left. */
enum { WIDTH_MARK = 2, WIDTH_CHANNEL = 12, WIDTH_LABEL = 14, WIDTH_ID = 10, WIDTH_DAY = 12 };

static bool print_row(const char *mark, const char *channel, const char *label, const char *id,
	const char *day, const char *title, struct err *err)
{
	const struct {
		const char *text;
		size_t width;
	} cells[] = {{mark, WIDTH_MARK}, {channel, WIDTH_CHANNEL}, {label, WIDTH_LABEL}, {id, WIDTH_ID},
		{day, WIDTH_DAY}};
	auto_buf struct buf row = BUF_INIT(4096);

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		if (!utf8_cell(&row, cells[i].text, cells[i].width - 1, err) ||
			!buf_append(&row, " ", 1, err))
			return false;
	}
	(void)printf("%s%s\n", buf_str(&row), title);
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
	char day[CLOCK_TEXT_SIZE];
	size_t *count = context;

	(void)clock_format(document->stored_at, day);
	day[10] = '\0';
	if ((*count)++ == 0 && !print_row("", "频道", "期号", "编号", "收到日期", "标题", err))
		return false;
	return print_row(mark_of(document), document->channel, document->label,
		(char[9]){document->id[0], document->id[1], document->id[2], document->id[3],
			document->id[4], document->id[5], document->id[6], document->id[7], '\0'},
		day, document->title, err);
}

static bool list_json(void *context, const struct document *document, struct err *err)
{
	json_t *list = context;
	json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "id",
		document->id, "state",
		strcmp(document->state, "recalled") == 0 && document->superseded ? "superseded"
																		 : document->state,
		"taken_back_by", document->taken_back_by, "channel", document->channel, "number",
		document->label, "title", document->title, "folder", document->folder, "epoch",
		(json_int_t)document->epoch, "entry", (json_int_t)document->number, "bytes",
		(json_int_t)document->bytes, "stored_at", (json_int_t)document->stored_at, "opened_at",
		(json_int_t)document->opened_at);

	if (!item || json_array_append_new(list, item) != 0)
		return err_set(err, ERR_SYSTEM, "out of memory, or a text in the state is not UTF-8");
	return true;
}

static bool print_json(struct db *db, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(64 * 1024 * 1024);
	auto_json json_t *list = json_array();

	if (!list)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!inbox_list(db, list_json, list, err) || !json_write(list, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

bool verb_inbox_list(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	size_t count = 0;

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err))
		return false;
	if (cli_has(call, "json"))
		return print_json(&db, err);
	if (!inbox_list(&db, list_text, &count, err))
		return false;
	if (count == 0)
		(void)fprintf(stderr, "收件箱是空的 (the inbox is empty)\n");
	return true;
}
