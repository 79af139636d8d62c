#include "publisher/cli/board.h"

#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/json.h"
#include "common/refusal.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

static const struct {
	const char *name;
	const char *text;
} states[BOARD_STATES] = {
	[BOARD_OWED] = {"owed", "待达 owed"},
	[BOARD_HELD] = {"held", "暂缓 held"},
	[BOARD_REFUSED] = {"refused", "拒收 refused"},
	[BOARD_STORED] = {"stored", "已存 stored"},
	[BOARD_OPENED] = {"opened", "已阅 opened"},
	[BOARD_EXPIRED] = {"expired", "过期 expired"},
	[BOARD_RECALLED] = {"recalled", "召回 recalled"},
};

const char *board_state_text(enum board_state state)
{
	return states[state].text;
}

const char *board_state_name(enum board_state state)
{
	return states[state].name;
}

enum board_state board_state(const struct editor_delivery *delivery)
{
	if (delivery->opened_at)
		return BOARD_OPENED;
	if (delivery->stored_at)
		return BOARD_STORED;
	if (strcmp(delivery->state, "expired") == 0)
		return BOARD_EXPIRED;
	if (strcmp(delivery->state, "recalled") == 0)
		return BOARD_RECALLED;
	if (delivery->held_reason)
		return BOARD_HELD;
	return delivery->refused_at ? BOARD_REFUSED : BOARD_OWED;
}

static void note_refusal(const struct editor_delivery *delivery, char *out)
{
	const char *text = refusal_text_zh(delivery->refused_code);

	(void)snprintf(out, BOARD_NOTE_SIZE, "%s（%d），%s", text ? text : "原因不明",
		delivery->refused_code, WHEN_OR_EMPTY(delivery->refused_at));
}

static void note_owed(const struct editor_delivery *delivery, char *out)
{
	const char *presence = delivery->present ? "在线" : "不在线";

	if (delivery->offers == 0)
		(void)snprintf(out, BOARD_NOTE_SIZE, "%s，尚未推送", presence);
	else
		(void)snprintf(out, BOARD_NOTE_SIZE, "%s，已推送 %d 次，最近 %s", presence,
			delivery->offers, WHEN_OR_EMPTY(delivery->last_offered_at));
}

char *board_note(const struct editor_delivery *delivery, char out[static BOARD_NOTE_SIZE])
{
	*out = '\0';
	switch (board_state(delivery)) {
	case BOARD_OWED:
		note_owed(delivery, out);
		break;
	case BOARD_HELD:
		(void)snprintf(out, BOARD_NOTE_SIZE, "%s", delivery->held_reason);
		break;
	case BOARD_REFUSED:
		note_refusal(delivery, out);
		break;
	case BOARD_EXPIRED:
	case BOARD_RECALLED:
		(void)snprintf(out, BOARD_NOTE_SIZE, "%s %s", WHEN_OR_EMPTY(delivery->ended_at),
			delivery->ended_reason ? delivery->ended_reason : "");
		break;
	case BOARD_STORED:
	case BOARD_OPENED:
	case BOARD_STATES:
		break;
	}
	return out;
}

bool board_read(struct pg *pg, const char *id, struct board *ret, struct err *err)
{
	struct board board = {.rows = NULL};

	if (!editor_deliveries(pg, id, &board.rows, err))
		return false;
	board.total = pg_row_count(board.rows);
	for (int i = 0; i < board.total; i++) {
		struct editor_delivery delivery = editor_deliveries_at(board.rows, i);

		board.counts[board_state(&delivery)]++;
	}
	*ret = board;
	return true;
}

void board_release(struct board *board)
{
	pg_rows_free(board->rows);
	board->rows = NULL;
}

int board_having(const struct board *board)
{
	return board->counts[BOARD_STORED] + board->counts[BOARD_OPENED];
}

bool board_is_settled(const struct board *board)
{
	return board->counts[BOARD_OWED] == 0 && board->counts[BOARD_REFUSED] == 0;
}

bool board_summary(const struct board *board, struct buf *out, struct err *err)
{
	static const enum board_state missing[] = {
		BOARD_REFUSED, BOARD_OWED, BOARD_HELD, BOARD_EXPIRED, BOARD_RECALLED};

	if (!buf_printf(out, err, "%d/%d 已存 stored", board_having(board), board->total))
		return false;
	if (board->counts[BOARD_OPENED] &&
		!buf_printf(out, err, "，其中 %d 已阅 opened", board->counts[BOARD_OPENED]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		if (board->counts[missing[i]] && !buf_printf(out, err, "，%d %s", board->counts[missing[i]],
											 board_state_text(missing[i])))
			return false;
	return true;
}

bool board_overdue(
	const struct board *board, int64_t issued_at, int64_t now, struct buf *out, struct err *err)
{
	int missing = board->counts[BOARD_OWED] + board->counts[BOARD_REFUSED];

	if (!issued_at || now - issued_at < BOARD_OVERDUE_S || missing == 0)
		return true;
	return buf_printf(out, err, "，逾期 overdue %d", missing);
}

static bool add_row(const struct editor_delivery *delivery, struct table *table, struct err *err)
{
	char note[BOARD_NOTE_SIZE];
	const char *const cells[] = {delivery->unit, delivery->name,
		board_state_text(board_state(delivery)), WHEN_OR_EMPTY(delivery->stored_at),
		WHEN_OR_EMPTY(delivery->opened_at), board_note(delivery, note)};

	return table_add_row(table, cells, err);
}

static bool has_it(const struct board *board, int row)
{
	struct editor_delivery delivery = editor_deliveries_at(board->rows, row);
	enum board_state state = board_state(&delivery);

	return state == BOARD_STORED || state == BOARD_OPENED;
}

/* The row of that unit; `board->total` when it is not there. */
static int row_of(const struct board *board, const char *unit)
{
	int row = 0;

	while (row < board->total && strcmp(editor_deliveries_at(board->rows, row).unit, unit) != 0)
		row++;
	return row;
}

/* From row `from` on, those who have it or those who have it not; at most `*room`, which it lowers. */
static bool add_rows(const struct board *board, bool having, int from, int *room, int *ret_last,
	struct table *table, struct err *err)
{
	for (int i = from; i<board->total && * room> 0; i++) {
		struct editor_delivery delivery = editor_deliveries_at(board->rows, i);

		if (has_it(board, i) != having)
			continue;
		if (!add_row(&delivery, table, err))
			return false;
		--*room;
		*ret_last = i;
	}
	return true;
}

/* How many come after the row that was shown last: lacking ones, then having ones. */
static int left_out(const struct board *board, int last)
{
	bool having = has_it(board, last);
	int count = 0;

	for (int i = 0; i < board->total; i++)
		count += has_it(board, i) == having ? i > last : !having;
	return count;
}

static bool next_page(const struct board *board, const struct board_page *page, int last,
	struct buf *out, struct err *err)
{
	int count = left_out(board, last);

	return count == 0 ||
		   buf_printf(out, err,
			   "  … 还有 %d 个单位 more units: certwire status %s --after %s%s --limit %d\n", count,
			   page->brief, editor_deliveries_at(board->rows, last).unit,
			   has_it(board, last) ? " --having" : "", page->limit);
}

bool board_view(
	const struct board *board, const struct board_page *page, struct buf *out, struct err *err)
{
	static const char *const titles[] = {
		"unit", "单位", "状态", "存入 stored", "阅读 opened", "说明"};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));
	int from = page->after ? row_of(board, page->after) + 1 : 0;
	int room = page->limit;
	int last = -1;

	/* Who has it not is what an editor looks for. */
	if (page->after && from > board->total)
		return err_set(err, ERR_USAGE, "--after: '%s' is no unit that publication %s is for",
			ERR_QUOTED(page->after), page->brief);
	if (!table_add_row(&table, titles, err) ||
		(!page->having && !add_rows(board, false, from, &room, &last, &table, err)) ||
		!add_rows(board, true, page->having ? from : 0, &room, &last, &table, err))
		return false;
	return table_write(&table, 2, out, err) && (last < 0 || next_page(board, page, last, out, err));
}

json_t *board_json(const struct board *board)
{
	auto_json json_t *units = json_array();
	char note[BOARD_NOTE_SIZE];

	for (int i = 0; i < board->total; i++) {
		struct editor_delivery d = editor_deliveries_at(board->rows, i);

		if (json_array_append_new(units,
				json_pack("{s:s, s:s, s:s, s:b, s:i, s:o, s:o, s:o, s:i, s:o, s:o, s:s}", "unit",
					d.unit, "name", d.name, "state", board_state_name(board_state(&d)), "present",
					d.present, "offers", d.offers, "last_offered_at",
					output_time(d.last_offered_at, 0), "stored_at", output_time(d.stored_at, 0),
					"opened_at", output_time(d.opened_at, 0), "refused_code", d.refused_code,
					"refused_at", output_time(d.refused_at, 0), "ended_at",
					output_time(d.ended_at, 0), "note", board_note(&d, note))) != 0)
			return NULL;
	}
	return TAKE(units);
}
