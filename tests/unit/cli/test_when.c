#include "tests/unit/test.h"

#include <stdlib.h>
#include <time.h>

#include "publisher/cli/when.h"

/* 2026-11-30 00:00:00 in Shanghai. */
#define NOVEMBER_30 INT64_C(1795968000)

static int in_shanghai(void **state)
{
	(void)state;
	/* Without the machine's own list of time zones: POSIX spelling, east is negative. */
	setenv("TZ", "CST-8", 1);
	tzset();
	return 0;
}

static void a_date_begins_and_ends_where_the_editor_lives(void **state)
{
	struct err err;
	int64_t at = 0;

	(void)state;
	assert_done(when_parse("--not-before", "2026-11-30", WHEN_START_OF_DAY, &at, &err));
	assert_int_equal(at, NOVEMBER_30);
	assert_done(when_parse("--expires", "2026-11-30", WHEN_END_OF_DAY, &at, &err));
	assert_int_equal(at, NOVEMBER_30 + 86400);
	assert_done(when_parse("--expires", "2026-12-31", WHEN_END_OF_DAY, &at, &err));
	assert_int_equal(at, NOVEMBER_30 + 32 * 86400);
}

static void a_time_says_its_own_offset(void **state)
{
	struct err err;
	int64_t at = 0;

	(void)state;
	assert_done(when_parse("--expires", "2026-11-30T09:30:00+08:00", WHEN_END_OF_DAY, &at, &err));
	assert_int_equal(at, NOVEMBER_30 + 9 * 3600 + 1800);
	assert_done(when_parse("--expires", "2026-11-29T16:00:00Z", WHEN_END_OF_DAY, &at, &err));
	assert_int_equal(at, NOVEMBER_30);
}

static void what_is_no_date_is_refused_by_the_options_name(void **state)
{
	static const char *const wrong[] = {"", "2026-11-31", "2026-02-29", "2026-13-01", "2026-00-10",
		"2026-11-00", "26-11-30", "2026-11-3", "2026/11/30", "tomorrow", "2026-11-30 09:00",
		"2026-11-30T09:00:00", "1969-12-31", "1960-01-01T00:00:00Z"};
	struct err err;
	int64_t at = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(when_parse("--expires", wrong[i], WHEN_START_OF_DAY, &at, &err), ERR_USAGE,
			"--expires");
	assert_int_equal(at, 7);
}

static void a_time_is_shown_as_local_with_its_offset(void **state)
{
	char text[WHEN_TEXT_SIZE];

	(void)state;
	assert_string_equal(when_format(NOVEMBER_30 + 5, text), "2026-11-30 00:00:05+08:00");
	assert_string_equal(WHEN_OR_EMPTY(0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_begins_and_ends_where_the_editor_lives),
		cmocka_unit_test(a_time_says_its_own_offset),
		cmocka_unit_test(what_is_no_date_is_refused_by_the_options_name),
		cmocka_unit_test(a_time_is_shown_as_local_with_its_offset),
	};

	return cmocka_run_group_tests(tests, in_shanghai, NULL);
}
