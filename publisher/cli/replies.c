/* `replies`: what units answered to one publication, and who has a seat. */
#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "common/json.h"
#include "publisher/cli/output.h"
#include "publisher/cli/replies_read.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

const struct cli_option replies_options[] = {
	SESSION_KEY_OPTIONS,
	{"csv", NULL, "print CSV for a spreadsheet (UTF-8 with a byte order mark)", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static char *seats_text(const struct answer *answer, char out[static 16])
{
	*out = '\0';
	if (answer->content.seats)
		(void)snprintf(out, 16, "%d", answer->content.seats);
	return out;
}

static bool print_csv(const struct answers *answers, struct err *err)
{
	static const char *const titles[] = {
		"unit", "单位", "answer", "seats", "place", "late", "received", "device", "note"};
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	char seats[16];

	if (!buf_append_str(&text, "\xef\xbb\xbf", err) ||
		!answers_csv_row(&text, titles, ARRAY_LEN(titles), err))
		return false;
	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *a = &answers->items[i];
		const char *const cells[] = {a->content.unit, a->name, reply_answer_name(a->content.answer),
			seats_text(a, seats), answer_place_name(a->place), a->late ? "late" : "",
			WHEN_OR_EMPTY(a->received_at), a->content.device, a->content.note};

		if (!answers_csv_row(&text, cells, ARRAY_LEN(cells), err))
			return false;
	}
	return output_text(&text, err);
}

static bool print_json(const struct replies *replies, struct err *err)
{
	const struct answers *answers = &replies->answers;
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *a = &answers->items[i];

		if (json_array_append_new(
				list, json_pack("{s:s, s:s, s:s, s:i, s:s, s:b, s:o, s:o, s:s, s:s}", "unit",
						  a->content.unit, "name", a->name, "answer",
						  reply_answer_name(a->content.answer), "seats", a->content.seats, "place",
						  answer_place_name(a->place), "late", a->late, "received_at",
						  output_time(a->received_at, 0), "said_at", output_time(a->content.at, 0),
						  "device", a->content.device, "note", a->content.note)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return output_json(
		json_pack("{s:s, s:I, s:o, s:I, s:I, s:i, s:i, s:O}", "id",
			replies->opened.found.publication.id, "seats", (json_int_t)answers->seats, "reply_by",
			output_time(answers->reply_by, TIME_NONE), "seated", (json_int_t)answers->seated,
			"waiting", (json_int_t)answers->waiting, "sealed_to_others", replies->sealed, "wrong",
			replies->wrong, "replies", list),
		err);
}

static bool summary(const struct answers *answers, struct buf *out, struct err *err)
{
	int counts[4] = {0};

	for (size_t i = 0; i < answers->count; i++)
		counts[answers->items[i].place]++;
	if (!buf_printf(out, err, "%zu 个单位已答复 replied", answers->count))
		return false;
	if (counts[PLACE_SEATED] + counts[PLACE_WAITING] > 0 &&
		!buf_printf(out, err, "，%lld 人有席 seated", (long long)answers->seated))
		return false;
	if (answers->seats && !buf_printf(out, err, "（共 %lld 席）", (long long)answers->seats))
		return false;
	if (answers->waiting &&
		!buf_printf(out, err, "，%lld 人候补 waiting", (long long)answers->waiting))
		return false;
	if (counts[PLACE_INTERESTED] &&
		!buf_printf(out, err, "，%d 个有意向 interested", counts[PLACE_INTERESTED]))
		return false;
	return (!counts[PLACE_DECLINED] ||
			   buf_printf(out, err, "，%d 个婉拒 declined", counts[PLACE_DECLINED])) &&
		   buf_append_str(out, "\n", err);
}

static bool print_text(const struct answers *answers, struct err *err)
{
	static const char *const titles[] = {
		"unit", "单位", "答复", "人数", "时间 received", "说明 note"};
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));
	char place[64];
	char seats[16];

	table.right = 1U << 3;
	if (!summary(answers, &text, err) || !table_add_row(&table, titles, err))
		return false;
	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *a = &answers->items[i];

		(void)snprintf(
			place, sizeof place, "%s%s", answer_place_text(a->place), a->late ? "，逾期 late" : "");
		const char *const cells[] = {a->content.unit, a->name, place, seats_text(a, seats),
			WHEN_OR_EMPTY(a->received_at), a->content.note};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return table_write(&table, 2, &text, err) && output_text(&text, err);
}

bool verb_replies(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_replies struct replies replies = REPLIES_INIT;

	if (cli_has(call, "csv") && cli_has(call, "json"))
		return err_set(err, ERR_USAGE, "--csv and --json do not go together: leave one out");
	if (!session_init(&session, call, err) ||
		!opened_look(&session, call->argv[0], &replies.opened, err) ||
		!replies_read(&replies, session.pg, err))
		return false;
	if (replies.sealed > 0)
		(void)fprintf(stderr,
			"注意 note: 另有 %d 份未向您的密钥密封 %d more are not sealed to your key\n",
			replies.sealed, replies.sealed);
	if (cli_has(call, "json"))
		return print_json(&replies, err);
	return cli_has(call, "csv") ? print_csv(&replies.answers, err)
								: print_text(&replies.answers, err);
}
