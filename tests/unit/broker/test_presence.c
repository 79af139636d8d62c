#include "tests/unit/test.h"

#include "broker-plugins/receipts/presence.h"

#include <stdio.h>
#include <stdlib.h>

static int setup(void **state)
{
	struct presence *presence = calloc(1, sizeof(*presence));
	struct err err;

	if (!presence_init(presence, &err))
		return -1;
	*state = presence;
	return 0;
}

static int teardown(void **state)
{
	presence_release(*state);
	free(*state);
	return 0;
}

/* The writer is told exactly this next: "unit.device+" here, "unit.device-" gone, "" nothing. */
static void assert_told(struct presence *presence, const char *expected)
{
	struct presence_word word;
	char found[64] = "";

	if (presence_take(presence, &word))
		snprintf(
			found, sizeof(found), "%s.%s%c", word.unit, word.device, word.is_present ? '+' : '-');
	assert_string_equal(found, expected);
}

static void a_device_that_comes_and_goes_is_told_twice(void **state)
{
	presence_came(*state, "good.d1");
	presence_came(*state, "good.d1");
	presence_tell(*state);
	assert_told(*state, "good.d1+");
	presence_came(*state, "good.d1");
	presence_tell(*state);
	assert_told(*state, "");
	presence_left(*state, "good.d1");
	presence_tell(*state);
	assert_told(*state, "good.d1-");
	assert_told(*state, "");
}

static void one_that_leaves_and_is_back_within_a_turn_never_left(void **state)
{
	presence_came(*state, "good.d1");
	presence_tell(*state);
	assert_told(*state, "good.d1+");
	presence_left(*state, "good.d1");
	presence_came(*state, "good.d1");
	presence_tell(*state);
	assert_told(*state, "");
}

static void one_that_was_only_passing_is_not_told(void **state)
{
	presence_came(*state, "good.d1");
	presence_left(*state, "good.d1");
	presence_left(*state, "good.d2");
	presence_tell(*state);
	assert_told(*state, "");
}

static void dispatchers_and_strangers_are_passed_over(void **state)
{
	presence_came(*state, "dispatcher.a");
	presence_came(*state, "no client id");
	presence_came(*state, "");
	presence_tell(*state);
	assert_told(*state, "");
}

static void all_who_are_here_are_told_again_when_asked(void **state)
{
	presence_came(*state, "good.d1");
	presence_came(*state, "good.d2");
	presence_tell(*state);
	assert_told(*state, "good.d1+");
	assert_told(*state, "good.d2+");
	presence_left(*state, "good.d2");
	presence_repeat(*state);
	presence_tell(*state);
	assert_told(*state, "good.d2-");
	assert_told(*state, "good.d1+");
	assert_told(*state, "");
}

static void what_finds_no_room_is_told_later(void **state)
{
	enum { MANY = PRESENCE_SLOTS + 100 };
	struct presence_word word;
	char client_id[CLIENT_ID_SIZE];
	size_t told = 0;

	for (int i = 0; i < MANY; i++) {
		snprintf(client_id, sizeof(client_id), "unit-%d.d1", i);
		presence_came(*state, client_id);
	}
	for (int turn = 0; turn < 2; turn++) {
		presence_tell(*state);
		while (presence_take(*state, &word))
			told++;
	}
	assert_int_equal(told, MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_that_comes_and_goes_is_told_twice),
		TEST(one_that_leaves_and_is_back_within_a_turn_never_left),
		TEST(one_that_was_only_passing_is_not_told),
		TEST(dispatchers_and_strangers_are_passed_over),
		TEST(all_who_are_here_are_told_again_when_asked),
		TEST(what_finds_no_room_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
