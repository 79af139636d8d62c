#include "tests/unit/test.h"

#include "broker-plugins/kit/denials.h"

#include <stdio.h>
#include <stdlib.h>

static int setup(void **state)
{
	struct denials *denials = calloc(1, sizeof(*denials));
	struct err err;

	if (!denials_init(denials, &err))
		return -1;
	*state = denials;
	return 0;
}

static int teardown(void **state)
{
	denials_release(*state);
	free(*state);
	return 0;
}

static void equal_ones_are_counted_together(void **state)
{
	struct denial denial;

	for (int i = 0; i < 3; i++)
		denials_add(*state, 121, "good", "good.d1", "#");
	denials_add(*state, 122, "good", "good.d1", "#");
	denials_flush(*state, 5000);
	assert_true(denials_take(*state, &denial));
	assert_int_equal(denial.code, 121);
	assert_int_equal(denial.count, 3);
	assert_string_equal(denial.who, "good");
	assert_string_equal(denial.topic, "#");
	assert_true(denials_take(*state, &denial));
	assert_int_equal(denial.code, 122);
	assert_false(denials_take(*state, &denial));
}

static void they_are_handed_over_once_a_second_at_most(void **state)
{
	struct denial denial;

	denials_add(*state, 121, "good", NULL, NULL);
	denials_flush(*state, 5000);
	assert_true(denials_take(*state, &denial));
	denials_add(*state, 121, "good", NULL, NULL);
	denials_flush(*state, 5999);
	assert_false(denials_take(*state, &denial));
	denials_flush(*state, 6000);
	assert_true(denials_take(*state, &denial));
}

static void each_cut_is_recorded_even_of_a_thousand_at_once(void **state)
{
	struct denial denial;
	char name[32];

	for (int i = 0; i < DENIALS_SLOTS + 3; i++) {
		snprintf(name, sizeof(name), "unit-%d", i);
		denials_add_cut(*state, 125, name, "d1");
	}
	for (int i = 0; i < DENIALS_SLOTS; i++) {
		snprintf(name, sizeof(name), "unit-%d", i);
		assert_true(denials_take(*state, &denial));
		assert_string_equal(denial.who, name);
		assert_int_equal(denial.count, 1);
	}
	/* What found no room is counted and comes later. */
	assert_false(denials_take(*state, &denial));
	denials_flush(*state, 5000);
	assert_true(denials_take(*state, &denial));
	assert_string_equal(denial.who, "unit-1024");
}

static void a_flood_of_different_ones_is_counted_by_code(void **state)
{
	enum { FLOOD = 100000 };
	int64_t counted = 0;
	size_t rows = 0;
	struct denial denial;
	char name[32];

	for (int i = 0; i < FLOOD; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		denials_add(*state, 101, name, NULL, NULL);
	}
	denials_flush(*state, 5000);
	while (denials_take(*state, &denial)) {
		counted += denial.count;
		rows++;
	}
	assert_int_equal(counted, FLOOD);
	assert_true(rows <= DENIALS_MAX);
}

static void while_nobody_takes_them_nothing_is_lost_but_names(void **state)
{
	int64_t now_ms = 5000;
	int64_t counted = 0;
	int64_t added = 0;
	struct denial denial;

	for (int round = 0; round < 100; round++) {
		char name[32];

		for (int i = 0; i < 40; i++, added++) {
			snprintf(name, sizeof(name), "name-%d", (int)added);
			denials_add(*state, 101, name, NULL, NULL);
		}
		denials_flush(*state, now_ms += 1000);
	}
	for (int i = 0; i < 3; i++) {
		while (denials_take(*state, &denial)) {
			counted += denial.count;
		}
		denials_flush(*state, now_ms += 1000);
	}
	assert_int_equal(counted, added);
}

static void foreign_text_is_quoted_and_cut(void **state)
{
	char longer[300];
	struct denial denial;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	denials_add(*state, 101, "a\nb", longer, longer);
	denials_flush(*state, 5000);
	assert_true(denials_take(*state, &denial));
	assert_null(strchr(denial.who, '\n'));
	assert_true(strlen(denial.client_id) < sizeof(denial.client_id));
	assert_true(strlen(denial.topic) < sizeof(denial.topic));
}

static void every_one_is_counted_under_its_code_however_it_was_written_down(void **state)
{
	struct denials *denials = *state;

	assert_int_equal(denials_total(denials, 121), 0);
	for (int i = 0; i < 2000; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "unit-%d", i);
		denials_add(denials, 121, name, NULL, NULL);
		denials_add_cut(denials, 125, name, "d1");
	}
	assert_int_equal(denials_total(denials, 121), 2000);
	assert_int_equal(denials_total(denials, 125), 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_ones_are_counted_together),
		TEST(they_are_handed_over_once_a_second_at_most),
		TEST(each_cut_is_recorded_even_of_a_thousand_at_once),
		TEST(a_flood_of_different_ones_is_counted_by_code),
		TEST(while_nobody_takes_them_nothing_is_lost_but_names),
		TEST(foreign_text_is_quoted_and_cut),
		TEST(every_one_is_counted_under_its_code_however_it_was_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
