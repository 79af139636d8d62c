#include "tests/unit/test.h"

#include "broker-plugins/entitlement/handed.h"
#include "tests/unit/broker/gate_fixture.h"

#define NOW (FIXTURE_NOW * US_PER_S)
#define MONTHLY_UNTIL (GATE_MONTHLY_UNTIL * US_PER_S)

/* The fixture's table, and that all of it was handed over at NOW. */
struct both {
	struct table *table;
	struct handed handed;
};

static void setup(struct both *both)
{
	struct err err;

	both->table = gate_fixture_table();
	assert_true(handed_init(&both->handed, 0, &err));
	for (size_t i = 0; i <= both->table->mask; i++)
		if (both->table->slots[i])
			assert_true(handed_put(&both->handed, both->table->slots[i], NOW, &err));
}

static void teardown(struct both *both)
{
	table_free(both->table);
	handed_release(&both->handed);
}

/* Puts in another record of "good", which is suspended. */
static void change_good(struct both *both)
{
	struct unit *unit = gate_fixture_unit("good");

	unit->standing = STANDING_SUSPENDED;
	unit_free(table_put(both->table, unit));
}

static void a_copy_that_is_the_same_has_not_drifted(void **state)
{
	struct both both;

	(void)state;
	setup(&both);
	assert_int_equal(handed_compare(&both.handed, both.table, NOW).count, 0);
	teardown(&both);
}

static void a_record_that_nothing_changed_has_drifted(void **state)
{
	struct both both;
	struct drift drift;

	(void)state;
	setup(&both);
	change_good(&both);
	drift = handed_compare(&both.handed, both.table, NOW);
	assert_int_equal(drift.count, 1);
	assert_string_equal(drift.names[0], "good");
	teardown(&both);
}

static void a_record_that_is_known_to_have_changed_has_not(void **state)
{
	struct both both;
	struct err err;

	(void)state;
	setup(&both);
	change_good(&both);
	assert_true(handed_excuse(&both.handed, "good", &err));
	assert_int_equal(handed_compare(&both.handed, both.table, NOW).count, 0);
	teardown(&both);
}

static void a_record_that_the_clock_changed_has_not(void **state)
{
	struct both both;

	(void)state;
	setup(&both);
	change_good(&both);
	assert_int_equal(handed_compare(&both.handed, both.table, MONTHLY_UNTIL).count, 0);
	teardown(&both);
}

static void a_unit_too_many_or_too_few_is_told(void **state)
{
	struct unit *extra = gate_fixture_unit("extra");
	struct both both;
	struct err err;

	(void)state;
	setup(&both);
	assert_null(table_put(both.table, extra));
	assert_string_equal(handed_compare(&both.handed, both.table, NOW).names[0], "extra");
	assert_true(handed_put(&both.handed, extra, NOW, &err));
	assert_int_equal(handed_compare(&both.handed, both.table, NOW).count, 0);
	teardown(&both);
	setup(&both);
	table_free(both.table);
	both.table = table_new(0, &err);
	assert_int_equal(handed_compare(&both.handed, both.table, NOW).count, 3);
	teardown(&both);
}

static void many_units_are_remembered(void **state)
{
	enum { UNITS = 5000 };
	struct handed handed;
	struct err err;
	struct table *table = table_new(UNITS, &err);
	char name[UNIT_SIZE];

	(void)state;
	assert_true(handed_init(&handed, 0, &err));
	for (int i = 0; i < UNITS; i++) {
		struct unit *unit;

		snprintf(name, sizeof(name), "unit-%d", i);
		unit = unit_new(name, STANDING_GOOD, 0, NULL, 0, NULL, &err);
		assert_true(handed_put(&handed, unit, NOW, &err));
		assert_null(table_put(table, unit));
	}
	assert_int_equal(handed_compare(&handed, table, NOW).count, 0);
	table_free(table);
	handed_release(&handed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_that_is_the_same_has_not_drifted),
		cmocka_unit_test(a_record_that_nothing_changed_has_drifted),
		cmocka_unit_test(a_record_that_is_known_to_have_changed_has_not),
		cmocka_unit_test(a_record_that_the_clock_changed_has_not),
		cmocka_unit_test(a_unit_too_many_or_too_few_is_told),
		cmocka_unit_test(many_units_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
