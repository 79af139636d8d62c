#include "tests/unit/test.h"

#include "broker-plugins/kit/ring.h"

#include <pthread.h>
#include <stdlib.h>

enum { MANY = 200000 };

static void no_free(void *item)
{
	(void)item;
}

static void items_come_out_in_the_order_in_which_they_went_in(void **state)
{
	struct ring ring;
	struct err err;
	int items[3];

	(void)state;
	assert_done(ring_init(&ring, 3, &err));
	assert_null(ring_pop(&ring));
	for (int i = 0; i < 3; i++)
		assert_true(ring_push(&ring, &items[i]));
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(ring_pop(&ring), &items[i]);
	assert_true(ring_is_empty(&ring));
	ring_release(&ring, no_free);
}

static void a_full_ring_takes_nothing_and_loses_nothing(void **state)
{
	struct ring ring;
	struct err err;
	int items[5];

	(void)state;
	assert_done(ring_init(&ring, 4, &err));
	for (int i = 0; i < 4; i++)
		assert_true(ring_push(&ring, &items[i]));
	assert_false(ring_push(&ring, &items[4]));
	assert_ptr_equal(ring_pop(&ring), &items[0]);
	assert_true(ring_push(&ring, &items[4]));
	for (int i = 1; i < 5; i++)
		assert_ptr_equal(ring_pop(&ring), &items[i]);
	ring_release(&ring, no_free);
}

static void what_is_left_is_freed_with_the_ring(void **state)
{
	struct ring ring;
	struct err err;

	(void)state;
	assert_done(ring_init(&ring, 8, &err));
	for (int i = 0; i < 5; i++)
		assert_true(ring_push(&ring, malloc(16)));
	ring_release(&ring, free);
}

static void *push_many(void *arg)
{
	struct ring *ring = arg;

	for (int i = 0; i < MANY; i++) {
		int *item = malloc(sizeof(*item));

		*item = i;
		while (!ring_push(ring, item))
			;
	}
	return NULL;
}

static void two_threads_hand_over_every_item_once_and_in_order(void **state)
{
	struct ring ring;
	struct err err;
	pthread_t producer;

	(void)state;
	assert_done(ring_init(&ring, 64, &err));
	assert_int_equal(pthread_create(&producer, NULL, push_many, &ring), 0);
	for (int i = 0; i < MANY;) {
		int *item = ring_pop(&ring);

		if (!item)
			continue;
		assert_int_equal(*item, i);
		free(item);
		i++;
	}
	pthread_join(producer, NULL);
	assert_true(ring_is_empty(&ring));
	ring_release(&ring, free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_out_in_the_order_in_which_they_went_in),
		cmocka_unit_test(a_full_ring_takes_nothing_and_loses_nothing),
		cmocka_unit_test(what_is_left_is_freed_with_the_ring),
		cmocka_unit_test(two_threads_hand_over_every_item_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
