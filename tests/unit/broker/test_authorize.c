#include "tests/unit/test.h"

#include "common/refusal.h"
#include "tests/unit/broker/door.h"

/* For each client, in the order of the enum: 'y' yes, 'n' no, 'q' no without a record. */
static void assert_verdicts(
	struct door *door, enum access access, const char *topic, const char *expected)
{
	char found[CLIENTS + 1] = "";

	for (int i = 0; i < CLIENTS; i++) {
		int code = door_may(door, i, access, topic);

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

/* What was answered a moment ago is remembered; these are the ways in which it stops being true. */
static void a_remembered_yes_ends_with_the_right(void **state)
{
	struct door *door = *state;
	struct unit *suspended = gate_fixture_unit("good");

	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "ynyn");
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "ynyn");
	assert_verdicts(door, ACCESS_READ, P "channel/monthly", "ynyn");
	assert_verdicts(door, ACCESS_READ, P "channel/seminar", "nnyn");
	assert_verdicts(door, ACCESS_READ, "", "nnnn");
	suspended->standing = STANDING_SUSPENDED;
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "ynyn");
	gate_fixture_bring(&door->gate, suspended, &door->now);
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "nnyn");
	gate_fixture_bring(&door->gate, gate_fixture_unit("good"), &door->now);
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "ynyn");
	gate_fixture_bring_all(&door->gate, gate_fixture_table(), &door->now);
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "ynyn");
}

static void a_remembered_yes_ends_by_the_clock(void **state)
{
	struct door *door = *state;
	int64_t now_us = door->now.wall_us;

	assert_verdicts(door, ACCESS_READ, P "channel/monthly", "ynyn");
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S - 1;
	assert_verdicts(door, ACCESS_READ, P "channel/monthly", "ynyn");
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	assert_verdicts(door, ACCESS_READ, P "channel/monthly", "nnnn");
	/* Before the certificates began. */
	door->now.wall_us = now_us - 2 * FIXTURE_YEAR * US_PER_S;
	assert_verdicts(door, ACCESS_READ, P "channel/weekly", "nnnn");
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
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/weekly"), REFUSAL_DELIVERY);
	assert_int_equal(door_may(door, GOOD, ACCESS_SUBSCRIBE, P "unit/good/+"), AUTHORIZE_NO_QUIETLY);
	assert_int_equal(door_may(door, GOOD, ACCESS_WRITE, P "unit/good/receipt"), REFUSAL_PUBLISH);
	assert_int_equal(door_may(door, GOOD, ACCESS_SUBSCRIBE, P "unit/good/head"), AUTHORIZE_YES);
	assert_int_equal(door_may(door, GOOD, ACCESS_WRITE, P "unit/good/sync"), AUTHORIZE_YES);
}

static void a_right_ends_in_the_second_in_which_it_ends(void **state)
{
	struct door *door = *state;

	door->now.wall_us = (GATE_MONTHLY_UNTIL - 1) * US_PER_S;
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/monthly"), AUTHORIZE_YES);
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/weekly"), AUTHORIZE_YES);
}

static void a_right_ends_by_the_databases_clock_when_that_is_ahead(void **state)
{
	struct door *door = *state;

	door->gate.clock_ahead_us = 100 * US_PER_S;
	door->now.wall_us = (GATE_MONTHLY_UNTIL - 100) * US_PER_S;
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
	door->gate.clock_ahead_us = -100 * US_PER_S;
	door->now.wall_us = GATE_MONTHLY_UNTIL * US_PER_S;
	assert_int_equal(door_may(door, GOOD, ACCESS_READ, P "channel/monthly"), REFUSAL_DELIVERY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, door_setup, door_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_may_subscribe_to_what_it_may_read_and_to_nothing_else),
		TEST(each_may_publish_what_is_its_to_say),
		TEST(each_is_sent_what_it_may_read),
		TEST(a_remembered_yes_ends_with_the_right),
		TEST(a_remembered_yes_ends_by_the_clock),
		TEST(who_has_no_record_may_nothing),
		TEST(retained_messages_and_qos_2_are_refused),
		TEST(payloads_past_the_limit_of_their_kind_are_refused),
		TEST(a_wrong_clock_keeps_a_good_unit_in_the_lobby),
		TEST(a_right_ends_in_the_second_in_which_it_ends),
		TEST(a_right_ends_by_the_databases_clock_when_that_is_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
