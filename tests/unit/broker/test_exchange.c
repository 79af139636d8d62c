#include "tests/unit/test.h"

#include "broker-plugins/kit/denials.h"
#include "broker-plugins/kit/notes.h"
#include "broker-plugins/kit/worker.h"
#include "tests/unit/broker/gate_fixture.h"

#include <stdlib.h>

/*
 * The loader's and the loop's threads as they hand things to each other, without a database: the
 * thread makes news and frees what comes back, the loop takes over, decides and gives back. What the
 * sanitizers find in it is the test.
 */

enum { ROUNDS = 400, SLOTS = 64 };

struct exchange {
	struct ring news;
	struct ring spent;
	struct notes notes;
	struct denials denials;
	atomic_int done;
};

static void free_deltas(struct ring *ring)
{
	struct delta *delta;

	while (ring_pop(ring, &delta))
		delta_free(delta);
	ring_release(ring);
}

/* A whole table now and then, a changed unit otherwise. */
static struct delta *make_news(int round, const struct moment *now)
{
	struct err err;
	bool is_whole = round % 50 == 0;
	struct delta *delta = delta_new(is_whole ? 0 : 1, &err);

	if (!delta)
		fixture_abort("delta_new", err.text);
	delta->good_at_ms = now->mono_ms;
	if (is_whole) {
		delta->whole = gate_fixture_table();
	} else {
		delta->units[0] = gate_fixture_unit("good");
		delta->units[0]->standing = round % 2 ? STANDING_SUSPENDED : STANDING_GOOD;
	}
	return delta;
}

static void free_spent(struct exchange *exchange, size_t *out)
{
	struct delta *delta;

	while (ring_pop(&exchange->spent, &delta)) {
		delta_free(delta);
		(*out)--;
	}
}

static void load(struct worker *worker, void *ctx)
{
	struct exchange *exchange = ctx;
	struct moment now = gate_fixture_start();
	size_t out = 0;

	for (int round = 0; round < ROUNDS && !worker_is_stopping(worker); round++) {
		struct delta *delta = make_news(round, &now);
		struct denial denial;

		while (out == SLOTS || !ring_push(&exchange->news, &delta)) {
			worker_wait(worker, -1, 1);
			free_spent(exchange, &out);
		}
		out++;
		notes_add(&exchange->notes, LOG_LEVEL_INFO, "round %d", round);
		(void)!denials_take(&exchange->denials, &denial);
		worker_wake_loop(worker);
		free_spent(exchange, &out);
	}
	atomic_store(&exchange->done, 1);
}

static size_t notes_seen;

static void count_note(enum log_level level, const char *text)
{
	(void)level;
	if (strncmp(text, "round ", 6) == 0)
		notes_seen++;
}

static void turn(struct gate *gate, struct exchange *exchange, struct moment *now)
{
	struct delta *delta;

	while (gate_takes_whole(gate) && ring_pop(&exchange->news, &delta))
		if (gate_apply(gate, delta, now))
			assert_true(ring_push(&exchange->spent, &delta));
	gate_tick(gate, now);
	delta = gate_spent(gate);
	if (delta)
		assert_true(ring_push(&exchange->spent, &delta));
	(void)gate_fixture_may(gate, sessions_find(&gate->sessions, exchange), ACCESS_READ,
		"certwire/v1/channel/weekly", 100, now);
	denials_add(&exchange->denials, 121, "good", "good.d1", "#");
	denials_flush(&exchange->denials, now->mono_ms += 1000);
	now->mono_ms = gate->good_at_ms;
	notes_drain(&exchange->notes, count_note);
}

static void two_threads_exchange_copies_without_sharing_any(void **state)
{
	struct worker worker = WORKER_INIT;
	struct moment now = gate_fixture_start();
	struct exchange exchange;
	struct gate gate;
	struct err err;

	(void)state;
	gate_fixture(&gate);
	assert_non_null(gate_fixture_let_in(&gate, &exchange, "good.d1", &now));
	assert_done(ring_init(&exchange.news, SLOTS, sizeof(struct delta *), &err));
	assert_done(ring_init(&exchange.spent, SLOTS, sizeof(struct delta *), &err));
	assert_done(notes_init(&exchange.notes, &err));
	assert_done(denials_init(&exchange.denials, &err));
	atomic_init(&exchange.done, 0);
	assert_done(worker_start(&worker, load, &exchange, &err));
	while (!atomic_load(&exchange.done))
		turn(&gate, &exchange, &now);
	turn(&gate, &exchange, &now);
	assert_true(worker_stop(&worker, 10));
	assert_true(notes_seen > 0);
	/* The last round's state is the one that counts. */
	assert_int_equal(table_find(gate.table, "good")->standing,
		(ROUNDS - 1) % 2 ? STANDING_SUSPENDED : STANDING_GOOD);
	gate_release(&gate);
	free_deltas(&exchange.news);
	free_deltas(&exchange.spent);
	notes_release(&exchange.notes);
	denials_release(&exchange.denials);
}

static void sleep_for_ever(struct worker *worker, void *ctx)
{
	(void)ctx;
	while (!worker_is_stopping(worker))
		worker_wait(worker, -1, 1000000);
}

static void a_thread_that_waits_ends_at_once_when_it_is_asked_to(void **state)
{
	struct worker worker = WORKER_INIT;
	struct err err;

	(void)state;
	assert_done(worker_start(&worker, sleep_for_ever, &worker, &err));
	assert_true(worker_stop(&worker, 10));
	assert_true(worker_stop(&worker, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_threads_exchange_copies_without_sharing_any),
		cmocka_unit_test(a_thread_that_waits_ends_at_once_when_it_is_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
