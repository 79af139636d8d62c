#include "broker-plugins/entitlement/loader.h"

#include "broker-plugins/entitlement/snapshot.h"
#include "broker-plugins/kit/denial_writer.h"
#include "common/clock.h"
#include "db/copy.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOADER_SLOTS = 64,
	STOP_TIMEOUT_S = 5,
	CONNECT_TIMEOUT_S = 5,
	ANSWER_TIMEOUT_MS = 10000,
	COMPLAIN_EVERY_MS = 30000,
	WAKE_EVERY_MS = 2,
	WAKES_MAX = 50, /* by then a tick has come without us */
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
	/* What happened meanwhile nobody told us, and a restored database counts anew. */
	loader->is_in_doubt = true;
	return true;
}

static void free_spent(struct loader *loader)
{
	struct delta *delta;

	while (ring_pop(&loader->spent, &delta)) {
		delta_free(delta);
		loader->out--;
	}
}

/* Takes `delta`: hands it to the loop, or frees it when the loop is behind with taking news. */
static bool hand_over(struct loader *loader, struct delta *delta)
{
	if (loader->out == LOADER_SLOTS || !ring_push(&loader->news, &delta)) {
		delta_free(delta);
		return false;
	}
	loader->out++;
	if (!loader->has_posted) {
		loader->has_posted = true;
		sem_post(&loader->first);
	}
	return true;
}

/* Repeats the signal until the loop has taken all, because one between tick and wait is lost. */
static void wake_until_taken(struct loader *loader)
{
	for (int i = 0; i < WAKES_MAX && !ring_is_empty(&loader->news); i++) {
		worker_wake_loop(&loader->worker);
		worker_wait(&loader->worker, -1, WAKE_EVERY_MS);
		if (worker_is_stopping(&loader->worker))
			return;
	}
}

/* The keysets; a bad one in the database is told and passed over, what we have stays in force. */
static bool refresh_trust(struct loader *loader, struct err *err)
{
	bool changed = false;
	bool ok = trust_refresh(&loader->trust, loader->pg, &changed, err);

	if (changed)
		loader->is_in_doubt = true;
	if (!trust_keyset(&loader->trust))
		return ok ? err_set(err, ERR_DATA,
						"there is no keyset in the database: put one in with 'certwire keyset "
						"import'")
				  : false;
	if (ok || err->kind == ERR_SYSTEM)
		return ok;
	if (clock_monotonic_ms() - loader->complained_at_ms >= COMPLAIN_EVERY_MS) {
		loader->complained_at_ms = clock_monotonic_ms();
		notes_add(&loader->notes, LOG_LEVEL_ERROR, "%s (%d); keyset version %lld stays in force",
			err->text, err->code, (long long)trust_keyset(&loader->trust)->version);
	}
	return true;
}

/* What is asked in one round and what came of it. */
struct round {
	int64_t asked_at_ms;
	int64_t version;
	int64_t clock_ahead_s;
};

static void stamp(struct delta *delta, const struct round *round)
{
	delta->good_at_ms = round->asked_at_ms;
	delta->clock_ahead_s = round->clock_ahead_s;
}

static bool copy_all(struct loader *loader, const struct round *round, struct err *err)
{
	struct snapshot snapshot = {loader->pg, &loader->trust, &loader->notes};
	struct delta *delta = delta_new(0, err);
	size_t count;

	if (!delta)
		return false;
	if (!snapshot_whole(&snapshot, &delta->whole, err)) {
		delta_free(delta);
		return false;
	}
	count = delta->whole->count;
	loader->room = table_room(delta->whole);
	stamp(delta, round);
	if (!hand_over(loader, delta))
		return true;
	loader->is_in_doubt = false;
	loader->version = round->version;
	notes_add(&loader->notes, LOG_LEVEL_INFO, "copied %zu units at version %lld", count,
		(long long)round->version);
	wake_until_taken(loader);
	return true;
}

static bool copy_changed(
	struct loader *loader, const struct round *round, const struct pg_rows *rows, struct err *err)
{
	struct snapshot snapshot = {loader->pg, &loader->trust, &loader->notes};
	const char *names[DELTA_UNITS_MAX];
	size_t count = (size_t)pg_row_count(rows);
	struct delta *delta = delta_new(count, err);

	if (!delta)
		return false;
	for (size_t i = 0; i < count; i++)
		names[i] = copy_change_at(rows, (int)i);
	if (!snapshot_units(&snapshot, count, names, delta, err)) {
		delta_free(delta);
		return false;
	}
	stamp(delta, round);
	if (!hand_over(loader, delta))
		return true;
	loader->version = round->version;
	loader->room -= count;
	wake_until_taken(loader);
	return true;
}

static bool copy_since(struct loader *loader, const struct round *round, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!copy_changes(loader->pg, loader->version, &rows, err)) {
		if (err->kind == ERR_SYSTEM)
			return false;
		/* The database does not know that far back. */
		return copy_all(loader, round, err);
	}
	if (pg_row_count(rows) > DELTA_UNITS_MAX || (size_t)pg_row_count(rows) > loader->room)
		return copy_all(loader, round, err);
	return copy_changed(loader, round, rows, err);
}

/* Nothing new, which is news too: the copy is good as of the question. */
static bool say_unchanged(struct loader *loader, const struct round *round, struct err *err)
{
	struct delta *delta = delta_new(0, err);

	if (!delta)
		return false;
	stamp(delta, round);
	(void)hand_over(loader, delta);
	return true;
}

static bool copy_news(struct loader *loader, struct err *err)
{
	struct round round = {.asked_at_ms = clock_monotonic_ms()};
	int64_t database_now;

	if (!refresh_trust(loader, err) ||
		!copy_version(loader->pg, &round.version, &database_now, err))
		return false;
	round.clock_ahead_s = database_now - clock_now(clock_system());
	if (loader->is_in_doubt || round.version < loader->version)
		return copy_all(loader, &round, err);
	if (round.version > loader->version)
		return copy_since(loader, &round, err);
	return say_unchanged(loader, &round, err);
}

static void complain(struct loader *loader, const struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();

	if (loader->complained_at_ms && now_ms - loader->complained_at_ms < COMPLAIN_EVERY_MS)
		return;
	loader->complained_at_ms = now_ms;
	notes_add(&loader->notes, LOG_LEVEL_ERROR, "%s; trying again every %lld s", err->text,
		(long long)loader->options->poll_interval_s);
}

/* Takes what was said so far; whether there was anything. */
static bool take_notifications(struct loader *loader, bool *ret_any, struct err *err)
{
	struct pg_notification notification;
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
 * Waits until somebody says that something changed, at most as long as the poll's interval. What came
 * while a question was being answered is with libpq already, and no poll of the socket shows it.
 */
static bool await_notification(struct loader *loader, struct err *err)
{
	int timeout_ms = (int)loader->options->poll_interval_s * 1000;
	bool any;

	if (!take_notifications(loader, &any, err))
		return false;
	if (any || !worker_wait(&loader->worker, pg_fd(loader->pg), timeout_ms))
		return true;
	return take_notifications(loader, &any, err);
}

static bool work(struct loader *loader, struct err *err)
{
	if (!loader->pg && !connect_to_database(loader, err))
		return false;
	if (!copy_news(loader, err) || !denial_writer_run(loader->denials, loader->pg,
									   loader->options->broker_names.items[0], err))
		return false;
	loader->complained_at_ms = 0;
	return await_notification(loader, err);
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
		if (loader->pg && !pg_is_connected(loader->pg)) {
			pg_free(loader->pg);
			loader->pg = NULL;
		}
		worker_wait(worker, -1, (int)loader->options->poll_interval_s * 1000);
	}
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
	sem_destroy(&loader->first);
}

bool loader_start(struct loader *loader, const struct entitlement_options *options,
	struct denials *denials, struct err *err)
{
	*loader = (struct loader){
		.options = options, .denials = denials, .worker = WORKER_INIT, .is_in_doubt = true};
	sem_init(&loader->first, 0, 0);
	if (ring_init(&loader->news, LOADER_SLOTS, sizeof(struct delta *), err) &&
		ring_init(&loader->spent, LOADER_SLOTS, sizeof(struct delta *), err) &&
		notes_init(&loader->notes, err) && trust_init(&loader->trust, &options->root, err) &&
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

struct delta *loader_take(struct loader *loader)
{
	struct delta *delta;

	return ring_pop(&loader->news, &delta) ? delta : NULL;
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
