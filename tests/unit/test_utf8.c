#include "tests/unit/test.h"

#include "common/utf8.h"

static void only_well_formed_text_is_valid(void **state)
{
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xe6\x8a", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "a\xff", "\xf8\x88\x80\x80\x80"};

	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("网络安全 😀", strlen("网络安全 😀")));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void normal_form_c_is_told_from_others(void **state)
{
	bool nfc = false;
	struct err err;

	(void)state;
	assert_done(utf8_is_nfc("é周报", strlen("é周报"), &nfc, &err));
	assert_true(nfc);
	assert_done(utf8_is_nfc("e\xcc\x81", 3, &nfc, &err));
	assert_false(nfc);
	assert_done(utf8_is_nfc("", 0, &nfc, &err));
	assert_true(nfc);
	assert_done(utf8_is_nfc("\xff", 1, &nfc, &err));
	assert_false(nfc);
}

static void characters_that_deceive_are_found(void **state)
{
	static const char *const bad[] = {"a\nb", "\t", "\x1b[0m", "\x7f", "\xc2\x85", "a\u202egnp.exe",
		"\u2066x", "\u2028", "\u200f"};

	(void)state;
	assert_false(utf8_has_control("周报 (第47期)—é", strlen("周报 (第47期)—é")));
	assert_true(utf8_has_control("a\0b", 3));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(utf8_has_control(bad[i], strlen(bad[i])));
}

static void a_prefix_never_splits_a_character(void **state)
{
	static const char text[] = "a报😀";
	static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};

	(void)state;
	for (size_t max = 0; max < ARRAY_LEN(expected); max++)
		assert_int_equal(utf8_prefix(text, strlen(text), max), expected[max]);
	/* Text that is broken anyway is cut where it was asked to be. */
	assert_int_equal(utf8_prefix("\x80\x80\x80\x80\x80", 5, 4), 4);
}

static void a_chinese_character_takes_two_columns(void **state)
{
	(void)state;
	assert_int_equal(utf8_width(""), 0);
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("周报1"), 5);
	assert_int_equal(utf8_width("e\xcc\x81"), 1);
}

static void a_cell_always_takes_its_columns(void **state)
{
	static const char *const rows[][2] = {{"", "      "}, {"abc", "abc   "}, {"周报", "周报  "},
		{"网络安", "网络安"}, {"网络安全", "网络… "}, {"a网络安", "a网络…"}, {"abcdefg", "abcde…"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_buf struct buf out = BUF_INIT(100);
		struct err err;

		assert_done(utf8_cell(&out, rows[i][0], 6, &err));
		assert_string_equal(buf_str(&out), rows[i][1]);
		assert_int_equal(utf8_width(buf_str(&out)), 6);
	}
}

static void a_cell_without_columns_is_empty(void **state)
{
	auto_buf struct buf out = BUF_INIT(100);
	struct err err;

	(void)state;
	assert_done(utf8_cell(&out, "周报", 0, &err));
	assert_string_equal(buf_str(&out), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_text_is_valid),
		cmocka_unit_test(normal_form_c_is_told_from_others),
		cmocka_unit_test(characters_that_deceive_are_found),
		cmocka_unit_test(a_prefix_never_splits_a_character),
		cmocka_unit_test(a_chinese_character_takes_two_columns),
		cmocka_unit_test(a_cell_always_takes_its_columns),
		cmocka_unit_test(a_cell_without_columns_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
