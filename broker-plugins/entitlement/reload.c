#include "broker-plugins/entitlement/reload.h"

#include "broker-plugins/entitlement/snapshot.h"
#include "common/clock.h"
#include "db/copy.h"

#include <stdio.h>

/*
 * Units asked for at a time: some 1 MB of certificates. Fewer in a step while changes may come, each of
 * which waits for as long.
 */
enum { UNITS_AT_A_TIME = 500, UNITS_IN_A_STEP = 64 };

void reload_cancel(struct loader *loader)
{
	pg_rows_free(loader->reload.names);
	table_free(loader->reload.table);
	handed_release(&loader->reload.read);
	loader->reload = (struct reload){.names = NULL};
}

static bool begin(struct loader *loader, const struct round *round, struct err *err)
{
	struct reload *reload = &loader->reload;
	size_t count;

	reload_cancel(loader);
	reload->version = loader->version;
	reload->asked_us = round->database_now_us;
	if (!copy_names(loader->pg, &reload->names, err))
		return false;
	count = (size_t)pg_row_count(reload->names);
	reload->table = table_new(count, err);
	if (reload->table && handed_init(&reload->read, count, err))
		return true;
	reload_cancel(loader);
	return false;
}

/* Of the names in `rows` from `*row` on, the next ones, at most `most`; `*row` moves past them. */
static size_t next_names(const struct pg_rows *rows, int *row, size_t most, const char **names)
{
	size_t count = 0;

	for (; *row < pg_row_count(rows) && count < most; ++*row)
		names[count++] = pg_text(rows, *row, 0);
	return count;
}

static bool remember(struct reload *reload, size_t count, const char *const *names, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct unit *unit = table_find(reload->table, names[i]);

		if (unit && !handed_put(&reload->read, unit, reload->asked_us, err))
			return false;
	}
	return true;
}

/* The units named in `rows` from `*row` on, at most `most` of them, into the new table. */
static bool take_piece(
	struct loader *loader, const struct pg_rows *rows, int *row, size_t most, struct err *err)
{
	struct snapshot snapshot = {loader->pg, &loader->trust, &loader->notes};
	const char *names[UNITS_AT_A_TIME];
	size_t count = next_names(rows, row, most, names);

	return snapshot_into(&snapshot, count, names, loader->reload.table, err) &&
		   remember(&loader->reload, count, names, err);
}

static bool is_read(const struct reload *reload)
{
	return reload->row >= pg_row_count(reload->names);
}

/* The new table to the loop; when that is behind with taking news, everything is in doubt. */
static bool hand_over(struct loader *loader, const struct round *round, struct err *err)
{
	struct delta *delta = delta_new(0, err);
	size_t room;

	if (!delta)
		return false;
	handed_release(&loader->handed);
	loader->handed = loader->reload.read;
	loader->reload.read = (struct handed){.units = NULL};
	table_set_dispatchers(loader->reload.table, trust_keyset(&loader->trust));
	room = table_room(loader->reload.table);
	delta->whole = loader->reload.table;
	loader->reload.table = NULL;
	reload_cancel(loader);
	if (!round_hand_over(loader, round, delta)) {
		/* What is remembered now was not handed over. */
		loader->is_in_doubt = true;
		return true;
	}
	loader->room = room;
	loader->version = round->version;
	loader->is_in_doubt = false;
	loader->reload_at_ms = clock_monotonic_ms() + loader->options->reload_interval_s * 1000;
	return true;
}

bool reload_all(struct loader *loader, const struct round *round, struct err *err)
{
	size_t count;

	if (!begin(loader, round, err))
		return false;
	while (!is_read(&loader->reload)) {
		if (!take_piece(loader, loader->reload.names, &loader->reload.row, UNITS_AT_A_TIME, err)) {
			reload_cancel(loader);
			return false;
		}
	}
	count = loader->reload.table->count;
	if (!hand_over(loader, round, err)) {
		reload_cancel(loader);
		return false;
	}
	if (!loader->is_in_doubt)
		notes_add(&loader->notes, LOG_LEVEL_INFO, "copied %zu units at version %lld", count,
			(long long)round->version);
	round_wake(loader);
	return true;
}

bool reload_is_due(const struct loader *loader)
{
	return loader->reload.names || clock_monotonic_ms() >= loader->reload_at_ms;
}

/*
 * What changed while the pieces were read is read again, and no drift. `*ret_known` false: everything
 * may have changed.
 */
static bool take_changed(struct loader *loader, bool *ret_known, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	int row = 0;

	*ret_known = false;
	if (!copy_changes(loader->pg, loader->reload.version, &rows, err))
		return err->kind != ERR_SYSTEM;
	for (int i = 0; i < pg_row_count(rows); i++) {
		const char *name = copy_change_at(rows, i);

		if (!name)
			return true;
		if (!handed_excuse(&loader->handed, name, err))
			return false;
	}
	while (row < pg_row_count(rows))
		if (!take_piece(loader, rows, &row, UNITS_AT_A_TIME, err))
			return false;
	*ret_known = true;
	return true;
}

static void tell_drift(struct loader *loader, const struct round *round)
{
	struct drift drift =
		handed_compare(&loader->handed, &loader->reload.read, round->database_now_us);

	if (drift.count == 0)
		return;
	notes_add(&loader->notes, LOG_LEVEL_WARNING,
		"the copy had drifted: %zu of %zu units were not as PostgreSQL has them: %s%s%s%s%s%s; "
		"corrected",
		drift.count, loader->reload.table->count, drift.names[0], drift.count > 1 ? ", " : "",
		drift.count > 1 ? drift.names[1] : "", drift.count > 2 ? ", " : "",
		drift.count > 2 ? drift.names[2] : "", drift.count > DRIFT_NAMES ? " ..." : "");
}

static bool finish(struct loader *loader, struct err *err)
{
	struct round round;
	bool is_known;

	if (!round_ask(loader, &round, err) || !take_changed(loader, &is_known, err))
		return false;
	if (!is_known) {
		loader->is_in_doubt = true;
		reload_cancel(loader);
		return true;
	}
	tell_drift(loader, &round);
	if (!hand_over(loader, &round, err))
		return false;
	round_wake(loader);
	return true;
}

static bool step(struct loader *loader, struct err *err)
{
	struct round round;

	if (!loader->reload.names)
		return round_ask(loader, &round, err) && begin(loader, &round, err);
	if (is_read(&loader->reload))
		return finish(loader, err);
	return take_piece(loader, loader->reload.names, &loader->reload.row, UNITS_IN_A_STEP, err);
}

bool reload_step(struct loader *loader, struct err *err)
{
	if (step(loader, err))
		return true;
	reload_cancel(loader);
	return false;
}
