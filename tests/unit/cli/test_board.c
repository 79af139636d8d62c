#include "tests/unit/test.h"

#include "publisher/cli/board.h"
#include "publisher/cli/watch.h"

static void a_delivery_is_told_by_the_best_that_is_proven(void **state)
{
	const struct editor_delivery owed = {.state = "owed"};
	const struct editor_delivery held = {.state = "owed", .held_reason = "已暂停资格"};
	const struct editor_delivery refused = {.state = "owed", .refused_code = 401, .refused_at = 9};
	const struct editor_delivery both = {
		.state = "owed", .refused_code = 401, .refused_at = 9, .held_reason = "已暂停资格"};
	const struct editor_delivery stored = {
		.state = "settled", .stored_at = 10, .refused_code = 401, .refused_at = 9};
	const struct editor_delivery opened = {.state = "settled", .stored_at = 10, .opened_at = 11};
	const struct editor_delivery expired = {.state = "expired", .ended_at = 12};
	const struct editor_delivery late = {.state = "expired", .ended_at = 12, .stored_at = 10};
	const struct editor_delivery recalled = {.state = "recalled", .ended_at = 12};

	(void)state;
	assert_int_equal(board_state(&owed), BOARD_OWED);
	assert_int_equal(board_state(&held), BOARD_HELD);
	assert_int_equal(board_state(&refused), BOARD_REFUSED);
	assert_int_equal(board_state(&both), BOARD_HELD);
	assert_int_equal(board_state(&stored), BOARD_STORED);
	assert_int_equal(board_state(&opened), BOARD_OPENED);
	assert_int_equal(board_state(&expired), BOARD_EXPIRED);
	assert_int_equal(board_state(&late), BOARD_STORED);
	assert_int_equal(board_state(&recalled), BOARD_RECALLED);
}

static void a_refusal_is_explained_in_chinese_with_its_code(void **state)
{
	const struct editor_delivery refused = {.state = "owed", .refused_code = 401, .refused_at = 9};
	const struct editor_delivery strange = {.state = "owed", .refused_code = 499, .refused_at = 9};
	char note[BOARD_NOTE_SIZE];

	(void)state;
	assert_non_null(strstr(board_note(&refused, note), "磁盘空间不足（401）"));
	assert_non_null(strstr(board_note(&strange, note), "（499）"));
}

static void the_bar_fills_with_those_who_have_it(void **state)
{
	struct board board = {.total = 4};
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	board.counts[BOARD_STORED] = 1;
	board.counts[BOARD_OPENED] = 1;
	board.counts[BOARD_HELD] = 2;
	assert_done(watch_bar(&board, 4, &out, &err));
	assert_string_equal(buf_str(&out), "[██░░] 2/4 已存 stored，其中 1 已阅 opened，2 暂缓 held");
}

static void an_empty_board_has_an_empty_bar(void **state)
{
	const struct board board = {.total = 0};
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	assert_done(watch_bar(&board, 2, &out, &err));
	assert_string_equal(buf_str(&out), "[░░] 0/0 已存 stored");
}

static void what_is_held_is_not_waited_for_but_what_is_refused_is(void **state)
{
	struct board board = {.total = 3};

	(void)state;
	board.counts[BOARD_STORED] = 1;
	board.counts[BOARD_HELD] = 2;
	assert_true(board_is_settled(&board));
	board.counts[BOARD_HELD] = 1;
	board.counts[BOARD_REFUSED] = 1;
	assert_false(board_is_settled(&board));
	board.counts[BOARD_REFUSED] = 0;
	board.counts[BOARD_OWED] = 1;
	assert_false(board_is_settled(&board));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delivery_is_told_by_the_best_that_is_proven),
		cmocka_unit_test(a_refusal_is_explained_in_chinese_with_its_code),
		cmocka_unit_test(the_bar_fills_with_those_who_have_it),
		cmocka_unit_test(an_empty_board_has_an_empty_bar),
		cmocka_unit_test(what_is_held_is_not_waited_for_but_what_is_refused_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
