#include "tests/unit/test.h"

#include "broker-plugins/entitlement/cut.h"
#include "common/refusal.h"
#include "tests/unit/broker/door.h"

/* The client to cut next, dropped as the broker would; NULL for nobody. */
static const void *cut_one(struct door *door, enum cut *ret_reason)
{
	struct cutter cutter = {.refreshed_at_us = 0};
	struct session *session;
	const void *client;

	cutter_begin(&cutter, door->now.mono_ms * 1000);
	session = cutter_next(&cutter, &door->gate.sessions, door->now.mono_ms * 1000);
	if (!session)
		return NULL;
	client = session->client;
	*ret_reason = session->cut;
	sessions_drop(&door->gate.sessions, client);
	return client;
}

static void the_end_of_a_right_cuts_who_had_it(void **state)
{
	struct door *door = *state;
	enum cut reason;

	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	/* "good" and "all" had the Monthly. */
	assert_non_null(cut_one(door, &reason));
	assert_int_equal(reason, CUT_RIGHT);
	assert_non_null(cut_one(door, &reason));
	assert_null(cut_one(door, &reason));
}

static void a_suspension_cuts_the_units_clients_and_no_other(void **state)
{
	struct door *door = *state;
	struct unit *unit = gate_fixture_unit("good");
	enum cut reason;

	unit->standing = STANDING_SUSPENDED;
	gate_fixture_bring(&door->gate, unit, &door->now);
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_DELIVERY);
	assert_ptr_equal(cut_one(door, &reason), &door_clients[GOOD]);
	assert_int_equal(reason, CUT_RIGHT);
	assert_null(cut_one(door, &reason));
}

static void a_reinstated_unit_is_cut_so_that_it_comes_back_for_more(void **state)
{
	struct door *door = *state;
	struct unit *unit = gate_fixture_unit("suspended");
	enum cut reason;

	unit->standing = STANDING_GOOD;
	gate_fixture_bring(&door->gate, unit, &door->now);
	assert_ptr_equal(cut_one(door, &reason), &door_clients[SUSPENDED]);
	assert_int_equal(reason, CUT_REFRESH);
}

static void a_whole_new_copy_cuts_who_lost_a_right_by_it(void **state)
{
	struct door *door = *state;
	struct table *table = gate_fixture_table();
	struct unit *unit = gate_fixture_unit("all");
	enum cut reason;

	unit->devices[0].revoked = true;
	unit_free(table_put(table, unit));
	gate_fixture_bring_all(&door->gate, table, &door->now);
	assert_ptr_equal(cut_one(door, &reason), &door_clients[ALL]);
	assert_null(cut_one(door, &reason));
}

/* A table that says of every unit what the one in force says, to the byte. */
static struct table *same_again(const struct table *table)
{
	struct table *ret = gate_fixture_table();
	struct err err;

	for (size_t i = 0; i <= table->mask; i++) {
		const struct unit *unit = table->slots[i];

		if (unit)
			unit_free(table_put(ret, unit_new(unit->name, unit->standing, unit->channel_count,
										 unit->channels, unit->device_count, unit->devices, &err)));
	}
	return ret;
}

static void a_whole_new_copy_that_says_the_same_cuts_nobody_but_by_the_clock(void **state)
{
	struct door *door = *state;
	enum cut reason;

	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S - 1;
	gate_fixture_bring_all(&door->gate, same_again(door->gate.table), &door->now);
	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	gate_fixture_bring_all(&door->gate, same_again(door->gate.table), &door->now);
	assert_non_null(cut_one(door, &reason));
	assert_int_equal(reason, CUT_RIGHT);
	assert_non_null(cut_one(door, &reason));
	assert_null(cut_one(door, &reason));
}

/* When the clock is next to be looked at is kept across copies that change nothing. */
static void the_clock_cuts_after_a_whole_new_copy_too(void **state)
{
	struct door *door = *state;
	enum cut reason;

	gate_fixture_bring_all(&door->gate, same_again(door->gate.table), &door->now);
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	assert_non_null(cut_one(door, &reason));
	assert_int_equal(reason, CUT_RIGHT);
}

static void a_dispatcher_whose_key_was_retired_is_cut(void **state)
{
	struct door *door = *state;
	struct table *table = gate_fixture_table();
	enum cut reason;

	table->dispatchers.count = 0;
	gate_fixture_bring_all(&door->gate, table, &door->now);
	assert_int_equal(door_may(door, DISPATCHER, ACCESS_WRITE, P "channel/weekly"), REFUSAL_PUBLISH);
	assert_ptr_equal(cut_one(door, &reason), &door_clients[DISPATCHER]);
	assert_null(cut_one(door, &reason));
}

static void a_stale_copy_denies_and_cuts_everybody(void **state)
{
	struct door *door = *state;
	enum cut reason;

	door->now.mono_ms += GATE_STALENESS_MS + 1;
	assert_int_equal(
		door_may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_STALE_ENTITLEMENT);
	assert_int_equal(
		door_may(door, DISPATCHER, ACCESS_WRITE, P "channel/weekly"), REFUSAL_STALE_ENTITLEMENT);
	gate_tick(&door->gate, &door->now);
	for (int i = 0; i < CLIENTS; i++) {
		assert_non_null(cut_one(door, &reason));
		assert_int_equal(reason, CUT_STALE);
	}
	assert_null(cut_one(door, &reason));
}

static void losses_go_first_and_no_turn_cuts_more_than_its_share(void **state)
{
	enum { MANY = CUTS_PER_TURN + 5 };
	struct sessions sessions;
	struct cutter cutter = {.refreshed_at_us = 0};
	struct session *session;
	int places[MANY];
	int cuts = 0;
	struct err err;

	(void)state;
	assert_done(sessions_init(&sessions, &err));
	for (int i = 0; i < MANY; i++)
		sessions_cut(&sessions, sessions_add(&sessions, &places[i], "unit-a", "d1"),
			i == MANY - 1 ? CUT_RIGHT : CUT_STALE);
	cutter_begin(&cutter, 1000000);
	session = cutter_next(&cutter, &sessions, 1000000);
	assert_ptr_equal(session->client, &places[MANY - 1]);
	for (; session; session = cutter_next(&cutter, &sessions, 1000000)) {
		sessions_drop(&sessions, session->client);
		cuts++;
	}
	assert_int_equal(cuts, CUTS_PER_TURN);
	assert_int_equal(sessions.count, MANY - CUTS_PER_TURN);
	assert_int_equal(cutter_wants_ms(&sessions), 0);
	sessions_release(&sessions);
}

/* However slowly it goes, one is cut. */
static void a_turn_whose_time_is_up_leaves_the_rest_to_the_next(void **state)
{
	struct sessions sessions;
	struct cutter cutter = {.refreshed_at_us = 0};
	struct session *session;
	int places[3];
	struct err err;

	(void)state;
	assert_done(sessions_init(&sessions, &err));
	for (int i = 0; i < 3; i++)
		sessions_cut(&sessions, sessions_add(&sessions, &places[i], "unit-a", "d1"), CUT_RIGHT);
	cutter_begin(&cutter, 1000);
	session = cutter_next(&cutter, &sessions, 1000 + 2 * CUTTING_US);
	assert_non_null(session);
	sessions_drop(&sessions, session->client);
	assert_null(cutter_next(&cutter, &sessions, 1000 + 2 * CUTTING_US));
	assert_int_equal(cutter_wants_ms(&sessions), 0);
	cutter_begin(&cutter, 5000);
	assert_non_null(cutter_next(&cutter, &sessions, 5000));
	assert_non_null(cutter_next(&cutter, &sessions, 5000 + CUTTING_US - 1));
	assert_null(cutter_next(&cutter, &sessions, 5000 + CUTTING_US));
	sessions_release(&sessions);
}

static void who_only_gained_is_cut_one_at_a_time(void **state)
{
	struct sessions sessions;
	struct cutter cutter = {.refreshed_at_us = 0};
	struct session *session;
	int places[2];
	struct err err;

	(void)state;
	assert_done(sessions_init(&sessions, &err));
	for (int i = 0; i < 2; i++)
		sessions_cut(&sessions, sessions_add(&sessions, &places[i], "unit-a", "d1"), CUT_REFRESH);
	cutter_begin(&cutter, 1000000);
	session = cutter_next(&cutter, &sessions, 1000000);
	assert_non_null(session);
	sessions_drop(&sessions, session->client);
	assert_null(cutter_next(&cutter, &sessions, 1000000));
	assert_int_equal(cutter_wants_ms(&sessions), REFRESH_EVERY_MS);
	cutter_begin(&cutter, 1000000 + REFRESH_EVERY_MS * 1000);
	session = cutter_next(&cutter, &sessions, 1000000 + REFRESH_EVERY_MS * 1000);
	assert_non_null(session);
	sessions_drop(&sessions, session->client);
	assert_int_equal(cutter_wants_ms(&sessions), -1);
	sessions_release(&sessions);
}

static void send_to_good(struct door *door, int parts)
{
	for (int i = 0; i < parts; i++)
		assert_int_equal(gate_fixture_may(&door->gate, door->sessions[GOOD], ACCESS_READ,
							 P "channel/weekly", 32793, &door->now),
			AUTHORIZE_YES);
}

static void who_answers_nothing_to_more_than_its_window_is_cut_at_the_deadline(void **state)
{
	struct door *door = *state;
	enum cut reason;

	send_to_good(door, 64);
	door->now.mono_ms += GATE_DEADLINE_MS - 1;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
	door->now.mono_ms++;
	gate_tick(&door->gate, &door->now);
	assert_ptr_equal(cut_one(door, &reason), &door_clients[GOOD]);
	assert_int_equal(reason, CUT_SLOW);
}

static void who_answers_is_not_cut(void **state)
{
	struct door *door = *state;
	enum cut reason;

	send_to_good(door, 64);
	assert_int_equal(door_may(door, GOOD, ACCESS_WRITE, P "unit/good/sync"), AUTHORIZE_YES);
	send_to_good(door, 32);
	door->now.mono_ms += GATE_DEADLINE_MS;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
}

static void a_client_that_left_leaves_no_trace(void **state)
{
	struct door *door = *state;
	enum cut reason;

	send_to_good(door, 64);
	sessions_cut(&door->gate.sessions, door->sessions[GOOD], CUT_RIGHT);
	sessions_drop(&door->gate.sessions, &door_clients[GOOD]);
	assert_null(sessions_find(&door->gate.sessions, &door_clients[GOOD]));
	assert_false(sessions_have(&door->gate.sessions, "good", "d1"));
	door->now.mono_ms += GATE_DEADLINE_MS;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, door_setup, door_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_end_of_a_right_cuts_who_had_it),
		TEST(a_suspension_cuts_the_units_clients_and_no_other),
		TEST(a_reinstated_unit_is_cut_so_that_it_comes_back_for_more),
		TEST(a_whole_new_copy_cuts_who_lost_a_right_by_it),
		TEST(a_whole_new_copy_that_says_the_same_cuts_nobody_but_by_the_clock),
		TEST(the_clock_cuts_after_a_whole_new_copy_too),
		TEST(a_dispatcher_whose_key_was_retired_is_cut),
		TEST(a_stale_copy_denies_and_cuts_everybody),
		TEST(losses_go_first_and_no_turn_cuts_more_than_its_share),
		TEST(a_turn_whose_time_is_up_leaves_the_rest_to_the_next),
		TEST(who_only_gained_is_cut_one_at_a_time),
		TEST(who_answers_nothing_to_more_than_its_window_is_cut_at_the_deadline),
		TEST(who_answers_is_not_cut),
		TEST(a_client_that_left_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
