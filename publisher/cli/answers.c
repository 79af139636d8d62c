#include "publisher/cli/answers.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

static const struct {
	const char *name;
	const char *text;
} places[] = {
	[PLACE_SEATED] = {"seated", "有席 seated"},
	[PLACE_WAITING] = {"waiting", "候补 waiting"},
	[PLACE_DECLINED] = {"declined", "婉拒 declined"},
	[PLACE_INTERESTED] = {"interested", "有意向 interested"},
};

const char *answer_place_text(enum answer_place place)
{
	return places[place].text;
}

const char *answer_place_name(enum answer_place place)
{
	return places[place].name;
}

void answers_release(struct answers *answers)
{
	free(answers->items);
	answers->items = NULL;
	answers->count = 0;
}

bool answers_add(struct answers *answers, const struct answer *answer, struct err *err)
{
	if (answers->count == answers->room) {
		size_t room = answers->room ? answers->room * 2 : 64;
		struct answer *items = reallocarray(answers->items, room, sizeof *items);

		if (!items)
			return err_set(err, ERR_SYSTEM, "out of memory for replies");
		answers->items = items;
		answers->room = room;
	}
	answers->items[answers->count++] = *answer;
	return true;
}

static int compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_commit(const void *a, const void *b)
{
	return compare_int(((const struct answer *)a)->receipt, ((const struct answer *)b)->receipt);
}

/* Of each device its newest first. */
static int by_device(const void *a, const void *b)
{
	const struct reply_content *x = &((const struct answer *)a)->content;
	const struct reply_content *y = &((const struct answer *)b)->content;
	int order = strcmp(x->unit, y->unit);

	order = order ? order : strcmp(x->device, y->device);
	order = order ? order : compare_int(y->number, x->number);
	return order ? order : by_commit(a, b);
}

/* Of each unit the last committed first. */
static int by_unit(const void *a, const void *b)
{
	int order =
		strcmp(((const struct answer *)a)->content.unit, ((const struct answer *)b)->content.unit);

	return order ? order : by_commit(b, a);
}

static bool same_unit(const struct answer *a, const struct answer *b)
{
	return strcmp(a->content.unit, b->content.unit) == 0;
}

static bool same_device(const struct answer *a, const struct answer *b)
{
	return same_unit(a, b) && strcmp(a->content.device, b->content.device) == 0;
}

/* Sorts, and keeps the first of each run. */
static void keep_first(struct answers *answers, int (*order)(const void *, const void *),
	bool (*same)(const struct answer *, const struct answer *))
{
	size_t kept = 0;

	if (answers->count > 1)
		qsort(answers->items, answers->count, sizeof *answers->items, order);
	for (size_t i = 0; i < answers->count; i++)
		if (kept == 0 || !same(&answers->items[kept - 1], &answers->items[i]))
			answers->items[kept++] = answers->items[i];
	answers->count = kept;
}

static void allot(struct answers *answers, struct answer *answer)
{
	int64_t people = answer->content.seats;
	bool fits = answers->seats == 0 || answers->seated + people <= answers->seats;

	answer->place = fits ? PLACE_SEATED : PLACE_WAITING;
	if (fits)
		answers->seated += people;
	else
		answers->waiting += people;
}

void answers_settle(struct answers *answers)
{
	keep_first(answers, by_device, same_device);
	keep_first(answers, by_unit, same_unit);
	if (answers->count > 1)
		qsort(answers->items, answers->count, sizeof *answers->items, by_commit);
	for (size_t i = 0; i < answers->count; i++) {
		struct answer *answer = &answers->items[i];

		answer->late = answers->reply_by != TIME_NONE && answer->received_at > answers->reply_by;
		if (answer->content.answer == REPLY_ACCEPT)
			allot(answers, answer);
		else
			answer->place =
				answer->content.answer == REPLY_INTEREST ? PLACE_INTERESTED : PLACE_DECLINED;
	}
}

static bool csv_cell(struct buf *out, const char *text, struct err *err)
{
	bool formula = *text != '\0' && strchr("=+-@\t\r", *text);

	if (!buf_append_str(out, formula ? "\"'" : "\"", err))
		return false;
	for (const char *at = text; *at; at++)
		if (!buf_append(out, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1, err))
			return false;
	return buf_append_str(out, "\"", err);
}

bool answers_csv_row(struct buf *out, const char *const *cells, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if ((i > 0 && !buf_append_str(out, ",", err)) || !csv_cell(out, cells[i], err))
			return false;
	return buf_append_str(out, "\r\n", err);
}
