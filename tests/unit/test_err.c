#include "tests/unit/test.h"

#include "common/err.h"
#include "common/utf8.h"

#include <errno.h>
#include <stdio.h>

static void a_failure_is_false_and_says_why(void **state)
{
	struct err err = {0};

	(void)state;
	assert_false(err_set(&err, ERR_DENIED, "'%s' may not", "alpha"));
	assert_int_equal(err.kind, ERR_DENIED);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "'alpha' may not");
	assert_false(err_code(&err, 305, "manifest"));
	assert_int_equal(err.kind, ERR_DATA);
	assert_int_equal(err.code, 305);
}

static void a_system_error_carries_errno_as_it_was(void **state)
{
	struct err err = {0};

	(void)state;
	errno = ENOENT;
	assert_false(err_errno(&err, "cannot open '%s'", "x"));
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_string_equal(err.text, "cannot open 'x': No such file or directory");
}

static void context_goes_before_and_keeps_kind_and_code(void **state)
{
	struct err err = {0};

	(void)state;
	err_code(&err, 212, "signature does not fit");
	assert_false(err_context(&err, "entry %d", 7));
	assert_string_equal(err.text, "entry 7: signature does not fit");
	assert_int_equal(err.kind, ERR_DATA);
	assert_int_equal(err.code, 212);
	assert_false(err_context(&err, "again: %s", err.text));
	assert_string_equal(
		err.text, "again: entry 7: signature does not fit: entry 7: signature does not fit");
}

static void what_to_do_is_put_behind_it(void **state)
{
	struct err err = {0};

	(void)state;
	err_code(&err, 212, "signature does not fit");
	assert_false(err_advice(&err, "ask for file %d anew", 7));
	assert_string_equal(err.text, "signature does not fit; ask for file 7 anew");
	assert_int_equal(err.kind, ERR_DATA);
	assert_int_equal(err.code, 212);
	assert_false(err_advice(&err, "%s", err.text));
	assert_string_equal(err.text,
		"signature does not fit; ask for file 7 anew; signature does not fit; ask for file 7 anew");
}

static void a_long_text_is_cut_at_a_characters_border(void **state)
{
	struct err err = {0};
	char text[1200];

	(void)state;
	for (size_t offset = 0; offset < 3; offset++) {
		memset(text, 'x', sizeof text);
		for (size_t i = offset; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "报", 3);
		text[sizeof text - 4] = '\0';
		err_set(&err, ERR_DATA, "%s", text);
		assert_true(utf8_valid(err.text, strlen(err.text)));
		assert_in_range(strlen(err.text), sizeof err.text - 4, sizeof err.text - 1);
	}
}

static void a_text_is_one_line_of_utf8_whatever_went_into_it(void **state)
{
	struct err err = {0};

	(void)state;
	err_set(&err, ERR_DATA, "server said: %s", "ERROR\n\033[31mDETAIL");
	assert_string_equal(err.text, "server said: ERROR\\n\\u{1b}[31mDETAIL");
	err_set(&err, ERR_DATA, "%s",
		"a\xff"
		"b");
	assert_string_equal(err.text, "a\\xffb");
}

static void quoting_escapes_what_deceives(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(err_quote(out, sizeof out, "周报\n\\\0x", 10), "周报\\n\\\\\\u{0}x");
	assert_string_equal(err_quote(out, sizeof out,
							"a\u202e"
							"b",
							5),
		"a\\u{202e}b");
	assert_string_equal(err_quote(out, sizeof out, "\xe6\x8a", 2), "\\xe6\\x8a");
	assert_string_equal(err_quote(out, sizeof out, "", 0), "");
}

static void quoting_fits_any_room_and_marks_the_cut(void **state)
{
	static const char text[] = "网络安全信息与动态周报 2026-47\n\xff";
	char out[64];

	(void)state;
	for (size_t size = 8; size <= sizeof out; size++) {
		memset(out, 'Z', sizeof out);
		err_quote(out, size, text, sizeof text - 1);
		assert_true(strlen(out) < size);
		assert_true(utf8_valid(out, strlen(out)));
		if (size < 48)
			assert_string_equal(out + strlen(out) - strlen("…"), "…");
	}
	assert_string_equal(err_quote(out, 8, "1234567", 7), "1234567");
	assert_string_equal(err_quote(out, 8, "12345678", 8), "1234…");
}

static void exit_status_follows_the_kind(void **state)
{
	static const int expected[][2] = {
		{ERR_USAGE, 2}, {ERR_DENIED, 3}, {ERR_DATA, 1}, {ERR_SYSTEM, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct err err = {.kind = (enum err_kind)expected[i][0]};

		assert_int_equal(err_exit_status(&err), expected[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_false_and_says_why),
		cmocka_unit_test(a_system_error_carries_errno_as_it_was),
		cmocka_unit_test(context_goes_before_and_keeps_kind_and_code),
		cmocka_unit_test(what_to_do_is_put_behind_it),
		cmocka_unit_test(a_long_text_is_cut_at_a_characters_border),
		cmocka_unit_test(a_text_is_one_line_of_utf8_whatever_went_into_it),
		cmocka_unit_test(quoting_escapes_what_deceives),
		cmocka_unit_test(quoting_fits_any_room_and_marks_the_cut),
		cmocka_unit_test(exit_status_follows_the_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
