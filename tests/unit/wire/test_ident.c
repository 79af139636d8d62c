#include "tests/unit/test.h"

#include "common/ident.h"

typedef bool check(const char *text, size_t len);

static void assert_all(check *valid, const char *const *texts, bool expected)
{
	for (; *texts; texts++)
		if (valid(*texts, strlen(*texts)) != expected)
			fail_msg("'%s' was %s", *texts, expected ? "refused" : "accepted");
}

static void units_are_slugs_but_not_dispatcher(void **state)
{
	static const char *const good[] = {
		"ab", "a1", "a-1", "nsfocus-2", "abcdefghijklmnopqrstuvwxyzabcdef", NULL};
	static const char *const bad[] = {"", "a", "-a", "a-", "a--b", "1a", "A1", "a_b", "a.b", "a b",
		"a/b", "a+", "#", "\xe5\x8d\x95", "dispatcher", "abcdefghijklmnopqrstuvwxyzabcdefg", NULL};

	(void)state;
	assert_all(ident_is_unit, good, true);
	assert_all(ident_is_unit, bad, false);
	assert_true(ident_is_unit("ab\0c", 2));
	assert_false(ident_is_unit("ab\0c", 4));
}

static void devices_and_channels_have_their_own_lengths(void **state)
{
	static const char *const devices[] = {"d", "d1", "abcdefghijklmnop", NULL};
	static const char *const no_devices[] = {"", "abcdefghijklmnopq", "D", "-", NULL};
	static const char *const channels[] = {"weekly", "ab", NULL};
	static const char *const no_channels[] = {"w", "+", "#", "", NULL};

	(void)state;
	assert_all(ident_is_device, devices, true);
	assert_all(ident_is_device, no_devices, false);
	assert_all(ident_is_channel, channels, true);
	assert_all(ident_is_channel, no_channels, false);
}

static void numbers_begin_and_end_with_letter_or_digit(void **state)
{
	static const char *const good[] = {"1", "2026-47", "2026.47-A", "a..b", NULL};
	static const char *const bad[] = {"", "-1", "1-", ".", "..", "1.", "a/b", "a b", "\xe4\xb8\x80",
		"123456789012345678901234567890123", NULL};

	(void)state;
	assert_all(ident_is_number, good, true);
	assert_all(ident_is_number, bad, false);
}

static void languages_have_the_shape_of_tags(void **state)
{
	static const char *const good[] = {
		"zh", "zh-CN", "zh-Hans-CN", "en-x-private", "abcdefgh", NULL};
	static const char *const bad[] = {"", "z", "zh_CN", "zh-", "-zh", "zh--CN", "z1", "abcdefghi",
		"zh-abcdefghi", "zh CN", "zh-abcdefgh-abcdefgh-abcdefgh-abcdef", NULL};

	(void)state;
	assert_all(ident_is_language, good, true);
	assert_all(ident_is_language, bad, false);
}

static void media_types_have_two_names(void **state)
{
	static const char *const good[] = {"text/plain", "a/b", "application/vnd.ms-excel",
		"application/ld+json", "image/svg+xml", NULL};
	static const char *const bad[] = {"", "text", "/plain", "text/", "text/plain;a=b", "text /a",
		"a/b/c", "text/.a", "a/\xc3\xa9", NULL};

	(void)state;
	assert_all(ident_is_media_type, good, true);
	assert_all(ident_is_media_type, bad, false);
}

static void client_ids_are_split_and_joined(void **state)
{
	char unit[UNIT_SIZE] = "x";
	char device[DEVICE_SIZE] = "x";
	char joined[CLIENT_ID_SIZE];
	static const char *const good[] = {
		"unit-a.d1", "dispatcher.main", "abcdefghijklmnopqrstuvwxyzabcdef.abcdefghijklmnop", NULL};
	static const char *const bad[] = {
		"", ".", "unit-a", "unit-a.", ".d1", "unit-a.d1.x", "Unit.d1", "dispatcher", "a.d1", NULL};

	(void)state;
	for (size_t i = 0; bad[i]; i++)
		assert_false(ident_split_client_id(bad[i], strlen(bad[i]), unit, device));
	assert_string_equal(unit, "x");
	assert_string_equal(device, "x");
	for (size_t i = 0; good[i]; i++) {
		assert_true(ident_split_client_id(good[i], strlen(good[i]), unit, device));
		assert_string_equal(ident_client_id(unit, device, joined), good[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_slugs_but_not_dispatcher),
		cmocka_unit_test(devices_and_channels_have_their_own_lengths),
		cmocka_unit_test(numbers_begin_and_end_with_letter_or_digit),
		cmocka_unit_test(languages_have_the_shape_of_tags),
		cmocka_unit_test(media_types_have_two_names),
		cmocka_unit_test(client_ids_are_split_and_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
