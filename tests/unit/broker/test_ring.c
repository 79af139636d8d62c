#include "tests/unit/test.h"

#include "broker-plugins/kit/ring.h"

#include <pthread.h>
#include <stdlib.h>

enum { MANY = 200000 };

static void records_come_out_in_the_order_in_which_they_went_in(void **state)
{
	struct ring ring;
	struct err err;
	int record;

	(void)state;
	assert_done(ring_init(&ring, 3, sizeof(int), &err));
	assert_false(ring_pop(&ring, &record));
	assert_false(ring_peek(&ring, &record));
	for (int i = 0; i < 3; i++)
		assert_true(ring_push(&ring, &i));
	for (int i = 0; i < 3; i++) {
		/* Looked at, it is there still. */
		assert_true(ring_peek(&ring, &record));
		assert_int_equal(record, i);
		assert_true(ring_pop(&ring, &record));
		assert_int_equal(record, i);
	}
	assert_true(ring_is_empty(&ring));
	ring_release(&ring);
}

static void a_full_ring_takes_nothing_and_loses_nothing(void **state)
{
	struct ring ring;
	struct err err;
	int record = 4;

	(void)state;
	assert_done(ring_init(&ring, 4, sizeof(int), &err));
	for (int i = 0; i < 4; i++)
		assert_true(ring_push(&ring, &i));
	assert_false(ring_push(&ring, &record));
	assert_true(ring_pop(&ring, &record));
	assert_int_equal(record, 0);
	record = 4;
	assert_true(ring_push(&ring, &record));
	for (int i = 1; i < 5; i++) {
		assert_true(ring_pop(&ring, &record));
		assert_int_equal(record, i);
	}
	ring_release(&ring);
}

static void *push_many(void *arg)
{
	struct ring *ring = arg;

	for (int i = 0; i < MANY; i++) {
		int *item = malloc(sizeof(*item));

		*item = i;
		while (!ring_push(ring, &item))
			;
	}
	return NULL;
}

static void two_threads_hand_over_every_record_once_and_in_order(void **state)
{
	struct ring ring;
	struct err err;
	pthread_t producer;
	int *item;

	(void)state;
	assert_done(ring_init(&ring, 64, sizeof(int *), &err));
	assert_int_equal(pthread_create(&producer, NULL, push_many, &ring), 0);
	for (int i = 0; i < MANY;) {
		if (!ring_pop(&ring, &item))
			continue;
		assert_int_equal(*item, i);
		free(item);
		i++;
	}
	pthread_join(producer, NULL);
	assert_true(ring_is_empty(&ring));
	ring_release(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_in_the_order_in_which_they_went_in),
		cmocka_unit_test(a_full_ring_takes_nothing_and_loses_nothing),
		cmocka_unit_test(two_threads_hand_over_every_record_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
