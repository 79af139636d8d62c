#include "tests/unit/test.h"

#include "common/histogram.h"

static void a_duration_belongs_to_the_first_bound_that_it_does_not_exceed(void **state)
{
	struct histogram histogram = {.sum_us = 0};

	(void)state;
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 1000);
	histogram_add(&histogram, 1001);
	histogram_add(&histogram, 300000000);
	assert_int_equal(histogram.bins[0], 2);
	assert_int_equal(histogram.bins[1], 1);
	assert_int_equal(histogram.bins[HISTOGRAM_BOUNDS - 1], 1);
	assert_int_equal(histogram.bins[HISTOGRAM_BOUNDS], 0);
	histogram_add(&histogram, 300000001);
	assert_int_equal(histogram.bins[HISTOGRAM_BOUNDS], 1);
	assert_int_equal(histogram.sum_us, 0 + 1000 + 1001 + 300000000 + 300000001);
}

static void a_negative_duration_counts_as_none(void **state)
{
	struct histogram histogram = {.sum_us = 0};

	(void)state;
	histogram_add(&histogram, -5);
	assert_int_equal(histogram.bins[0], 1);
	assert_int_equal(histogram.sum_us, 0);
}

static void bounds_ascend(void **state)
{
	(void)state;
	for (size_t i = 1; i < HISTOGRAM_BOUNDS; i++)
		assert_true(histogram_bounds_us[i - 1] < histogram_bounds_us[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_duration_belongs_to_the_first_bound_that_it_does_not_exceed),
		cmocka_unit_test(a_negative_duration_counts_as_none),
		cmocka_unit_test(bounds_ascend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
