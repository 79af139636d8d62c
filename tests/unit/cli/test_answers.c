#include "tests/unit/test.h"

#include <string.h>

#include "common/clock.h"
#include "publisher/cli/answers.h"

static void add(struct answers *answers, const char *unit, const char *device, int64_t number,
	enum reply_answer what, int seats)
{
	struct answer answer = {.receipt = (int64_t)answers->count + 1,
		.received_at = 1000 + (int64_t)answers->count,
		.content = {.number = number, .answer = what, .seats = seats}};
	struct err err;

	strcpy(answer.content.unit, unit);
	strcpy(answer.content.device, device);
	assert_done(answers_add(answers, &answer, &err));
}

static void assert_answer(
	const struct answers *answers, size_t nth, const char *unit, enum answer_place place, bool late)
{
	assert_true(nth < answers->count);
	assert_string_equal(answers->items[nth].content.unit, unit);
	assert_int_equal(answers->items[nth].place, place);
	assert_int_equal(answers->items[nth].late, late);
}

static void seats_go_to_who_came_first_and_fits(void **state)
{
	auto_answers struct answers answers = {.seats = 5, .reply_by = 1002};

	(void)state;
	add(&answers, "a", "d1", 1, REPLY_ACCEPT, 3);
	add(&answers, "b", "d1", 1, REPLY_ACCEPT, 3);
	add(&answers, "c", "d1", 1, REPLY_DECLINE, 0);
	add(&answers, "d", "d1", 1, REPLY_ACCEPT, 2);
	answers_settle(&answers);
	assert_int_equal(answers.count, 4);
	assert_answer(&answers, 0, "a", PLACE_SEATED, false);
	assert_answer(&answers, 1, "b", PLACE_WAITING, false);
	assert_answer(&answers, 2, "c", PLACE_DECLINED, false);
	assert_answer(&answers, 3, "d", PLACE_SEATED, true);
	assert_int_equal(answers.seated, 5);
	assert_int_equal(answers.waiting, 3);
}

static void the_newest_of_a_unit_counts_though_an_older_one_came_again(void **state)
{
	auto_answers struct answers answers = {.reply_by = TIME_NONE};

	(void)state;
	add(&answers, "a", "d1", 5, REPLY_ACCEPT, 1);
	add(&answers, "a", "d2", 1, REPLY_DECLINE, 0);
	add(&answers, "a", "d1", 4, REPLY_ACCEPT, 9); /* sent again, committed late */
	add(&answers, "b", "d1", 1, REPLY_INTEREST, 0);
	answers_settle(&answers);
	assert_int_equal(answers.count, 2);
	assert_answer(&answers, 0, "a", PLACE_DECLINED, false);
	assert_answer(&answers, 1, "b", PLACE_INTERESTED, false);
}

static void without_a_limit_everybody_has_a_seat(void **state)
{
	auto_answers struct answers answers = {.reply_by = TIME_NONE};

	(void)state;
	answers_settle(&answers);
	assert_int_equal(answers.count, 0);
	add(&answers, "a", "d1", 1, REPLY_ACCEPT, 1000);
	add(&answers, "b", "d1", 1, REPLY_ACCEPT, 1000);
	answers_settle(&answers);
	assert_answer(&answers, 1, "b", PLACE_SEATED, false);
}

static void no_cell_is_a_formula_to_a_spreadsheet(void **state)
{
	static const char *const cells[] = {"=1+1", "+1", "-1", "@x", "a\"b", "", "plain"};
	auto_buf struct buf text = BUF_INIT(1024);
	struct err err;

	(void)state;
	assert_done(answers_csv_row(&text, cells, ARRAY_LEN(cells), &err));
	assert_string_equal(
		buf_str(&text), "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"a\"\"b\",\"\",\"plain\"\r\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(seats_go_to_who_came_first_and_fits),
		cmocka_unit_test(the_newest_of_a_unit_counts_though_an_older_one_came_again),
		cmocka_unit_test(without_a_limit_everybody_has_a_seat),
		cmocka_unit_test(no_cell_is_a_formula_to_a_spreadsheet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
