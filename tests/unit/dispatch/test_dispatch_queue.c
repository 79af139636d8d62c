#include "tests/unit/test.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "publisher/dispatch/answer.h"
#include "publisher/dispatch/backoff.h"
#include "publisher/dispatch/lane.h"
#include "publisher/dispatch/name_set.h"
#include "publisher/dispatch/push.h"
#include "publisher/dispatch/seal_keys.h"
#include "publisher/dispatch/talk.h"
#include "publisher/dispatch/window.h"

static void waits_grow_to_the_longest_and_begin_anew_after_success(void **state)
{
	struct backoff backoff = {.first_ms = 500, .max_ms = 3000};
	const int64_t longest_ms[] = {500, 1000, 2000, 3000, 3000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(longest_ms); i++) {
		struct backoff copy = backoff;

		assert_int_equal(backoff_next_ms(&copy, (uint32_t)longest_ms[i] - 1), longest_ms[i]);
		assert_int_equal(backoff_next_ms(&backoff, (uint32_t)longest_ms[i]), 1);
	}
	for (int i = 0; i < 1000; i++)
		assert_true(backoff_next_ms(&backoff, UINT32_MAX) <= 3000);
	backoff_reset(&backoff);
	assert_true(backoff_next_ms(&backoff, UINT32_MAX) <= 500);
}

static void a_lane_keeps_order_and_its_limit(void **state)
{
	struct lane lane;
	struct err err;
	struct message *big, *small, *popped;

	(void)state;
	lane_init(&lane, 100);
	big = message_new("certwire/v1/a", (char[60]){0}, 60, &err);
	small = message_new("certwire/v1/b", "x", 1, &err);
	assert_done(lane_push(&lane, big, &err));
	assert_false(lane_has_room(&lane));
	assert_done(lane_push(&lane, small, &err));
	assert_refused(lane_push(&lane, big, &err), ERR_SYSTEM, "more than 100 bytes");
	popped = lane_pop(&lane);
	assert_ptr_equal(popped, big);
	message_unref(popped);
	assert_true(lane_has_room(&lane));
	lane_clear(&lane);
	assert_null(lane_pop(&lane));
	message_unref(big);
	message_unref(small);
}

static void a_message_lives_as_long_as_somebody_holds_it(void **state)
{
	struct lane first, second;
	struct err err;
	struct message *message = message_new("certwire/v1/a", "x", 1, &err);

	(void)state;
	lane_init(&first, 10);
	lane_init(&second, 10);
	assert_done(lane_push(&first, message, &err));
	assert_done(lane_push(&second, message, &err));
	message_unref(message);
	lane_clear(&first);
	message = lane_pop(&second);
	assert_int_equal(message->payload[0], 'x');
	message_unref(message);
}

static void a_topic_that_is_too_long_is_no_message(void **state)
{
	char topic[MESSAGE_TOPIC_SIZE + 1];
	struct err err;

	(void)state;
	memset(topic, 'a', sizeof topic);
	topic[MESSAGE_TOPIC_SIZE] = '\0';
	assert_null(message_new(topic, "x", 1, &err));
}

static void each_name_is_in_a_set_once(void **state)
{
	static const char *const names[] = {"unit-b", "unit-a", "unit-c", "unit-a", "unit-b"};
	struct name_set set = {0};
	char name[CLIENT_ID_SIZE];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_done(name_set_add(&set, names[i], &err));
	assert_int_equal(set.count, 3);
	name_set_remove(&set, "unit-b", 2);
	assert_int_equal(set.count, 1);
	assert_string_equal(set.names[0], "unit-a");
	name_set_remove(&set, "unit-a", 1);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof name, "unit-%d", i * 7 % 500);
		assert_done(name_set_add(&set, name, &err));
	}
	assert_int_equal(set.count, 500);
	name_set_clear(&set);
}

static void assert_names(const char *const *units, size_t count, const char *expected)
{
	char joined[100] = "";

	for (size_t i = 0; i < count; i++)
		(void)snprintf(joined + strlen(joined), sizeof joined - strlen(joined), " %s", units[i]);
	assert_string_equal(joined, expected);
}

static void names_take_turns_in_a_set_whatever_is_added(void **state)
{
	struct name_set set = {0};
	const char *units[2];
	struct err err;

	(void)state;
	assert_int_equal(name_set_turn(&set, "", 2, units), 0);
	for (const char *name = "a\0b\0c\0d\0e\0"; *name; name += 2)
		assert_done(name_set_add(&set, name, &err));
	assert_names(units, name_set_turn(&set, "", 2, units), " a b");
	name_set_remove(&set, "a", 2);
	assert_done(name_set_add(&set, "a", &err));
	assert_names(units, name_set_turn(&set, "b", 2, units), " c d");
	assert_names(units, name_set_turn(&set, "d", 2, units), " e");
	assert_names(units, name_set_turn(&set, "e", 2, units), " a c");
	name_set_clear(&set);
}

/* Takes the first talk's sync, checks whose it is and what it says, and ends its turn. */
static void assert_turn(struct talks *talks, const char *unit, const char *sync)
{
	struct buf taken;

	assert_string_equal(talks_first(talks)->unit, unit);
	assert_true(talks_take_sync(talks, &taken));
	assert_string_equal(buf_str(&taken), sync);
	buf_release(&taken);
	talks_turn(talks);
}

static void units_take_turns_however_much_one_asks(void **state)
{
	struct talks talks = {0};

	(void)state;
	talks_put(&talks, "unit-a", "a1", 2);
	talks_put(&talks, "unit-a", "a2", 2);
	talks_put(&talks, "unit-a", "a3", 2);
	talks_put(&talks, "unit-b", "b1", 2);
	assert_turn(&talks, "unit-a", "a1");
	assert_turn(&talks, "unit-b", "b1");
	talks_put(&talks, "unit-b", "b2", 2);
	assert_turn(&talks, "unit-a", "a2");
	assert_turn(&talks, "unit-b", "b2");
	assert_turn(&talks, "unit-a", "a3");
	assert_null(talks_first(&talks));
	assert_int_equal(talks.bytes, 0);
	assert_int_equal(talks.dropped, 0);
}

static void a_unit_cannot_queue_more_than_its_share(void **state)
{
	struct talks talks = {0};

	(void)state;
	for (int i = 0; i < TALK_SYNCS_MAX + 5; i++)
		talks_put(&talks, "unit-a", "sync", 4);
	talks_put(&talks, "unit-b", "sync", 4);
	assert_int_equal(talks.dropped, 5);
	assert_int_equal(talks.count, 2);
	talks_clear(&talks);
	assert_null(talks_first(&talks));
}

static void a_sync_larger_than_any_is_dropped(void **state)
{
	struct talks talks = {0};
	char *large = calloc(1, LIMIT_SYNC_JWS + 1);

	(void)state;
	talks_put(&talks, "unit-a", large, LIMIT_SYNC_JWS + 1);
	assert_int_equal(talks.dropped, 1);
	talks_clear(&talks);
	free(large);
}

static void one_part_of_a_push_is_underway_at_a_time(void **state)
{
	struct pushes pushes = {.length = 0};
	const struct push push = {.count = 40, .end = 32};
	const struct push nothing = {.count = 40, .end = 0};

	(void)state;
	pushes_add(&pushes, &nothing);
	assert_false(pushes_ready(&pushes));
	for (int i = 0; i < PUSHES_MAX + 1; i++)
		pushes_add(&pushes, &push);
	assert_int_equal(pushes.length, PUSHES_MAX);
	assert_true(pushes_ready(&pushes));
	pushes.underway = 3;
	assert_false(pushes_ready(&pushes));
}

static void a_window_gives_what_is_asked_for_in_order_and_no_more(void **state)
{
	static struct sync sync = {
		.missing = {{.parts = {.items = {{3, 4}, {9, 9}}, .count = 2}},
			{.parts = {.items = {{0, 0}}, .count = 1}},
			{.parts = {.items = {{0, 99}}, .count = 1}}},
		.missing_count = 3,
	};
	struct window window = {0};
	const uint32_t expected[] = {3, 4, 9};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_true(window_find(&window, &sync));
		assert_int_equal(window.missing, 0);
		assert_int_equal(window.part, expected[i]);
		window_sent(&window);
	}
	assert_true(window_find(&window, &sync));
	assert_int_equal(window.missing, 1);
	window_skip(&window);
	for (uint32_t i = 0; i < LIMIT_SYNC_WINDOW_PARTS - 3; i++) {
		assert_true(window_find(&window, &sync));
		assert_int_equal(window.missing, 2);
		assert_int_equal(window.part, i);
		window_sent(&window);
	}
	assert_false(window_find(&window, &sync));
}

/* A key whose place is that of all keys that this makes. */
static struct public_key key_of_one_set(void)
{
	struct public_key key;
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint32_t at;

	do {
		crypto_sign_keypair(key.bytes, secret);
		memcpy(&at, key.bytes, sizeof(at));
	} while (at % SEAL_KEYS_SETS != 0);
	return key;
}

static void a_key_to_seal_to_is_the_same_remembered_or_not(void **state)
{
	enum { COUNT = SEAL_KEYS_WAYS + 1 };
	struct public_key publics[COUNT], nobody = {.bytes = {2}};
	struct seal_keys keys = {.sets = NULL};
	struct seal_key made, got;
	struct err err;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		publics[i] = key_of_one_set();
	/* One more than are remembered: each pushes another out. Then twice the same. */
	for (int i = 0; i < 3 * COUNT; i++) {
		const struct public_key *public = &publics[i < 2 * COUNT ? i % COUNT : i / 2 % COUNT];

		assert_done(seal_key_of(public, &made, &err));
		assert_done(seal_keys_get(&keys, public, &got, &err));
		assert_memory_equal(got.bytes, made.bytes, sizeof(made.bytes));
	}
	assert_refused(seal_keys_get(&keys, &nobody, &got, &err), ERR_DATA, "cannot be sealed to");
	seal_keys_release(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_grow_to_the_longest_and_begin_anew_after_success),
		cmocka_unit_test(a_lane_keeps_order_and_its_limit),
		cmocka_unit_test(a_message_lives_as_long_as_somebody_holds_it),
		cmocka_unit_test(a_topic_that_is_too_long_is_no_message),
		cmocka_unit_test(each_name_is_in_a_set_once),
		cmocka_unit_test(names_take_turns_in_a_set_whatever_is_added),
		cmocka_unit_test(units_take_turns_however_much_one_asks),
		cmocka_unit_test(a_unit_cannot_queue_more_than_its_share),
		cmocka_unit_test(a_sync_larger_than_any_is_dropped),
		cmocka_unit_test(one_part_of_a_push_is_underway_at_a_time),
		cmocka_unit_test(a_key_to_seal_to_is_the_same_remembered_or_not),
		cmocka_unit_test(a_window_gives_what_is_asked_for_in_order_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
