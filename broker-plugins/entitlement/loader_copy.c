#include "broker-plugins/entitlement/loader_copy.h"

#include "broker-plugins/entitlement/snapshot.h"
#include "common/clock.h"
#include "db/copy.h"

enum {
	WAKE_EVERY_MS = 2,
	WAKES_MAX = 50, /* by then a tick has come without us */
};

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
	if (clock_monotonic_ms() - loader->complained_at_ms >= LOADER_COMPLAIN_EVERY_MS) {
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
	int64_t clock_ahead_us;
};

static void stamp(struct delta *delta, const struct round *round)
{
	delta->good_at_ms = round->asked_at_ms;
	delta->clock_ahead_us = round->clock_ahead_us;
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

bool loader_copy_news(struct loader *loader, struct err *err)
{
	struct round round = {.asked_at_ms = clock_monotonic_ms()};
	int64_t database_now_us;

	if (!refresh_trust(loader, err) ||
		!copy_version(loader->pg, &round.version, &database_now_us, err))
		return false;
	round.clock_ahead_us = database_now_us - clock_wall_us();
	if (loader->is_in_doubt || round.version < loader->version)
		return copy_all(loader, &round, err);
	if (round.version > loader->version)
		return copy_since(loader, &round, err);
	return say_unchanged(loader, &round, err);
}
