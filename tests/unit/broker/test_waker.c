#include "tests/unit/test.h"

#include "broker-plugins/kit/waker.h"

#include <errno.h>
#include <poll.h>

enum { LONG_MS = 60000, STOP_S = 60, TURNS = 500 };

/* As the loop waits when nothing happens; whether it was woken before its time. */
static bool woken(void)
{
	return poll(NULL, 0, LONG_MS) == -1 && errno == EINTR;
}

static void a_loop_that_asks_turns_again_each_time(void **state)
{
	struct waker waker;
	struct err err;

	(void)state;
	assert_done(waker_start(&waker, &err));
	for (int i = 0; i < TURNS; i++) {
		waker_turned(&waker);
		waker_ask(&waker, i % 2);
		assert_true(woken());
	}
	assert_true(waker_stop(&waker, STOP_S));
}

static void it_can_be_stopped_whether_it_was_asked_or_not(void **state)
{
	struct waker waker;
	struct err err;

	(void)state;
	assert_done(waker_start(&waker, &err));
	assert_true(waker_stop(&waker, STOP_S));
	assert_true(waker_stop(&waker, STOP_S));
	assert_done(waker_start(&waker, &err));
	waker_turned(&waker);
	waker_ask(&waker, LONG_MS * 2);
	assert_true(waker_stop(&waker, STOP_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_that_asks_turns_again_each_time),
		cmocka_unit_test(it_can_be_stopped_whether_it_was_asked_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
