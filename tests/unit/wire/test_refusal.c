/* The table of codes is the protocol's. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/file.h"
#include "common/refusal.h"
#include "common/utf8.h"

enum { PAGE_MAX = 1024 * 1024 };

/* The text of `code` in the table of section 12. The caller frees it. */
static char *text_in_page(const char *page, int code)
{
	char start[32];

	(void)snprintf(start, sizeof(start), "\n| %d | ", code);

	const char *row = strstr(page, start);
	const char *end = row ? strstr(row + strlen(start), " | ") : NULL;

	return end ? strndup(row + strlen(start), (size_t)(end - row) - strlen(start)) : NULL;
}

static void each_code_has_the_text_of_the_protocol(void **state)
{
	auto_buf struct buf page = BUF_INIT(PAGE_MAX);
	struct err err;

	(void)state;
	assert_done(file_read(CERTWIRE_SOURCE_DIR "/docs/protocol.md", PAGE_MAX, &page, &err));
	for (size_t i = 0; refusal_nth(i); i++) {
		auto_free char *text = text_in_page(buf_str(&page), refusal_nth(i));

		if (!text)
			fail_msg("code %d is not in docs/protocol.md", refusal_nth(i));
		assert_string_equal(refusal_text(refusal_nth(i)), text);
		assert_true(i == 0 || refusal_nth(i) > refusal_nth(i - 1));
	}
}

static void each_code_of_the_protocol_is_known(void **state)
{
	auto_buf struct buf page = BUF_INIT(PAGE_MAX);
	size_t rows = 0;
	struct err err;

	(void)state;
	assert_done(file_read(CERTWIRE_SOURCE_DIR "/docs/protocol.md", PAGE_MAX, &page, &err));

	const char *at = strstr(buf_str(&page), "## 12. Codes");

	for (; at && (at = strstr(at, "\n| ")); at++) {
		int code = atoi(at + 3);

		if (code > 0 && !refusal_text(code))
			fail_msg("code %d of docs/protocol.md is not in common/refusal.h", code);
		rows += code > 0;
	}
	assert_true(rows > 50);
	assert_int_equal(refusal_nth(rows), 0);
	assert_int_not_equal(refusal_nth(rows - 1), 0);
}

static void each_code_has_a_chinese_text(void **state)
{
	(void)state;
	for (size_t i = 0; refusal_nth(i); i++) {
		const char *text = refusal_text_zh(refusal_nth(i));

		assert_true(utf8_valid(text, strlen(text)));
		assert_true(strlen(text) > 6 && ((unsigned char)text[0] >= 0x80 || strstr(text, "MQTT") ||
											strstr(text, "TLS")));
	}
}

static void a_number_that_is_no_code_has_no_text(void **state)
{
	(void)state;
	assert_null(refusal_text(0));
	assert_null(refusal_text(209));
	assert_null(refusal_text_zh(-1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_has_the_text_of_the_protocol),
		cmocka_unit_test(each_code_of_the_protocol_is_known),
		cmocka_unit_test(each_code_has_a_chinese_text),
		cmocka_unit_test(a_number_that_is_no_code_has_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
