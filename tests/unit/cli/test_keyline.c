#include "tests/unit/test.h"

#include <stdio.h>

#include "publisher/cli/keyline.h"

static void a_line_reads_back_as_it_was_written_even_with_colons_in_the_name(void **state)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_buf struct buf text = BUF_INIT(1024);
	struct keyline line = {.role = ROLE_EDITOR, .name = "王芳: 一处"};
	struct keyline back;
	struct err err;

	(void)state;
	assert_done(signing_key_generate(&key, &err));
	line.public = key.public;
	assert_done(keyline_format(&line, &text, &err));
	assert_done(keyline_read(buf_str(&text), &back, &err));
	assert_int_equal(back.role, ROLE_EDITOR);
	assert_string_equal(back.name, line.name);
	assert_true(public_key_equal(&back.public, &line.public));
}

static void what_only_looks_like_a_line_is_refused(void **state)
{
	static const char *const wrong[] = {"editor:王芳", "editor:王芳:", "editor::AAAA",
		"editor:王芳:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"editor:a\nb:mTz5hFd9Am_ob4GnsagnHZ8Fyhyv0MRTPiPPRKZNBG0",
		"editor:王芳:mTz5hFd9Am_ob4GnsagnHZ8Fyhyv0MRTPiPPRKZNBG0="};
	struct keyline line;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(keyline_read(wrong[i], &line, &err), ERR_USAGE, "");
}

static void what_begins_with_no_role_is_a_file(void **state)
{
	struct keyline line;
	struct err err;

	(void)state;
	assert_refused(keyline_read("/nowhere/chief:a.key", &line, &err), ERR_SYSTEM, "/nowhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_reads_back_as_it_was_written_even_with_colons_in_the_name),
		cmocka_unit_test(what_only_looks_like_a_line_is_refused),
		cmocka_unit_test(what_begins_with_no_role_is_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
