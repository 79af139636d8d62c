#include "broker-plugins/entitlement/reload.h"

#include "broker-plugins/entitlement/snapshot.h"
#include "common/clock.h"
#include "db/copy.h"

#include <stdio.h>

/* Each change waits for as long as a step takes. */
enum { UNITS_IN_A_STEP = 32 };

static void tell_drift(struct loader *loader)
{
	const struct drift *drift = &loader->reload.drift;

	if (drift->count == 0)
		return;
	notes_add(&loader->notes, LOG_LEVEL_WARNING,
		"the copy had drifted: %zu of %zu units were not as PostgreSQL has them: %s%s%s%s%s%s; "
		"corrected",
		drift->count, loader->handed.count, drift->names[0], drift->count > 1 ? ", " : "",
		drift->names[1], drift->count > 2 ? ", " : "", drift->names[2],
		drift->count > DRIFT_NAMES ? " ..." : "");
}

void reload_end(struct loader *loader)
{
	tell_drift(loader);
	loader->reload = (struct reload){.is_under_way = false};
}

bool reload_is_due(const struct loader *loader)
{
	return loader->reload.is_under_way || clock_monotonic_ms() >= loader->reload_at_ms;
}

static void begin(struct loader *loader)
{
	loader->reload = (struct reload){.is_under_way = true};
	handed_begin_pass(&loader->handed);
}

/*
 * What changed since the last news is no drift, and the next news bring it. When they do not know what
 * changed, they bring everything.
 */
static bool drop_changed(struct loader *loader, struct delta *delta, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!copy_changes(loader->pg, loader->version, &rows, err)) {
		recheck_drop_all(delta);
		return err->kind != ERR_SYSTEM;
	}
	for (int row = 0; row < pg_row_count(rows); row++) {
		const char *name = copy_change_at(rows, row);

		if (name)
			recheck_drop_named(delta, name);
		else
			recheck_drop_all(delta);
	}
	return true;
}

static void correct(struct loader *loader, struct delta *delta, int64_t now_us)
{
	if (recheck_count_new(&loader->handed, delta) > handed_room(&loader->handed)) {
		/* A larger table is needed. */
		loader->is_in_doubt = true;
		delta_free(delta);
		return;
	}
	recheck_remember(
		&loader->handed, delta, loader->confirmed.database_now_us, now_us, &loader->reload.drift);
	round_hand_over(loader, &loader->confirmed, delta);
	round_wake(loader);
}

/* Reads the named units, and hands over what differs from what was handed over before. */
static bool recheck(struct loader *loader, size_t count, const char *const *names, struct err *err)
{
	struct snapshot snapshot = {loader->pg, &loader->trust, &loader->notes};
	auto_delta struct delta *delta = delta_new(count, err);
	int64_t now_us;

	if (!delta || !snapshot_units(&snapshot, count, names, delta, err))
		return false;
	now_us = clock_wall_us() + loader->confirmed.clock_ahead_us;
	recheck_drop_same(&loader->handed, delta, now_us);
	if (delta->unit_count > 0 && !drop_changed(loader, delta, err))
		return false;
	if (delta->unit_count > 0)
		correct(loader, TAKE(delta), now_us);
	return true;
}

/* The next of PostgreSQL's units. */
static bool read_on(struct loader *loader, struct err *err)
{
	struct reload *reload = &loader->reload;
	auto_rows struct pg_rows *rows = NULL;
	const char *names[UNITS_IN_A_STEP];
	size_t count = 0;

	if (!copy_names_after(loader->pg, reload->after, UNITS_IN_A_STEP, &rows, err))
		return false;
	while (count < (size_t)pg_row_count(rows) && count < UNITS_IN_A_STEP) {
		names[count] = pg_text(rows, (int)count, 0);
		count++;
	}
	if (count == 0) {
		reload->is_read = true;
		return true;
	}
	if (!recheck(loader, count, names, err))
		return false;
	(void)snprintf(reload->after, sizeof(reload->after), "%s", names[count - 1]);
	return true;
}

/* The next of those that were handed over and were not among PostgreSQL's units. */
static bool look_for_lost(struct loader *loader, struct err *err)
{
	const char *names[UNITS_IN_A_STEP];
	size_t count = handed_unseen(&loader->handed, &loader->reload.at, UNITS_IN_A_STEP, names);

	if (count > 0)
		return recheck(loader, count, names, err);
	if (loader->reload.at < loader->handed.count)
		return true;
	reload_end(loader);
	loader->reload_at_ms = clock_monotonic_ms() + loader->options->reload_interval_s * 1000;
	return true;
}

static bool step(struct loader *loader, struct err *err)
{
	if (!loader->reload.is_under_way)
		begin(loader);
	return loader->reload.is_read ? look_for_lost(loader, err) : read_on(loader, err);
}

bool reload_step(struct loader *loader, struct err *err)
{
	if (step(loader, err))
		return true;
	reload_end(loader);
	return false;
}
