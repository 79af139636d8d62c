#include "tests/unit/test.h"

#include "broker-plugins/entitlement/cut.h"
#include "common/refusal.h"
#include "tests/unit/broker/gate_fixture.h"

#include <stdlib.h>

#define P "certwire/v1/"

enum { GOOD, SUSPENDED, ALL, DISPATCHER, CLIENTS };

static const int clients[CLIENTS];

struct door {
	struct gate gate;
	struct moment now;
	struct session *sessions[CLIENTS];
};

static int setup(void **state)
{
	static const char *const ids[CLIENTS] = {"good.d1", "suspended.d1", "all.d1", "dispatcher.a"};
	struct door *door = calloc(1, sizeof(*door));

	door->now = gate_fixture_start();
	gate_fixture(&door->gate);
	for (int i = 0; i < CLIENTS; i++)
		door->sessions[i] = gate_fixture_let_in(&door->gate, &clients[i], ids[i], &door->now);
	*state = door;
	return 0;
}

static int teardown(void **state)
{
	struct door *door = *state;

	gate_release(&door->gate);
	free(door);
	return 0;
}

static int may(struct door *door, int client, enum access access, const char *topic)
{
	return gate_fixture_may(&door->gate, door->sessions[client], access, topic, 100, &door->now);
}

/* For each client, in the order of the enum: 'y' yes, 'n' no, 'q' no without a record. */
static void assert_verdicts(
	struct door *door, enum access access, const char *topic, const char *expected)
{
	char found[CLIENTS + 1] = "";

	for (int i = 0; i < CLIENTS; i++) {
		int code = may(door, i, access, topic);

		found[i] = code == AUTHORIZE_YES ? 'y' : code == AUTHORIZE_NO_QUIETLY ? 'q' : 'n';
	}
	if (strcmp(found, expected) != 0)
		fail_msg("'%s': expected %s, found %s", topic, expected, found);
}

static void each_may_subscribe_to_what_it_may_read_and_to_nothing_else(void **state)
{
	static const struct {
		const char *filter;
		const char *verdicts;
	} rows[] = {
		{P "channel/weekly", "yqyn"},
		{P "channel/monthly", "yqyn"},
		{P "channel/seminar", "qqyn"},
		{P "channel/unknown", "nnnn"},
		{P "channel/+", "nnyn"},
		{P "unit/good/+", "ynnn"},
		{P "unit/good/offer", "ynnn"},
		{P "unit/good/part", "ynnn"},
		{P "unit/good/keyset", "ynnn"},
		{P "unit/good/head", "ynnn"},
		{P "unit/suspended/head", "nynn"},
		{P "unit/suspended/keyset", "nynn"},
		{P "unit/suspended/offer", "nqnn"},
		{P "unit/suspended/+", "nqnn"},
		{P "unit/good/sync", "qnny"},
		{P "unit/+/sync", "nnny"},
		{P "unit/+/receipt", "nnnn"},
		{P "unit/+/offer", "nnnn"},
		{P "unit/+/+", "nnnn"},
		{P "unit/good/#", "nnnn"},
		{P "#", "nnnn"},
		{"#", "nnnn"},
		{"+/+/+/+", "nnnn"},
		{"$SYS/#", "nnnn"},
		{"$share/g/" P "channel/weekly", "nnnn"},
		{"$share/g/" P "unit/+/sync", "nnnn"},
		{"", "nnnn"},
		{"other", "nnnn"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_verdicts(*state, ACCESS_SUBSCRIBE, rows[i].filter, rows[i].verdicts);
}

static void each_may_publish_what_is_its_to_say(void **state)
{
	static const struct {
		const char *topic;
		const char *verdicts;
	} rows[] = {
		{P "channel/weekly", "nnny"},
		{P "unit/good/part", "nnny"},
		{P "unit/good/offer", "nnny"},
		{P "unit/good/head", "nnny"},
		{P "unit/good/keyset", "nnny"},
		{P "unit/good/sync", "ynnn"},
		{P "unit/good/receipt", "ynnn"},
		{P "unit/good/reply", "ynnn"},
		{P "unit/suspended/sync", "nynn"},
		{P "unit/suspended/receipt", "nnnn"},
		{P "unit/suspended/reply", "nnnn"},
		{P "unit/all/sync", "nnyn"},
		{P "unit/good", "nnnn"},
		{P "unit/good/other", "nnnn"},
		{"$CONTROL/dynamic-security/v1", "nnnn"},
		{"$SYS/broker/connection/x/state", "nnnn"},
		{"other", "nnnn"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_verdicts(*state, ACCESS_WRITE, rows[i].topic, rows[i].verdicts);
}

static void each_is_sent_what_it_may_read(void **state)
{
	static const struct {
		const char *topic;
		const char *verdicts;
	} rows[] = {
		{P "channel/weekly", "ynyn"},
		{P "channel/seminar", "nnyn"},
		{P "unit/good/part", "ynnn"},
		{P "unit/good/offer", "ynnn"},
		{P "unit/good/head", "ynnn"},
		{P "unit/suspended/head", "nynn"},
		{P "unit/suspended/keyset", "nynn"},
		{P "unit/suspended/offer", "nnnn"},
		{P "unit/good/sync", "qnny"},
		{P "unit/good/receipt", "qnnn"},
		{P "unit/good/reply", "qnnn"},
		{"other", "nnnn"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_verdicts(*state, ACCESS_READ, rows[i].topic, rows[i].verdicts);
}

static void who_has_no_record_may_nothing(void **state)
{
	struct door *door = *state;

	assert_int_not_equal(
		gate_fixture_may(&door->gate, NULL, ACCESS_READ, P "channel/weekly", 1, &door->now),
		AUTHORIZE_YES);
	assert_int_not_equal(
		gate_fixture_may(&door->gate, NULL, ACCESS_SUBSCRIBE, P "channel/weekly", 1, &door->now),
		AUTHORIZE_YES);
	/* A will. */
	assert_int_equal(
		gate_fixture_may(&door->gate, NULL, ACCESS_WRITE, P "unit/good/sync", 1, &door->now),
		REFUSAL_MQTT_SESSION);
}

static void retained_messages_and_qos_2_are_refused(void **state)
{
	struct door *door = *state;
	struct request request = {.access = ACCESS_WRITE, .topic = P "unit/good/sync", .qos = 2};

	assert_int_equal(
		authorize(&door->gate, door->sessions[GOOD], &request, &door->now), REFUSAL_PUBLISH);
	request.qos = 1;
	request.retain = true;
	assert_int_equal(
		authorize(&door->gate, door->sessions[GOOD], &request, &door->now), REFUSAL_PUBLISH);
}

static void payloads_past_the_limit_of_their_kind_are_refused(void **state)
{
	struct door *door = *state;

	assert_int_equal(gate_fixture_may(&door->gate, door->sessions[GOOD], ACCESS_WRITE,
						 P "unit/good/receipt", LIMIT_RECEIPT_JWS, &door->now),
		AUTHORIZE_YES);
	assert_int_equal(gate_fixture_may(&door->gate, door->sessions[GOOD], ACCESS_WRITE,
						 P "unit/good/receipt", LIMIT_RECEIPT_JWS + 1, &door->now),
		REFUSAL_PUBLISH);
	assert_int_equal(gate_fixture_may(&door->gate, door->sessions[DISPATCHER], ACCESS_WRITE,
						 P "channel/weekly", 65536, &door->now),
		REFUSAL_PUBLISH);
}

static void a_wrong_clock_keeps_a_good_unit_in_the_lobby(void **state)
{
	struct door *door = *state;

	door->sessions[GOOD]->clock_is_off = true;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_DELIVERY);
	assert_int_equal(may(door, GOOD, ACCESS_SUBSCRIBE, P "unit/good/+"), AUTHORIZE_NO_QUIETLY);
	assert_int_equal(may(door, GOOD, ACCESS_WRITE, P "unit/good/receipt"), REFUSAL_PUBLISH);
	assert_int_equal(may(door, GOOD, ACCESS_SUBSCRIBE, P "unit/good/head"), AUTHORIZE_YES);
	assert_int_equal(may(door, GOOD, ACCESS_WRITE, P "unit/good/sync"), AUTHORIZE_YES);
}

static void a_right_ends_in_the_second_in_which_it_ends(void **state)
{
	struct door *door = *state;

	door->now.wall_us = (GATE_MONTHLY_UNTIL - 1) * US_PER_S;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/monthly"), AUTHORIZE_YES);
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/weekly"), AUTHORIZE_YES);
}

static void a_right_ends_by_the_databases_clock_when_that_is_ahead(void **state)
{
	struct door *door = *state;

	door->gate.clock_ahead_us = 100 * US_PER_S;
	door->now.wall_us = (GATE_MONTHLY_UNTIL - 100) * US_PER_S;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
	door->gate.clock_ahead_us = -100 * US_PER_S;
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
}

/* The client to cut next, dropped as the broker would; NULL for nobody. */
static const void *cut_one(struct door *door, enum cut *ret_reason)
{
	struct cutter cutter = {.refreshed_at_ms = 0};
	struct session *session;
	const void *client;

	cutter_begin(&cutter);
	session = cutter_next(&cutter, &door->gate.sessions, door->now.mono_ms);
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
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_DELIVERY);
	assert_ptr_equal(cut_one(door, &reason), &clients[GOOD]);
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
	assert_ptr_equal(cut_one(door, &reason), &clients[SUSPENDED]);
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
	assert_ptr_equal(cut_one(door, &reason), &clients[ALL]);
	assert_null(cut_one(door, &reason));
}

static void a_dispatcher_whose_key_was_retired_is_cut(void **state)
{
	struct door *door = *state;
	struct table *table = gate_fixture_table();
	enum cut reason;

	table->dispatchers.count = 0;
	gate_fixture_bring_all(&door->gate, table, &door->now);
	assert_int_equal(may(door, DISPATCHER, ACCESS_WRITE, P "channel/weekly"), REFUSAL_PUBLISH);
	assert_ptr_equal(cut_one(door, &reason), &clients[DISPATCHER]);
	assert_null(cut_one(door, &reason));
}

static void a_stale_copy_denies_and_cuts_everybody(void **state)
{
	struct door *door = *state;
	enum cut reason;

	door->now.mono_ms += GATE_STALENESS_MS + 1;
	assert_int_equal(may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_STALE_ENTITLEMENT);
	assert_int_equal(
		may(door, DISPATCHER, ACCESS_WRITE, P "channel/weekly"), REFUSAL_STALE_ENTITLEMENT);
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
	struct cutter cutter = {.refreshed_at_ms = 0};
	struct session *session;
	int places[MANY];
	int cuts = 0;
	struct err err;

	(void)state;
	assert_done(sessions_init(&sessions, &err));
	for (int i = 0; i < MANY; i++)
		sessions_cut(&sessions, sessions_add(&sessions, &places[i], "unit-a", "d1"),
			i == MANY - 1 ? CUT_RIGHT : CUT_STALE);
	cutter_begin(&cutter);
	session = cutter_next(&cutter, &sessions, 1000);
	assert_ptr_equal(session->client, &places[MANY - 1]);
	for (; session; session = cutter_next(&cutter, &sessions, 1000)) {
		sessions_drop(&sessions, session->client);
		cuts++;
	}
	assert_int_equal(cuts, CUTS_PER_TURN);
	assert_int_equal(sessions.count, MANY - CUTS_PER_TURN);
	sessions_release(&sessions);
}

static void who_only_gained_is_cut_one_at_a_time(void **state)
{
	struct sessions sessions;
	struct cutter cutter = {.refreshed_at_ms = 0};
	struct session *session;
	int places[2];
	struct err err;

	(void)state;
	assert_done(sessions_init(&sessions, &err));
	for (int i = 0; i < 2; i++)
		sessions_cut(&sessions, sessions_add(&sessions, &places[i], "unit-a", "d1"), CUT_REFRESH);
	cutter_begin(&cutter);
	session = cutter_next(&cutter, &sessions, 1000);
	assert_non_null(session);
	sessions_drop(&sessions, session->client);
	assert_null(cutter_next(&cutter, &sessions, 1000));
	assert_non_null(cutter_next(&cutter, &sessions, 1000 + REFRESH_EVERY_MS));
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
	assert_ptr_equal(cut_one(door, &reason), &clients[GOOD]);
	assert_int_equal(reason, CUT_SLOW);
}

static void who_answers_is_not_cut(void **state)
{
	struct door *door = *state;
	enum cut reason;

	send_to_good(door, 64);
	assert_int_equal(may(door, GOOD, ACCESS_WRITE, P "unit/good/sync"), AUTHORIZE_YES);
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
	sessions_drop(&door->gate.sessions, &clients[GOOD]);
	assert_null(sessions_find(&door->gate.sessions, &clients[GOOD]));
	assert_false(sessions_have(&door->gate.sessions, "good", "d1"));
	door->now.mono_ms += GATE_DEADLINE_MS;
	gate_fixture_confirm(&door->gate, &door->now);
	gate_tick(&door->gate, &door->now);
	assert_null(cut_one(door, &reason));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_may_subscribe_to_what_it_may_read_and_to_nothing_else),
		TEST(each_may_publish_what_is_its_to_say),
		TEST(each_is_sent_what_it_may_read),
		TEST(who_has_no_record_may_nothing),
		TEST(retained_messages_and_qos_2_are_refused),
		TEST(payloads_past_the_limit_of_their_kind_are_refused),
		TEST(a_wrong_clock_keeps_a_good_unit_in_the_lobby),
		TEST(a_right_ends_in_the_second_in_which_it_ends),
		TEST(a_right_ends_by_the_databases_clock_when_that_is_ahead),
		TEST(the_end_of_a_right_cuts_who_had_it),
		TEST(a_suspension_cuts_the_units_clients_and_no_other),
		TEST(a_reinstated_unit_is_cut_so_that_it_comes_back_for_more),
		TEST(a_whole_new_copy_cuts_who_lost_a_right_by_it),
		TEST(a_dispatcher_whose_key_was_retired_is_cut),
		TEST(a_stale_copy_denies_and_cuts_everybody),
		TEST(losses_go_first_and_no_turn_cuts_more_than_its_share),
		TEST(who_only_gained_is_cut_one_at_a_time),
		TEST(who_answers_nothing_to_more_than_its_window_is_cut_at_the_deadline),
		TEST(who_answers_is_not_cut),
		TEST(a_client_that_left_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
