#include "tests/unit/test.h"

#include "publisher/cli/table.h"

static void a_chinese_character_takes_two_columns(void **state)
{
	auto_table struct table table = TABLE_INIT(3);
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;
	const char *const first[] = {"单位", "name", "x"};
	const char *const second[] = {"unit-a", "安天", "y"};

	(void)state;
	assert_done(table_add_row(&table, first, &err));
	assert_done(table_add_row(&table, second, &err));
	assert_done(table_write(&table, 2, &out, &err));
	assert_string_equal(buf_str(&out), "  单位    name  x\n"
									   "  unit-a  安天  y\n");
}

static void numbers_stand_at_the_right_and_no_line_ends_in_blanks(void **state)
{
	auto_table struct table table = TABLE_INIT(2);
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;
	const char *const first[] = {"owed", "note"};
	const char *const second[] = {"7", ""};

	(void)state;
	table.right = 1U << 0;
	assert_done(table_add_row(&table, first, &err));
	assert_done(table_add_row(&table, second, &err));
	assert_done(table_write(&table, 0, &out, &err));
	assert_string_equal(buf_str(&out), "owed  note\n"
									   "   7\n");
}

static void a_foreign_cell_cannot_steer_the_terminal(void **state)
{
	auto_table struct table table = TABLE_INIT(1);
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	assert_done(table_add(&table, "a\033[2Jb\nc", &err));
	assert_done(table_write(&table, 0, &out, &err));
	assert_null(strchr(buf_str(&out), '\033'));
	assert_ptr_equal(strchr(buf_str(&out), '\n'), buf_str(&out) + out.len - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chinese_character_takes_two_columns),
		cmocka_unit_test(numbers_stand_at_the_right_and_no_line_ends_in_blanks),
		cmocka_unit_test(a_foreign_cell_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
