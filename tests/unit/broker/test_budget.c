#include "tests/unit/test.h"

#include "broker-plugins/entitlement/budget.h"

#include <stdio.h>
#include <stdlib.h>

enum { START_MS = 5000000 };

static int setup(void **state)
{
	struct budget *budget = calloc(1, sizeof(*budget));
	struct err err;

	assert_done(budget_init(budget, &err));
	*state = budget;
	return 0;
}

static int teardown(void **state)
{
	budget_release(*state);
	free(*state);
	return 0;
}

static void spend(struct budget *budget, const char *address, int times)
{
	for (int i = 0; i < times; i++)
		budget_spend(budget, address, START_MS);
}

static void who_was_never_wrong_is_allowed(void **state)
{
	assert_true(budget_allows(*state, "192.0.2.1", START_MS));
}

static void a_burst_is_allowed_and_then_one_in_a_second(void **state)
{
	spend(*state, "192.0.2.1", BUDGET_BURST - 1);
	assert_true(budget_allows(*state, "192.0.2.1", START_MS));
	spend(*state, "192.0.2.1", 1);
	assert_false(budget_allows(*state, "192.0.2.1", START_MS));
	assert_false(budget_allows(*state, "192.0.2.1", START_MS + BUDGET_REFILL_MS - 1));
	assert_true(budget_allows(*state, "192.0.2.1", START_MS + BUDGET_REFILL_MS));
}

static void what_is_paid_off_is_no_credit(void **state)
{
	int64_t later = START_MS + INT64_C(1000) * BUDGET_BURST * BUDGET_REFILL_MS;

	spend(*state, "192.0.2.1", BUDGET_BURST);
	for (int i = 0; i < BUDGET_BURST; i++) {
		assert_true(budget_allows(*state, "192.0.2.1", later));
		budget_spend(*state, "192.0.2.1", later);
	}
	assert_false(budget_allows(*state, "192.0.2.1", later));
}

static void another_address_has_its_own(void **state)
{
	spend(*state, "192.0.2.1", BUDGET_BURST);
	assert_true(budget_allows(*state, "192.0.2.2", START_MS));
	assert_true(budget_allows(*state, "2001:db8::1", START_MS));
}

static void ipv6_counts_by_its_first_half(void **state)
{
	spend(*state, "2001:db8:0:1::1", BUDGET_BURST);
	assert_false(budget_allows(*state, "2001:db8:0:1:ffff::2", START_MS));
	assert_true(budget_allows(*state, "2001:db8:0:2::1", START_MS));
}

static void ipv4_in_the_form_of_ipv6_is_the_same_address(void **state)
{
	spend(*state, "::ffff:192.0.2.1", BUDGET_BURST);
	assert_false(budget_allows(*state, "192.0.2.1", START_MS));
	assert_true(budget_allows(*state, "::ffff:192.0.2.2", START_MS));
}

static void what_is_no_address_is_one(void **state)
{
	spend(*state, "", BUDGET_BURST);
	assert_false(budget_allows(*state, "somewhere", START_MS));
	assert_true(budget_allows(*state, "192.0.2.1", START_MS));
}

/* However many addresses there are, who owes most is not forgotten for who owes little. */
static void a_crowd_does_not_push_out_who_owes_most(void **state)
{
	char address[32];

	spend(*state, "192.0.2.1", 2 * BUDGET_BURST);
	for (int i = 0; i < 4 * BUDGET_SETS * BUDGET_WAYS; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		budget_spend(*state, address, START_MS);
	}
	assert_false(budget_allows(*state, "192.0.2.1", START_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_was_never_wrong_is_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_burst_is_allowed_and_then_one_in_a_second, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_paid_off_is_no_credit, setup, teardown),
		cmocka_unit_test_setup_teardown(another_address_has_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(ipv6_counts_by_its_first_half, setup, teardown),
		cmocka_unit_test_setup_teardown(
			ipv4_in_the_form_of_ipv6_is_the_same_address, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_address_is_one, setup, teardown),
		cmocka_unit_test_setup_teardown(a_crowd_does_not_push_out_who_owes_most, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
