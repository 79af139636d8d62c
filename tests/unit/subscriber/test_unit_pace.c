#include "tests/unit/test.h"

#include "subscriber/asked.h"
#include "subscriber/pace.h"

enum { INTERVAL = 60 * 1000 };

static struct pace connected(int64_t now)
{
	struct pace pace;

	pace_init(&pace, INTERVAL);
	pace_connected(&pace, now);
	return pace;
}

static void nothing_is_asked_without_a_connection(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, INTERVAL);
	assert_int_equal(pace_wait(&pace, true, 5), INT64_MAX);
	assert_false(pace_gap(&pace, 10 * INTERVAL));
}

static void it_asks_at_once_on_connect_and_then_at_the_interval(void **state)
{
	struct pace pace = connected(1000);

	(void)state;
	assert_int_equal(pace_wait(&pace, false, 1000), 0);
	pace_sent(&pace, 1000);
	assert_int_equal(pace_wait(&pace, false, 1000), INTERVAL);
	pace_answered(&pace, 1100);
	assert_int_equal(pace_wait(&pace, false, 2000), INTERVAL - 1000);
	assert_int_equal(pace_wait(&pace, false, 1000 + INTERVAL), 0);
}

static void an_answer_that_brought_something_is_followed_at_once(void **state)
{
	struct pace pace = connected(0);

	(void)state;
	pace_sent(&pace, 0);
	pace_progress(&pace, 10);
	assert_int_equal(pace_wait(&pace, true, 10), INTERVAL);
	pace_answered(&pace, 20);
	assert_int_equal(pace_wait(&pace, true, 20), 0);
}

static void answers_that_bring_nothing_are_spaced_out(void **state)
{
	struct pace pace = connected(0);
	int64_t now = 0;
	int64_t wait = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		int64_t before = wait;

		pace_sent(&pace, now);
		pace_answered(&pace, now);
		wait = pace_wait(&pace, true, now);
		assert_true(wait >= before && wait <= INTERVAL && wait >= PACE_BACKOFF_FIRST_MS);
		now += wait;
	}
	assert_int_equal(wait, INTERVAL);
	pace_sent(&pace, now);
	pace_progress(&pace, now);
	pace_sent(&pace, now);
	pace_answered(&pace, now);
	assert_int_equal(pace_wait(&pace, true, now), PACE_BACKOFF_FIRST_MS);
}

static void what_comes_unasked_is_waited_for(void **state)
{
	struct pace pace = connected(0);

	(void)state;
	pace_sent(&pace, 0);
	pace_answered(&pace, 1);
	pace_progress(&pace, 5000);
	assert_int_equal(pace_wait(&pace, true, 5000), PACE_QUIET_MS);
	pace_progress(&pace, 5900);
	assert_int_equal(pace_wait(&pace, true, 6000), PACE_QUIET_MS - 100);
	assert_int_equal(pace_wait(&pace, true, 6900), 0);
}

static void an_answer_that_still_pours_in_is_not_asked_for_again(void **state)
{
	struct pace pace = connected(0);

	(void)state;
	pace_sent(&pace, 0);
	pace_progress(&pace, INTERVAL - 1);
	assert_int_equal(pace_wait(&pace, true, INTERVAL + 5), INTERVAL - 6);
	pace_heard(&pace, INTERVAL + 6);
	assert_int_equal(pace_wait(&pace, true, INTERVAL + 6), INTERVAL - 7);
	pace_answered(&pace, INTERVAL + 7);
	assert_int_equal(pace_wait(&pace, true, INTERVAL + 7), 0);
}

static void a_nudge_is_followed_soon_and_once(void **state)
{
	struct pace pace = connected(0);

	(void)state;
	pace_sent(&pace, 0);
	pace_answered(&pace, 10);
	pace_nudge(&pace);
	assert_int_equal(pace_wait(&pace, false, 10), PACE_BACKOFF_FIRST_MS - 10);
	pace_sent(&pace, PACE_BACKOFF_FIRST_MS);
	assert_int_equal(pace_wait(&pace, false, PACE_BACKOFF_FIRST_MS), INTERVAL);
}

static void two_intervals_of_silence_are_a_gap(void **state)
{
	struct pace pace = connected(100);

	(void)state;
	pace_sent(&pace, 100);
	assert_false(pace_gap(&pace, 99 + 2 * INTERVAL));
	assert_true(pace_gap(&pace, 100 + 2 * INTERVAL));
	pace_progress(&pace, 200);
	assert_false(pace_gap(&pace, 100 + 2 * INTERVAL));
	pace_answered(&pace, 300);
	assert_false(pace_gap(&pace, 299 + 2 * INTERVAL));
	pace_disconnected(&pace);
	assert_false(pace_gap(&pace, 1000 * INTERVAL));
	pace_init(&pace, 1000);
	pace_connected(&pace, 0);
	assert_false(pace_gap(&pace, PACE_GAP_LEAST_MS - 1));
	assert_true(pace_gap(&pace, PACE_GAP_LEAST_MS));
}

static void a_nonce_counts_once_and_takes_older_ones_with_it(void **state)
{
	struct sync_incident told[LIMIT_SYNC_INCIDENTS];
	struct asked asked = {.next = 0};
	static struct sync sync;
	size_t count;
	bool last;

	(void)state;
	for (uint8_t i = 1; i <= ASKED_MAX + 2; i++) {
		sync.nonce[0] = i;
		sync.incident_count = 1;
		sync.incidents[0].code = 200 + i;
		asked_add(&asked, &sync);
	}
	sync.nonce[0] = 2;
	assert_false(asked_answered(&asked, sync.nonce, told, &count, &last));
	sync.nonce[0] = 4;
	assert_true(asked_answered(&asked, sync.nonce, told, &count, &last));
	assert_int_equal(told[0].code, 204);
	assert_false(last);
	assert_false(asked_answered(&asked, sync.nonce, told, &count, &last));
	sync.nonce[0] = 3;
	assert_false(asked_answered(&asked, sync.nonce, told, &count, &last));
	sync.nonce[0] = ASKED_MAX + 2;
	assert_true(asked_answered(&asked, sync.nonce, told, &count, &last));
	assert_true(last);
	asked_add(&asked, &sync);
	asked_clear(&asked);
	assert_false(asked_answered(&asked, sync.nonce, told, &count, &last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_without_a_connection),
		cmocka_unit_test(it_asks_at_once_on_connect_and_then_at_the_interval),
		cmocka_unit_test(an_answer_that_brought_something_is_followed_at_once),
		cmocka_unit_test(answers_that_bring_nothing_are_spaced_out),
		cmocka_unit_test(what_comes_unasked_is_waited_for),
		cmocka_unit_test(an_answer_that_still_pours_in_is_not_asked_for_again),
		cmocka_unit_test(a_nudge_is_followed_soon_and_once),
		cmocka_unit_test(two_intervals_of_silence_are_a_gap),
		cmocka_unit_test(a_nonce_counts_once_and_takes_older_ones_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
