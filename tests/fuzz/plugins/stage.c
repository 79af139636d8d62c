#include "tests/fuzz/plugins/stage.h"

#include "broker-plugins/entitlement/loader_round.h"
#include "broker-plugins/entitlement/sockets.h"
#include "broker-plugins/kit/waker.h"
#include "tests/fixture/fixture.h"
#include "tests/fuzz/plugins/people.h"

#include <stdio.h>
#include <stdlib.h>

struct stage *stage(void)
{
	static struct stage stage;

	return &stage;
}

void stage_begin(void)
{
	stage()->now = (struct moment){.wall_us = FIXTURE_NOW * US_PER_S, .mono_ms = 1000000};
}

void demand(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

bool stage_bring(struct unit *unit, struct table *whole, int64_t clock_ahead_us)
{
	struct loader *loader = stage()->loader;
	const struct round round = {
		.asked_at_ms = stage()->now.mono_ms, .clock_ahead_us = clock_ahead_us};
	struct delta *delta;
	struct err err;

	delta = delta_new(unit ? 1 : 0, &err);
	demand(delta != NULL, "there is memory");
	delta->whole = whole;
	if (unit)
		delta->units[0] = unit;
	if (!round_has_room(loader)) {
		delta_free(delta);
		return false;
	}
	round_hand_over(loader, &round, delta);
	return true;
}

void stage_free_spent(void)
{
	struct delta *delta;

	while (ring_pop(&stage()->loader->spent, &delta)) {
		delta_free(delta);
		stage()->loader->out--;
	}
}

int64_t __wrap_clock_wall_us(void);
int64_t __wrap_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_us(void);
bool __wrap_loader_start(struct loader *loader, const struct entitlement_options *options,
	struct denials *denials, const struct pulse *pulse, struct err *err);
bool __wrap_loader_await_first(struct loader *loader, int64_t timeout_s);
bool __wrap_loader_stop(struct loader *loader);
bool __wrap_writer_start(struct writer *writer, const struct receipts_options *options,
	struct tray *tray, struct presence *presence, struct err *err);
bool __wrap_writer_stop(struct writer *writer);
bool __wrap_waker_start(struct waker *waker, struct err *err);
void __wrap_waker_ask(struct waker *waker, int after_ms);
size_t __wrap_sockets_tune(int64_t user_timeout_ms);

int64_t __wrap_clock_wall_us(void)
{
	return stage()->now.wall_us;
}

int64_t __wrap_clock_monotonic_ms(void)
{
	return stage()->now.mono_ms;
}

int64_t __wrap_clock_monotonic_us(void)
{
	return stage()->now.mono_ms * 1000;
}

bool __wrap_loader_start(struct loader *loader, const struct entitlement_options *options,
	struct denials *denials, const struct pulse *pulse, struct err *err)
{
	*loader = (struct loader){
		.options = options, .denials = denials, .pulse = pulse, .worker = WORKER_INIT};
	sem_init(&loader->first, 0, 0);
	demand(ring_init(&loader->news, LOADER_SLOTS, sizeof(struct delta *), err) &&
			   ring_init(&loader->spent, LOADER_SLOTS, sizeof(struct delta *), err) &&
			   notes_init(&loader->notes, err),
		"there is memory");
	stage()->loader = loader;
	return true;
}

/* The first whole copy. */
bool __wrap_loader_await_first(struct loader *loader, int64_t timeout_s)
{
	(void)timeout_s;
	return loader == stage()->loader && stage_bring(NULL, people_table(), 0);
}

bool __wrap_loader_stop(struct loader *loader)
{
	struct delta *delta;

	stage_free_spent();
	while (ring_pop(&loader->news, &delta))
		delta_free(delta);
	ring_release(&loader->news);
	ring_release(&loader->spent);
	notes_release(&loader->notes);
	sem_destroy(&loader->first);
	stage()->loader = NULL;
	return true;
}

bool __wrap_writer_start(struct writer *writer, const struct receipts_options *options,
	struct tray *tray, struct presence *presence, struct err *err)
{
	*writer = (struct writer){.options = options,
		.tray = tray,
		.presence = presence,
		.worker = WORKER_INIT,
		.nudge_fd = -1};
	demand(notes_init(&writer->notes, err), "there is memory");
	stage()->writer = writer;
	return true;
}

bool __wrap_writer_stop(struct writer *writer)
{
	batch_clear(&writer->batch, writer->tray);
	notes_release(&writer->notes);
	stage()->writer = NULL;
	return true;
}

/* No thread: the script ticks. */
bool __wrap_waker_start(struct waker *waker, struct err *err)
{
	(void)err;
	*waker = (struct waker){.worker = WORKER_INIT, .ask_fd = -1};
	return true;
}

void __wrap_waker_ask(struct waker *waker, int after_ms)
{
	(void)waker;
	stage()->wants_turn = after_ms == 0;
}

size_t __wrap_sockets_tune(int64_t user_timeout_ms)
{
	(void)user_timeout_ms;
	return 0;
}
