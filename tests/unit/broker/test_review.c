/*
 * More clients than are looked at in one turn, each of a unit of its own.
 */
#include "tests/unit/test.h"

#include "broker-plugins/entitlement/review.h"
#include "common/refusal.h"
#include "tests/unit/broker/gate_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 2 * REVIEWED_PER_TURN + 10, WEEKLY_UNTIL = FIXTURE_NOW + 500 };

static const char weekly[] = "certwire/v1/channel/weekly";

struct crowd {
	struct gate gate;
	struct moment now;
	struct session *sessions[MANY];
	int places[MANY + 1]; /* what stands for each one's connection */
};

/* With the devices of the fixture's "good". */
static struct unit *unit_of(
	const struct unit *good, int i, enum standing standing, int64_t until_us)
{
	struct unit_channel channel;
	struct unit *unit;
	char name[UNIT_SIZE];
	struct err err;

	/* Records are compared with the gaps between their fields. */
	memset(&channel, 0, sizeof(channel));
	strcpy(channel.name, "weekly");
	channel.since_us = SINCE_EVER;
	channel.until_us = until_us;
	(void)snprintf(name, sizeof(name), "unit-%d", i);
	unit = unit_new(name, standing, 1, &channel, good->device_count, good->devices, &err);
	assert_non_null(unit);
	return unit;
}

static struct table *table_of(enum standing standing, int64_t until_us)
{
	struct keyset *keyset = fixture_keyset();
	struct unit *good = gate_fixture_unit("good");
	struct err err;
	struct table *table = table_new(MANY, &err);

	assert_non_null(table);
	for (int i = 0; i < MANY; i++)
		unit_free(table_put(table, unit_of(good, i, standing, until_us)));
	unit_free(good);
	table_set_dispatchers(table, keyset);
	keyset_free(keyset);
	return table;
}

static struct session *let_in(struct crowd *crowd, int place, int unit)
{
	struct session *session;
	char name[UNIT_SIZE];

	(void)snprintf(name, sizeof(name), "unit-%d", unit);
	session = sessions_add(&crowd->gate.sessions, &crowd->places[place], name, "d1");
	assert_non_null(session);
	memcpy(session->kid, table_find(crowd->gate.table, name)->devices[0].kid, KID_SIZE);
	review_done(&crowd->gate, session, crowd->now.wall_us);
	return session;
}

static int set_up(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	crowd->now = gate_fixture_start();
	gate_fixture(&crowd->gate);
	gate_fixture_bring_all(
		&crowd->gate, table_of(STANDING_GOOD, WEEKLY_UNTIL * US_PER_S), &crowd->now);
	for (int i = 0; i < MANY; i++)
		crowd->sessions[i] = let_in(crowd, i, i);
	*state = crowd;
	return 0;
}

static int tear_down(void **state)
{
	struct crowd *crowd = *state;

	gate_release(&crowd->gate);
	free(crowd);
	return 0;
}

static bool may_read(struct crowd *crowd, int i)
{
	return gate_fixture_may(&crowd->gate, crowd->sessions[i], ACCESS_READ, weekly, 100,
			   &crowd->now) == AUTHORIZE_YES;
}

static int count_cut(const struct crowd *crowd)
{
	const struct session *session;
	int count = 0;

	TAILQ_FOREACH(session, &crowd->gate.sessions.all, all)
	count += session->cut == CUT_RIGHT;
	return count;
}

/* A whole copy, which nobody has been looked at by. Borrowed. */
static struct delta *bring_whole(struct crowd *crowd, struct table *table)
{
	struct err err;
	struct delta *delta = delta_new(0, &err);

	assert_non_null(delta);
	delta->whole = table;
	delta->good_at_ms = crowd->now.mono_ms;
	delta->committed_us = 77;
	assert_true(gate_takes_whole(&crowd->gate));
	assert_false(gate_apply(&crowd->gate, delta, &crowd->now));
	return delta;
}

static void a_whole_copy_is_gone_through_some_in_each_turn(void **state)
{
	struct crowd *crowd = *state;
	struct delta *delta = bring_whole(crowd, table_of(STANDING_SUSPENDED, UNTIL_FOREVER));
	int turns[] = {REVIEWED_PER_TURN, 2 * REVIEWED_PER_TURN, MANY};

	assert_int_equal(count_cut(crowd), 0);
	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		/* What they were let in by is still needed. */
		assert_true(gate_is_busy(&crowd->gate));
		assert_null(gate_spent(&crowd->gate));
		assert_false(gate_takes_whole(&crowd->gate));
		gate_tick(&crowd->gate, &crowd->now);
		assert_int_equal(count_cut(crowd), turns[i]);
	}
	assert_false(gate_is_busy(&crowd->gate));
	assert_int_equal(crowd->sessions[0]->lost_at_us, 77);
	assert_int_equal(crowd->sessions[MANY - 1]->lost_at_us, 77);
	assert_ptr_equal(gate_spent(&crowd->gate), delta);
	assert_null(gate_spent(&crowd->gate));
	assert_true(gate_takes_whole(&crowd->gate));
	assert_int_equal(delta->whole->count, MANY);
	delta_free(delta);
}

static void bring_last(struct crowd *crowd, enum standing standing)
{
	struct unit *good = gate_fixture_unit("good");

	gate_fixture_bring(&crowd->gate, unit_of(good, MANY - 1, standing, UNTIL_FOREVER), &crowd->now);
	unit_free(good);
}

static void who_is_yet_to_be_looked_at_is_refused_what_it_has_lost(void **state)
{
	struct crowd *crowd = *state;

	/* It was found to be readable, and that is remembered. */
	assert_true(may_read(crowd, MANY - 1));
	(void)bring_whole(crowd, table_of(STANDING_SUSPENDED, UNTIL_FOREVER));
	assert_false(may_read(crowd, MANY - 1));
	gate_tick(&crowd->gate, &crowd->now);
	assert_int_equal(crowd->sessions[MANY - 1]->cut, CUT_NONE);
	assert_false(may_read(crowd, MANY - 1));
}

static void a_units_own_news_do_not_wait_for_the_rest(void **state)
{
	struct crowd *crowd = *state;

	(void)bring_whole(crowd, table_of(STANDING_GOOD, UNTIL_FOREVER - 1));
	bring_last(crowd, STANDING_SUSPENDED);
	assert_int_equal(crowd->sessions[MANY - 1]->cut, CUT_RIGHT);
	assert_int_equal(count_cut(crowd), 1);
}

/* Else it would look as if it had only gained one. */
static void what_a_copy_took_away_cuts_whatever_came_since(void **state)
{
	struct crowd *crowd = *state;

	(void)bring_whole(crowd, table_of(STANDING_SUSPENDED, UNTIL_FOREVER));
	bring_last(crowd, STANDING_GOOD);
	assert_int_equal(crowd->sessions[MANY - 1]->cut, CUT_RIGHT);
	assert_true(may_read(crowd, MANY - 1));
	while (gate_is_busy(&crowd->gate))
		gate_tick(&crowd->gate, &crowd->now);
	assert_int_equal(count_cut(crowd), MANY);
}

static void who_comes_and_goes_meanwhile_is_not_missed(void **state)
{
	struct crowd *crowd = *state;
	struct session *late;
	int cut = 0;

	(void)bring_whole(crowd, table_of(STANDING_SUSPENDED, UNTIL_FOREVER));
	late = let_in(crowd, MANY, 3);
	while (gate_is_busy(&crowd->gate)) {
		struct session *first = TAILQ_FIRST(&crowd->gate.sessions.all);

		/* One that waits leaves, and so do those who were cut. */
		sessions_drop(&crowd->gate.sessions, first->client);
		cut++;
		gate_tick(&crowd->gate, &crowd->now);
		while ((first = TAILQ_FIRST(&crowd->gate.sessions.cuts))) {
			sessions_drop(&crowd->gate.sessions, first->client);
			cut++;
		}
	}
	assert_int_equal(cut, MANY);
	/* It was let in by the new copy. */
	assert_int_equal(crowd->gate.sessions.count, 1);
	assert_int_equal(late->cut, CUT_NONE);
}

static void when_all_have_left_nobody_waits(void **state)
{
	struct crowd *crowd = *state;
	struct delta *delta = bring_whole(crowd, table_of(STANDING_SUSPENDED, UNTIL_FOREVER));

	for (int i = 0; i < MANY; i++)
		sessions_drop(&crowd->gate.sessions, &crowd->places[i]);
	assert_false(gate_is_busy(&crowd->gate));
	assert_ptr_equal(gate_spent(&crowd->gate), delta);
	delta_free(delta);
}

static void what_the_clock_does_is_gone_through_some_in_each_turn(void **state)
{
	struct crowd *crowd = *state;
	int turns[] = {REVIEWED_PER_TURN, 2 * REVIEWED_PER_TURN, MANY, MANY};

	assert_true(may_read(crowd, MANY - 1));
	crowd->now.wall_us = WEEKLY_UNTIL * US_PER_S;
	gate_fixture_confirm(&crowd->gate, &crowd->now);
	assert_false(may_read(crowd, MANY - 1));
	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		gate_tick(&crowd->gate, &crowd->now);
		assert_int_equal(count_cut(crowd), turns[i]);
	}
	assert_false(gate_is_busy(&crowd->gate));
	assert_null(gate_spent(&crowd->gate));
}

/* The clock has its turn whatever else is under way, and is looked at again after it. */
static void a_right_that_ends_while_a_copy_is_gone_through_cuts(void **state)
{
	struct crowd *crowd = *state;

	(void)bring_whole(crowd, table_of(STANDING_GOOD, (WEEKLY_UNTIL + 1) * US_PER_S));
	gate_tick(&crowd->gate, &crowd->now);
	assert_int_equal(count_cut(crowd), 0);
	crowd->now.wall_us = (WEEKLY_UNTIL + 1) * US_PER_S;
	for (int i = 0; i < 2 * MANY / REVIEWED_PER_TURN + 2; i++)
		gate_tick(&crowd->gate, &crowd->now);
	assert_int_equal(count_cut(crowd), MANY);
	assert_false(gate_is_busy(&crowd->gate));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_copy_is_gone_through_some_in_each_turn),
		TEST(who_is_yet_to_be_looked_at_is_refused_what_it_has_lost),
		TEST(a_units_own_news_do_not_wait_for_the_rest),
		TEST(what_a_copy_took_away_cuts_whatever_came_since),
		TEST(who_comes_and_goes_meanwhile_is_not_missed),
		TEST(when_all_have_left_nobody_waits),
		TEST(what_the_clock_does_is_gone_through_some_in_each_turn),
		TEST(a_right_that_ends_while_a_copy_is_gone_through_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
