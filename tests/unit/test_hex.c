#include "tests/unit/test.h"

#include "common/hex.h"

static void bytes_have_one_spelling(void **state)
{
	const uint8_t bytes[] = {0x00, 0x9a, 0xff};
	uint8_t back[3] = {0};
	char text[HEX_SIZE(3)];

	(void)state;
	assert_string_equal(hex_encode(text, bytes, sizeof bytes), "009aff");
	assert_true(hex_decode(back, sizeof back, text, 6));
	assert_memory_equal(back, bytes, sizeof bytes);
}

static void any_other_spelling_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "009af", "009aff0", "009aff00", "009AFF", "009afg", "0x9aff", " 09aff", "009a\0f"};
	uint8_t back[3] = {7, 7, 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(hex_decode(back, sizeof back, bad[i], strlen(bad[i])));
	assert_false(hex_decode(back, sizeof back, "009a\0f", 6));
	assert_memory_equal(back, "\7\7\7", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_have_one_spelling),
		cmocka_unit_test(any_other_spelling_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
