#include "tests/unit/test.h"

#include "broker-plugins/entitlement/handed.h"
#include "tests/unit/broker/gate_fixture.h"

#define NOW (FIXTURE_NOW * US_PER_S)
#define MONTHLY_UNTIL (GATE_MONTHLY_UNTIL * US_PER_S)

/* The fixture's table, that all of it was handed over at NOW, and what was read since. */
struct both {
	struct table *table;
	struct handed handed;
	struct handed read;
};

static void remember(struct handed *handed, const struct table *table)
{
	struct err err;

	assert_true(handed_init(handed, 0, &err));
	for (size_t i = 0; i <= table->mask; i++)
		if (table->slots[i])
			assert_true(handed_put(handed, table->slots[i], NOW, &err));
}

/* What is in the table now, held against what was handed over. */
static struct drift compare(struct both *both, int64_t now_us)
{
	handed_release(&both->read);
	remember(&both->read, both->table);
	return handed_compare(&both->handed, &both->read, now_us);
}

static void setup(struct both *both)
{
	*both = (struct both){.table = gate_fixture_table()};
	remember(&both->handed, both->table);
}

static void teardown(struct both *both)
{
	table_free(both->table);
	handed_release(&both->handed);
	handed_release(&both->read);
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
	assert_int_equal(compare(&both, NOW).count, 0);
	teardown(&both);
}

static void a_record_that_nothing_changed_has_drifted(void **state)
{
	struct both both;
	struct drift drift;

	(void)state;
	setup(&both);
	change_good(&both);
	drift = compare(&both, NOW);
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
	assert_int_equal(compare(&both, NOW).count, 0);
	teardown(&both);
}

static void a_record_that_the_clock_changed_has_not(void **state)
{
	struct both both;

	(void)state;
	setup(&both);
	change_good(&both);
	assert_int_equal(compare(&both, MONTHLY_UNTIL).count, 0);
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
	assert_string_equal(compare(&both, NOW).names[0], "extra");
	assert_true(handed_put(&both.handed, extra, NOW, &err));
	assert_int_equal(compare(&both, NOW).count, 0);
	teardown(&both);
	setup(&both);
	table_free(both.table);
	both.table = table_new(0, &err);
	assert_int_equal(compare(&both, NOW).count, 3);
	teardown(&both);
}

/* More than there is room for at first, and one of them in another state. */
static void many_units_are_remembered(void **state)
{
	enum { UNITS = 5000 };
	struct err err;
	struct both both = {.table = table_new(UNITS, &err)};
	struct drift drift;
	char name[UNIT_SIZE];

	(void)state;
	for (int i = 0; i < UNITS; i++) {
		snprintf(name, sizeof(name), "unit-%d", i);
		assert_null(table_put(both.table, unit_new(name, STANDING_GOOD, 0, NULL, 0, NULL, &err)));
	}
	remember(&both.handed, both.table);
	assert_int_equal(both.handed.count, UNITS);
	assert_int_equal(compare(&both, NOW).count, 0);
	unit_free(
		table_put(both.table, unit_new("unit-4711", STANDING_REVOKED, 0, NULL, 0, NULL, &err)));
	drift = compare(&both, NOW);
	assert_int_equal(drift.count, 1);
	assert_string_equal(drift.names[0], "unit-4711");
	assert_int_equal(both.handed.bytes, both.read.bytes);
	teardown(&both);
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
