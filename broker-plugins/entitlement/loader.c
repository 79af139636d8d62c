#include "broker-plugins/entitlement/loader.h"

#include "broker-plugins/entitlement/loader_copy.h"
#include "broker-plugins/entitlement/loader_report.h"
#include "broker-plugins/entitlement/loader_round.h"
#include "broker-plugins/entitlement/reload.h"
#include "broker-plugins/kit/denial_writer.h"
#include "common/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	STOP_TIMEOUT_S = 5,
	CONNECT_TIMEOUT_S = 5,
	RETRY_MS = 500, /* after a failure, so that a database that is back is found within a second */
	ANSWER_TIMEOUT_MS = 10000,
};

static bool connect_to_database(struct loader *loader, struct err *err)
{
	struct pg_options options = {
		.connect_timeout_s = CONNECT_TIMEOUT_S,
		.answer_timeout_ms = ANSWER_TIMEOUT_MS,
		.interrupt_fd = loader->worker.stop_fd,
	};
	auto_pg struct pg *pg = NULL;

	if (!pg_connect(loader->options->dsn, "certwire_entitlement", &options, &pg, err))
		return false;
	if (!pg_listen(pg, "certwire_entitlement", err) || !pg_listen(pg, "certwire_keyset", err))
		return false;
	loader->pg = TAKE(pg);
	/*
	 * What happened meanwhile the versions tell, and a reload follows at once, in case this is another
	 * database than before: a broker of many units is not out of service until it has read them all.
	 */
	reload_end(loader);
	loader->reload_at_ms = 0;
	return true;
}

/* Slots of a table that are freed in a step, which takes some tens of microseconds. */
enum { SLOTS_IN_A_STEP = 512 };

/* A table of 100,000 units takes so long to be freed that a change would wait for it. */
static void free_some(struct loader *loader, size_t slots)
{
	struct table *worn = loader->worn;

	if (!worn)
		return;
	for (; loader->worn_at <= worn->mask && slots > 0; loader->worn_at++, slots--) {
		unit_free(worn->slots[loader->worn_at]);
		worn->slots[loader->worn_at] = NULL;
	}
	if (loader->worn_at <= worn->mask)
		return;
	table_free(worn);
	loader->worn = NULL;
}

static void free_spent(struct loader *loader)
{
	struct delta *delta;

	while (ring_pop(&loader->spent, &delta)) {
		if (delta->whole) {
			free_some(loader, SIZE_MAX);
			loader->worn = TAKE(delta->whole);
			loader->worn_at = 0;
		}
		delta_free(delta);
		loader->out--;
	}
}

static void complain(struct loader *loader, const struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();

	if (loader->complained_at_ms && now_ms - loader->complained_at_ms < LOADER_COMPLAIN_EVERY_MS)
		return;
	loader->complained_at_ms = now_ms;
	notes_add(&loader->notes, LOG_LEVEL_ERROR, "%s; trying again every %d ms", err->text, RETRY_MS);
}

/* Takes what was said so far; whether there was anything. */
static bool take_notifications(struct loader *loader, bool *ret_any, struct err *err)
{
	struct pg_notification notification = {.channel = ""};
	bool found = true;

	*ret_any = false;
	while (found) {
		if (!pg_notification(loader->pg, 0, &notification, &found, err))
			return false;
		*ret_any = *ret_any || found;
	}
	return true;
}

/*
 * Waits until somebody says that something changed, at most until then; whether there was anything. What came
 * while a question was being answered is with libpq already, and no poll of the socket shows it.
 */
static bool await_notification(
	struct loader *loader, int64_t until_ms, bool *ret_any, struct err *err)
{
	int64_t left_ms = until_ms - clock_monotonic_ms();

	if (!take_notifications(loader, ret_any, err))
		return false;
	if (*ret_any || left_ms <= 0 || !worker_wait(&loader->worker, pg_fd(loader->pg), (int)left_ms))
		return true;
	return take_notifications(loader, ret_any, err);
}

/* What can wait for changes: freeing, and a reload as far as there is one. */
static bool has_chores(const struct loader *loader)
{
	if (loader->worn)
		return true;
	return !loader->is_in_doubt && round_has_room(loader) && reload_is_due(loader);
}

static bool do_chore(struct loader *loader, struct err *err)
{
	free_spent(loader);
	if (!loader->worn)
		return reload_step(loader, err);
	free_some(loader, SLOTS_IN_A_STEP);
	return true;
}

/*
 * One chore, and a rest of three times as long: so a change that comes meanwhile mostly finds us listening.
 */
static bool do_chore_and_rest(
	struct loader *loader, int64_t until_ms, bool *ret_any, struct err *err)
{
	enum { REST_TIMES = 3 };

	int64_t began_ms = clock_monotonic_ms();
	int64_t rested_ms;

	if (!do_chore(loader, err))
		return false;
	rested_ms = clock_monotonic_ms() + REST_TIMES * (clock_monotonic_ms() - began_ms);
	return await_notification(loader, rested_ms < until_ms ? rested_ms : until_ms, ret_any, err);
}

/* The time until the next round goes to chores. */
static bool pass_time(struct loader *loader, struct err *err)
{
	int64_t until_ms = clock_monotonic_ms() + loader->options->poll_interval_s * 1000;
	bool any = false;

	while (!any && has_chores(loader)) {
		if (worker_is_stopping(&loader->worker) || clock_monotonic_ms() >= until_ms)
			return true;
		if (!do_chore_and_rest(loader, until_ms, &any, err))
			return false;
	}
	/* Everything is to be copied at once. */
	if (loader->is_in_doubt && round_has_room(loader))
		return true;
	return any || await_notification(loader, until_ms, &any, err);
}

/* A record that PostgreSQL will not take is no reason to keep the copy from being fresh. */
static bool write_denials(struct loader *loader, struct err *err)
{
	const char *broker = loader->options->broker_names.items[0];

	if (denial_writer_run(loader->denials, loader->pg, broker, err))
		return true;
	if (err->kind == ERR_SYSTEM)
		return false;
	notes_add(&loader->notes, LOG_LEVEL_ERROR, "denials cannot be recorded: %s", err->text);
	return true;
}

static bool work(struct loader *loader, struct err *err)
{
	if (!loader->pg && !connect_to_database(loader, err))
		return false;
	if (!loader_copy_news(loader, err) || !write_denials(loader, err) ||
		!loader_report(loader, err))
		return false;
	loader->complained_at_ms = 0;
	return pass_time(loader, err);
}

static void run(struct worker *worker, void *ctx)
{
	struct loader *loader = ctx;
	struct err err;

	while (!worker_is_stopping(worker)) {
		free_spent(loader);
		if (work(loader, &err))
			continue;
		if (worker_is_stopping(worker))
			break;
		complain(loader, &err);
		reload_end(loader);
		if (loader->pg && !pg_is_connected(loader->pg)) {
			pg_free(loader->pg);
			loader->pg = NULL;
		}
		worker_wait(worker, -1, RETRY_MS);
	}
	reload_end(loader);
	pg_free(loader->pg);
	loader->pg = NULL;
}

static void free_deltas(struct ring *ring)
{
	struct delta *delta;

	if (!ring->slots)
		return;
	while (ring_pop(ring, &delta))
		delta_free(delta);
	ring_release(ring);
}

static void release(struct loader *loader)
{
	free_deltas(&loader->news);
	free_deltas(&loader->spent);
	notes_release(&loader->notes);
	trust_release(&loader->trust);
	free_some(loader, SIZE_MAX);
	handed_release(&loader->handed);
	sem_destroy(&loader->first);
}

bool loader_start(struct loader *loader, const struct entitlement_options *options,
	struct denials *denials, const struct pulse *pulse, struct err *err)
{
	*loader = (struct loader){.options = options,
		.denials = denials,
		.pulse = pulse,
		.worker = WORKER_INIT,
		.is_in_doubt = true};
	sem_init(&loader->first, 0, 0);
	trust_init(&loader->trust, &options->root);
	if (ring_init(&loader->news, LOADER_SLOTS, sizeof(struct delta *), err) &&
		ring_init(&loader->spent, LOADER_SLOTS, sizeof(struct delta *), err) &&
		notes_init(&loader->notes, err) && handed_init(&loader->handed, 0, err) &&
		worker_start(&loader->worker, run, loader, err))
		return true;
	release(loader);
	return false;
}

bool loader_await_first(struct loader *loader, int64_t timeout_s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_s;
	while (sem_timedwait(&loader->first, &until) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

struct delta *loader_take(struct loader *loader, bool takes_whole)
{
	struct delta *delta;

	if (!ring_peek(&loader->news, &delta) || (delta->whole && !takes_whole))
		return NULL;
	return ring_pop(&loader->news, &delta) ? delta : NULL;
}

bool loader_has_news(const struct loader *loader)
{
	return !ring_is_empty(&loader->news);
}

void loader_give_back(struct loader *loader, struct delta *delta)
{
	/* As many slots as can be on their way at all. */
	bool has_room = ring_push(&loader->spent, &delta);

	assert(has_room);
	(void)has_room;
}

bool loader_stop(struct loader *loader)
{
	if (!worker_stop(&loader->worker, STOP_TIMEOUT_S))
		return false;
	release(loader);
	return true;
}
