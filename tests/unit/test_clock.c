#include "tests/unit/test.h"

#include "common/clock.h"

static void times_are_written_as_rfc_3339(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{1795132799, "2026-11-19T23:59:59Z"},
		{CLOCK_MIN, "0000-01-01T00:00:00Z"},
		{CLOCK_MAX, "9999-12-31T23:59:59Z"},
	};
	char out[CLOCK_TEXT_SIZE];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = -1;

		assert_string_equal(clock_format(rows[i].seconds, out), rows[i].text);
		assert_done(clock_parse(rows[i].text, &seconds, &err));
		assert_int_equal(seconds, rows[i].seconds);
	}
	assert_string_equal(clock_format(INT64_MAX, out), "9999-12-31T23:59:59Z");
	assert_string_equal(clock_format(INT64_MIN, out), "0000-01-01T00:00:00Z");
}

static void offsets_are_taken_into_account(void **state)
{
	int64_t seconds = 0;
	struct err err;

	(void)state;
	assert_done(clock_parse("1970-01-01T08:00:00+08:00", &seconds, &err));
	assert_int_equal(seconds, 0);
	assert_done(clock_parse("1969-12-31T19:30:00-04:30", &seconds, &err));
	assert_int_equal(seconds, 0);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026", "2026-01-01", "2026-01-01 00:00:00Z",
		"2026-01-01t00:00:00z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.5Z",
		"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-06-30T23:59:60Z", "2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+08:60", "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z",
		"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-01T00:00:00 08:00"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t seconds = 42;

		assert_refused(clock_parse(bad[i], &seconds, &err), ERR_DATA, "'");
		assert_int_equal(seconds, 42);
	}
}

static void a_clock_for_tests_shows_what_it_is_told(void **state)
{
	int64_t seconds = 5;
	struct clock clock = clock_at(&seconds);

	(void)state;
	assert_int_equal(clock_now(&clock), 5);
	seconds = 7;
	assert_int_equal(clock_now(&clock), 7);
	assert_true(clock_now(clock_system()) > 1700000000);
	assert_true(clock_monotonic_ms() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_as_rfc_3339),
		cmocka_unit_test(offsets_are_taken_into_account),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_clock_for_tests_shows_what_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
