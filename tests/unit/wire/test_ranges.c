#include "tests/unit/test.h"

#include "common/ranges.h"

static void numbers_join_into_ranges(void **state)
{
	static const uint32_t numbers[] = {5, 7, 6, 1, 3, 2, 9, 5};
	struct ranges ranges = {.count = 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		assert_true(ranges_add(&ranges, numbers[i], numbers[i]));
	assert_int_equal(ranges.count, 3);
	assert_int_equal(ranges.items[0].from, 1);
	assert_int_equal(ranges.items[0].to, 3);
	assert_int_equal(ranges.items[1].from, 5);
	assert_int_equal(ranges.items[1].to, 7);
	assert_int_equal(ranges.items[2].from, 9);
	assert_int_equal(ranges_size(&ranges), 7);
	assert_true(ranges_add(&ranges, 0, 20));
	assert_int_equal(ranges.count, 1);
	assert_int_equal(ranges_size(&ranges), 21);
}

/* Against a plain set of flags, with a small generator of its own. */
static void any_order_gives_the_same_set(void **state)
{
	uint32_t seed = 12345;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct ranges ranges = {.count = 0};
		bool flags[100] = {false};

		for (int i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;

			uint32_t from = seed >> 16 & 63;
			uint32_t to = from + (seed >> 8 & 7);

			assert_true(ranges_add(&ranges, from, to));
			for (uint32_t n = from; n <= to; n++)
				flags[n] = true;
		}
		for (uint32_t n = 0; n < ARRAY_LEN(flags); n++)
			assert_int_equal(ranges_contain(&ranges, n), flags[n]);
		for (size_t i = 1; i < ranges.count; i++)
			assert_true(ranges.items[i].from > ranges.items[i - 1].to + 1);
	}
}

static void the_next_missing_number_is_found(void **state)
{
	struct ranges ranges = {.items = {{1, 3}, {5, 7}}, .count = 2};

	(void)state;
	assert_int_equal(ranges_next_missing(&ranges, 0), 0);
	assert_int_equal(ranges_next_missing(&ranges, 1), 4);
	assert_int_equal(ranges_next_missing(&ranges, 4), 4);
	assert_int_equal(ranges_next_missing(&ranges, 6), 8);
	assert_int_equal(ranges_next_missing(&ranges, 100), 100);
}

static void a_full_set_takes_only_what_joins(void **state)
{
	struct ranges ranges = {.count = 0};

	(void)state;
	for (uint32_t i = 0; i < LIMIT_SYNC_RANGES; i++)
		assert_true(ranges_add(&ranges, 10 * i, 10 * i));
	assert_false(ranges_add(&ranges, 5, 5));
	assert_int_equal(ranges.count, LIMIT_SYNC_RANGES);
	assert_true(ranges_add(&ranges, 1, 1));
	assert_true(ranges_add(&ranges, 2, 9));
	assert_int_equal(ranges.count, LIMIT_SYNC_RANGES - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_join_into_ranges),
		cmocka_unit_test(any_order_gives_the_same_set),
		cmocka_unit_test(the_next_missing_number_is_found),
		cmocka_unit_test(a_full_set_takes_only_what_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
