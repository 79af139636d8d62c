#include "tests/unit/test.h"

#include "broker-plugins/entitlement/handed.h"
#include "tests/unit/broker/gate_fixture.h"

#define NOW (FIXTURE_NOW * US_PER_S)
#define MONTHLY_UNTIL (GATE_MONTHLY_UNTIL * US_PER_S)

static void remember(struct handed *handed, const char *name)
{
	struct unit *unit = gate_fixture_unit(name);

	handed_put(handed, unit, NOW);
	unit_free(unit);
}

/* Holds a record of "good" against what was handed over, as it was then or suspended. */
static enum handed_verdict compare(struct handed *handed, bool is_suspended, int64_t now_us)
{
	struct unit *unit = gate_fixture_unit("good");
	enum handed_verdict verdict;

	if (is_suspended)
		unit->standing = STANDING_SUSPENDED;
	verdict = handed_compare(handed, unit, now_us);
	unit_free(unit);
	return verdict;
}

static void a_record_is_as_it_was_or_drifted_or_the_clocks(void **state)
{
	struct handed handed;
	struct err err;

	(void)state;
	assert_done(handed_init(&handed, 3, &err));
	assert_int_equal(compare(&handed, false, NOW), HANDED_DRIFTED);
	remember(&handed, "good");
	assert_int_equal(compare(&handed, false, NOW), HANDED_SAME);
	assert_int_equal(compare(&handed, true, NOW), HANDED_DRIFTED);
	assert_int_equal(compare(&handed, true, MONTHLY_UNTIL), HANDED_OUTDATED);
	handed_release(&handed);
}

static void a_name_takes_room_once(void **state)
{
	struct handed handed;
	struct err err;

	(void)state;
	assert_done(handed_init(&handed, 2, &err));
	remember(&handed, "good");
	remember(&handed, "good");
	assert_int_equal(handed_room(&handed), 1);
	assert_true(handed_knows(&handed, "good"));
	assert_false(handed_knows(&handed, "all"));
	remember(&handed, "all");
	assert_int_equal(handed_room(&handed), 0);
	handed_release(&handed);
}

static size_t unseen(const struct handed *handed, const char **names)
{
	size_t at = 0;

	return handed_unseen(handed, &at, 3, names);
}

static void whoever_sees_a_unit_in_a_pass_it_is_seen(void **state)
{
	struct handed handed;
	const char *names[3];
	struct err err;

	(void)state;
	assert_done(handed_init(&handed, 3, &err));
	remember(&handed, "good");
	remember(&handed, "all");
	remember(&handed, "suspended");
	assert_int_equal(unseen(&handed, names), 0);
	handed_begin_pass(&handed);
	assert_int_equal(unseen(&handed, names), 3);
	assert_int_equal(compare(&handed, false, NOW), HANDED_SAME);
	remember(&handed, "suspended");
	assert_int_equal(unseen(&handed, names), 1);
	assert_string_equal(names[0], "all");
	handed_begin_pass(&handed);
	/* Another record than was handed over is not seen until it is handed over. */
	assert_int_equal(compare(&handed, true, NOW), HANDED_DRIFTED);
	assert_int_equal(unseen(&handed, names), 3);
	handed_release(&handed);
}

static void put_numbered(struct handed *handed, int number, enum standing standing)
{
	char name[UNIT_SIZE];
	struct err err;
	struct unit *unit;

	snprintf(name, sizeof(name), "unit-%d", number);
	unit = unit_new(name, standing, 0, NULL, 0, NULL, &err);
	assert_non_null(unit);
	handed_put(handed, unit, NOW);
	unit_free(unit);
}

/* More than a step looks at: all of them are found, each once, with the bytes that they take. */
static void many_units_are_looked_through_in_steps(void **state)
{
	enum { UNITS = 10000, MOST = 64 };
	struct handed handed;
	const char *names[MOST];
	size_t at = 0, found = 0, steps = 0;
	struct err err;

	(void)state;
	assert_done(handed_init(&handed, UNITS, &err));
	for (int i = 0; i < UNITS; i++)
		put_numbered(&handed, i, STANDING_GOOD);
	assert_int_equal(handed.bytes, UNITS * sizeof(struct unit));
	handed_begin_pass(&handed);
	for (int i = 0; i < UNITS; i++)
		if (i != 7 && i != 9000)
			put_numbered(&handed, i, STANDING_GOOD);
	for (; at < handed.count; steps++) {
		size_t count = handed_unseen(&handed, &at, MOST, names);

		for (size_t i = 0; i < count; i++)
			assert_string_equal(names[i], found++ == 0 ? "unit-7" : "unit-9000");
	}
	assert_int_equal(found, 2);
	assert_true(steps > 2);
	assert_int_equal(handed.count, UNITS);
	handed_release(&handed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_as_it_was_or_drifted_or_the_clocks),
		cmocka_unit_test(a_name_takes_room_once),
		cmocka_unit_test(whoever_sees_a_unit_in_a_pass_it_is_seen),
		cmocka_unit_test(many_units_are_looked_through_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
