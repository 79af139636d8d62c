#include "tests/unit/test.h"

#include "subscriber/trouble.h"

#include <stdio.h>

enum { NOW = 1800000000 };

static void what_fails_with_every_message_is_said_once_a_minute(void **state)
{
	struct troubles troubles = {.items = {{.what = NULL}}};
	int64_t held_back = -1;

	(void)state;
	assert_true(troubles_note(&troubles, "keep a part", NOW, &held_back));
	assert_int_equal(held_back, 0);
	for (int i = 0; i < 1000; i++)
		assert_false(troubles_note(&troubles, "keep a part", NOW + i % 60, &held_back));
	assert_true(troubles_note(&troubles, "keep a part", NOW + 60, &held_back));
	assert_int_equal(held_back, 1000);
	assert_false(troubles_note(&troubles, "keep a part", NOW + 61, &held_back));
}

static void one_kind_does_not_silence_another(void **state)
{
	struct troubles troubles = {.items = {{.what = NULL}}};
	char many[2 * TROUBLE_KINDS][16];
	int64_t held_back;

	(void)state;
	for (int i = 0; i < 2 * TROUBLE_KINDS; i++) {
		(void)snprintf(many[i], sizeof many[i], "kind %d", i);
		assert_true(troubles_note(&troubles, many[i], NOW + i / TROUBLE_KINDS, &held_back));
		assert_int_equal(held_back, 0);
	}
}

static void a_clock_that_was_set_back_silences_nothing(void **state)
{
	struct troubles troubles = {.items = {{.what = NULL}}};
	int64_t held_back;

	(void)state;
	assert_true(troubles_note(&troubles, "keep a part", NOW, &held_back));
	assert_true(troubles_note(&troubles, "keep a part", NOW - 3600, &held_back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_with_every_message_is_said_once_a_minute),
		cmocka_unit_test(one_kind_does_not_silence_another),
		cmocka_unit_test(a_clock_that_was_set_back_silences_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
