#include "tests/unit/test.h"

#include "tests/unit/broker/gate_fixture.h"

#include <stdlib.h>

#define NOW (FIXTURE_NOW * US_PER_S)
#define MONTHLY_UNTIL (GATE_MONTHLY_UNTIL * US_PER_S)

static struct unit *good(void)
{
	return gate_fixture_unit("good");
}

/* The change from "good" to what `change` makes of another "good". */
static enum rights_change after(void (*change)(struct unit *unit))
{
	struct unit *before = good();
	struct unit *unit = good();
	enum rights_change result;

	change(unit);
	result = unit_compare(before, NOW, unit, NOW, "d1");
	unit_free(before);
	unit_free(unit);
	return result;
}

/* And the way back. */
static enum rights_change before(void (*change)(struct unit *unit))
{
	struct unit *unit = good();
	struct unit *now = good();
	enum rights_change result;

	change(unit);
	result = unit_compare(unit, NOW, now, NOW, "d1");
	unit_free(unit);
	unit_free(now);
	return result;
}

static void suspend(struct unit *unit)
{
	unit->standing = STANDING_SUSPENDED;
}

static void withdraw_weekly(struct unit *unit)
{
	unit->channels[0].until_us = NOW;
}

static void revoke_d1(struct unit *unit)
{
	unit->devices[0].revoked = true;
}

static void revoke_d2(struct unit *unit)
{
	unit->devices[1].revoked = true;
}

static void swap_key_of_d1(struct unit *unit)
{
	unit->devices[0].kid[0] = 'x';
}

static void swap_weekly_for_seminar(struct unit *unit)
{
	strcpy(unit->channels[0].name, "seminar");
}

static void leave(struct unit *unit)
{
	(void)unit;
}

static void every_loss_is_told_from_every_gain(void **state)
{
	(void)state;
	assert_int_equal(after(leave), RIGHTS_SAME);
	assert_int_equal(after(suspend), RIGHTS_LOST);
	assert_int_equal(before(suspend), RIGHTS_GAINED);
	assert_int_equal(after(withdraw_weekly), RIGHTS_LOST);
	assert_int_equal(before(withdraw_weekly), RIGHTS_GAINED);
	assert_int_equal(after(revoke_d1), RIGHTS_LOST);
	assert_int_equal(before(revoke_d1), RIGHTS_GAINED);
}

static void another_device_of_the_unit_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(after(revoke_d2), RIGHTS_SAME);
}

static void another_key_under_the_same_name_is_a_loss(void **state)
{
	(void)state;
	assert_int_equal(after(swap_key_of_d1), RIGHTS_LOST);
}

static void a_loss_with_a_gain_is_a_loss(void **state)
{
	(void)state;
	assert_int_equal(after(swap_weekly_for_seminar), RIGHTS_LOST);
	assert_int_equal(before(swap_weekly_for_seminar), RIGHTS_LOST);
}

static void a_unit_that_vanishes_loses_all_and_one_that_appears_gains(void **state)
{
	struct unit *unit = good();

	(void)state;
	assert_int_equal(unit_compare(unit, NOW, NULL, NOW, "d1"), RIGHTS_LOST);
	assert_int_equal(unit_compare(NULL, NOW, unit, NOW, "d1"), RIGHTS_GAINED);
	assert_int_equal(unit_compare(NULL, NOW, NULL, NOW, "d1"), RIGHTS_SAME);
	unit_free(unit);
}

static void the_clock_alone_takes_a_right_at_its_end_and_not_before(void **state)
{
	struct unit *unit = good();

	(void)state;
	assert_int_equal(unit_compare(unit, NOW, unit, MONTHLY_UNTIL - 1, "d1"), RIGHTS_SAME);
	assert_int_equal(unit_compare(unit, NOW, unit, MONTHLY_UNTIL, "d1"), RIGHTS_LOST);
	assert_int_equal(unit_next_change(unit, "d1", NOW), MONTHLY_UNTIL);
	assert_int_equal(
		unit_next_change(unit, "d1", MONTHLY_UNTIL), (FIXTURE_NOW + FIXTURE_YEAR) * US_PER_S);
	assert_true(unit_may_receive(unit, "monthly", MONTHLY_UNTIL - 1));
	assert_false(unit_may_receive(unit, "monthly", MONTHLY_UNTIL));
	unit_free(unit);
}

/* "good" with weekly in [NOW + 10 us, NOW + 20 us) and [NOW + 30 us, for ever). */
static struct unit *with_periods(void)
{
	static const struct unit_channel channels[] = {
		{"weekly", NOW + 10, NOW + 20},
		{"weekly", NOW + 30, UNTIL_FOREVER},
	};
	struct unit *one = good();
	struct err err;
	struct unit *unit = unit_new("good", STANDING_GOOD, ARRAY_LEN(channels), channels,
		one->device_count, one->devices, &err);

	unit_free(one);
	assert_non_null(unit);
	return unit;
}

static void a_right_comes_and_goes_by_the_clock_to_the_microsecond(void **state)
{
	static const struct {
		int64_t from;
		int64_t to;
		bool may;
		enum rights_change change; /* on the way from `from` to `to` */
		int64_t next; /* after `from` */
	} steps[] = {
		{0, 9, false, RIGHTS_SAME, 10},
		{9, 10, true, RIGHTS_GAINED, 10},
		{10, 19, true, RIGHTS_SAME, 20},
		{19, 20, false, RIGHTS_LOST, 20},
		{20, 29, false, RIGHTS_SAME, 30},
		{20, 30, true, RIGHTS_GAINED, 30},
	};
	struct unit *unit = with_periods();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		assert_int_equal(unit_may_receive(unit, "weekly", NOW + steps[i].to), steps[i].may);
		assert_int_equal(unit_compare(unit, NOW + steps[i].from, unit, NOW + steps[i].to, "d1"),
			steps[i].change);
		assert_int_equal(unit_next_change(unit, "d1", NOW + steps[i].from), NOW + steps[i].next);
	}
	unit_free(unit);
}

static void a_standing_that_ends_by_the_clock_ends_every_right(void **state)
{
	struct unit *unit = good();

	(void)state;
	unit->standing_until_us = NOW + 5;
	assert_true(unit_is_good(unit, NOW + 4));
	assert_false(unit_is_good(unit, NOW + 5));
	assert_true(unit_may_receive(unit, "weekly", NOW + 4));
	assert_false(unit_may_receive(unit, "weekly", NOW + 5));
	assert_int_equal(unit_next_change(unit, "d1", NOW), NOW + 5);
	assert_int_equal(unit_next_change(unit, NULL, NOW), NOW + 5);
	assert_int_equal(unit_compare(unit, NOW + 4, unit, NOW + 5, "d1"), RIGHTS_LOST);
	unit_free(unit);
}

static void a_digest_tells_every_difference(void **state)
{
	struct unit *one = good();
	struct unit *other = good();
	struct digest first = unit_digest(one);
	struct digest second = unit_digest(other);

	(void)state;
	assert_true(digest_equal(&first, &second));
	other->channels[1].until_us++;
	second = unit_digest(other);
	assert_false(digest_equal(&first, &second));
	other->channels[1].until_us--;
	other->devices[1].tls = tls_identity_of(NULL, "CN=d2");
	second = unit_digest(other);
	assert_false(digest_equal(&first, &second));
	unit_free(one);
	unit_free(other);
}

static void equal_records_are_known_by_every_byte(void **state)
{
	struct unit *one = good();
	struct err err;
	struct unit *other = unit_new(one->name, one->standing, one->channel_count, one->channels,
		one->device_count, one->devices, &err);
	void *fields[] = {&other->standing, &other->standing_until_us, &other->channels[1].name[6],
		&other->channels[1].since_us, &other->channels[1].until_us, &other->devices[2].name[0],
		&other->devices[2].kid[0], &other->devices[2].not_before, &other->devices[2].not_after,
		&other->devices[2].tls.has_subject, &other->devices[2].tls.fingerprint[31]};

	(void)state;
	assert_true(unit_equal(one, one));
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		uint8_t before = *(uint8_t *)fields[i];

		assert_true(unit_equal(one, other));
		*(uint8_t *)fields[i] = (uint8_t)(before + 1);
		assert_false(unit_equal(one, other));
		*(uint8_t *)fields[i] = before;
	}
	other->channel_count--;
	assert_false(unit_equal(one, other));
	other->channel_count++;
	other->device_count--;
	assert_false(unit_equal(one, other));
	other->device_count++;
	unit_free(one);
	unit_free(other);
}

static void a_certificate_counts_from_its_first_second_to_its_last(void **state)
{
	struct unit *unit = good();
	const struct unit_device *device = unit_device(unit, "d1");

	(void)state;
	assert_true(unit_device_is_live(device, device->not_before * US_PER_S));
	assert_false(unit_device_is_live(device, device->not_before * US_PER_S - 1));
	assert_true(unit_device_is_live(device, device->not_after * US_PER_S - 1));
	assert_false(unit_device_is_live(device, device->not_after * US_PER_S));
	assert_false(unit_device_is_live(unit_device(unit, "gone"), NOW));
	assert_null(unit_device(unit, "d3"));
	unit_free(unit);
}

static void too_many_devices_or_channels_are_refused(void **state)
{
	struct unit_device *devices = calloc(LIMIT_UNIT_DEVICES + 1, sizeof(*devices));
	struct err err;

	(void)state;
	assert_null(unit_new("u1", STANDING_GOOD, 0, NULL, LIMIT_UNIT_DEVICES + 1, devices, &err));
	assert_int_equal(err.kind, ERR_DATA);
	free(devices);
}

static void a_table_finds_each_of_many_units(void **state)
{
	enum { UNITS = 20000 };
	struct err err;
	struct table *table = table_new(UNITS, &err);
	char name[UNIT_SIZE];

	(void)state;
	assert_non_null(table);
	for (int i = 0; i < UNITS; i++) {
		snprintf(name, sizeof(name), "unit-%d", i);
		assert_null(table_put(table, unit_new(name, STANDING_GOOD, 0, NULL, 0, NULL, &err)));
	}
	assert_int_equal(table->count, UNITS);
	assert_true(table_room(table) > 0);
	for (int i = 0; i < UNITS; i++) {
		snprintf(name, sizeof(name), "unit-%d", i);
		assert_string_equal(table_find(table, name)->name, name);
	}
	assert_null(table_find(table, "unit-20000"));
	table_free(table);
}

static void a_unit_put_again_replaces_the_old_one(void **state)
{
	struct err err;
	struct table *table = table_new(0, &err);
	struct unit *first = good();
	struct unit *second = good();

	(void)state;
	assert_null(table_put(table, first));
	assert_ptr_equal(table_put(table, second), first);
	assert_ptr_equal(table_find(table, "good"), second);
	assert_int_equal(table->count, 1);
	unit_free(first);
	table_free(table);
}

static void only_valid_dispatchers_count(void **state)
{
	struct table *table = gate_fixture_table();
	struct signing_key good_key = fixture_key("dispatcher");
	struct signing_key bad_key = fixture_key("dispatcher compromised");
	struct signing_key editor = fixture_key("editor 1");

	(void)state;
	assert_non_null(table_dispatcher(table, good_key.kid, FIXTURE_NOW));
	assert_null(table_dispatcher(table, bad_key.kid, FIXTURE_NOW));
	assert_null(table_dispatcher(table, editor.kid, FIXTURE_NOW));
	assert_null(table_dispatcher(table, good_key.kid, FIXTURE_NOW + 100 * FIXTURE_YEAR));
	signing_key_release(&good_key);
	signing_key_release(&bad_key);
	signing_key_release(&editor);
	table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_loss_is_told_from_every_gain),
		cmocka_unit_test(another_device_of_the_unit_does_not_matter),
		cmocka_unit_test(another_key_under_the_same_name_is_a_loss),
		cmocka_unit_test(a_loss_with_a_gain_is_a_loss),
		cmocka_unit_test(a_unit_that_vanishes_loses_all_and_one_that_appears_gains),
		cmocka_unit_test(the_clock_alone_takes_a_right_at_its_end_and_not_before),
		cmocka_unit_test(a_right_comes_and_goes_by_the_clock_to_the_microsecond),
		cmocka_unit_test(a_standing_that_ends_by_the_clock_ends_every_right),
		cmocka_unit_test(a_digest_tells_every_difference),
		cmocka_unit_test(equal_records_are_known_by_every_byte),
		cmocka_unit_test(a_certificate_counts_from_its_first_second_to_its_last),
		cmocka_unit_test(too_many_devices_or_channels_are_refused),
		cmocka_unit_test(a_table_finds_each_of_many_units),
		cmocka_unit_test(a_unit_put_again_replaces_the_old_one),
		cmocka_unit_test(only_valid_dispatchers_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
