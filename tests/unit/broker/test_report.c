#include "tests/unit/test.h"

#include "broker-plugins/kit/report.h"

#include <stdlib.h>

static int64_t figure_of(const struct report *report, const char *name, const char *label)
{
	for (size_t i = 0; i < report->count; i++)
		if (strcmp(report->names[i], name) == 0 && strcmp(report->labels[i], label) == 0)
			return report->figures[i];
	return -1;
}

static void a_histogram_has_a_figure_for_each_bin_and_its_sum(void **state)
{
	struct histogram histogram = {.sum_us = 0};
	struct report report = {.count = 0};

	(void)state;
	histogram_add(&histogram, 900);
	histogram_add(&histogram, 301000000);
	report_histogram(&report, "holds", &histogram);
	assert_int_equal(report.count, HISTOGRAM_BINS + 1);
	assert_int_equal(figure_of(&report, "holds", "1000"), 1);
	assert_int_equal(figure_of(&report, "holds", "300000000"), 0);
	assert_int_equal(figure_of(&report, "holds", "inf"), 1);
	assert_int_equal(figure_of(&report, "holds", "sum"), 301000900);
}

static void denials_are_told_by_code_and_only_those_that_were(void **state)
{
	struct denials *denials = calloc(1, sizeof(*denials));
	struct report report = {.count = 0};
	struct err err;

	(void)state;
	assert_non_null(denials);
	assert_done(denials_init(denials, &err));
	denials_add(denials, 999, "x", NULL, NULL);
	denials_add(denials, 100, "x", NULL, NULL);
	denials_add(denials, 100, "y", NULL, NULL);
	report_denials(&report, denials);
	assert_int_equal(report.count, 2);
	assert_int_equal(figure_of(&report, "denials", "100"), 2);
	assert_int_equal(figure_of(&report, "denials", "999"), 1);
	denials_release(denials);
	free(denials);
}

static void what_there_is_no_room_for_is_left_out(void **state)
{
	struct report report = {.count = 0};

	(void)state;
	for (int i = 0; i <= REPORT_FIGURES_MAX; i++)
		report_add(&report, "a", "a label that is too long", i);
	assert_int_equal(report.count, REPORT_FIGURES_MAX);
	assert_int_equal(strlen(report.labels[0]), REPORT_LABEL_SIZE - 1);
	assert_int_equal(report.figures[REPORT_FIGURES_MAX - 1], REPORT_FIGURES_MAX - 1);
}

static void it_is_time_at_first_and_then_every_few_seconds(void **state)
{
	struct reporter reporter = {.at_ms = 0};

	(void)state;
	assert_true(reporter_is_due(&reporter, 5));
	reporter.at_ms = 5;
	assert_false(reporter_is_due(&reporter, 5 + REPORT_EVERY_MS - 1));
	assert_true(reporter_is_due(&reporter, 5 + REPORT_EVERY_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_histogram_has_a_figure_for_each_bin_and_its_sum),
		cmocka_unit_test(denials_are_told_by_code_and_only_those_that_were),
		cmocka_unit_test(what_there_is_no_room_for_is_left_out),
		cmocka_unit_test(it_is_time_at_first_and_then_every_few_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
