#include "broker-plugins/entitlement/loader_copy.h"

#include "broker-plugins/entitlement/loader_round.h"
#include "broker-plugins/entitlement/snapshot.h"
#include "broker-plugins/entitlement/whole.h"
#include "common/clock.h"
#include "db/copy.h"

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

static void hand_over(struct loader *loader, const struct round *round, struct delta *delta)
{
	for (size_t i = 0; i < delta->unit_count; i++)
		handed_put(&loader->handed, delta->units[i], round->database_now_us);
	round_hand_over(loader, round, delta);
	round_complete(loader, round);
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
	hand_over(loader, round, delta);
	round_wake(loader);
	return true;
}

/* So many, or some of which it is not known whose they are, or new ones without room. */
static bool are_too_many(const struct loader *loader, const struct pg_rows *rows)
{
	size_t fresh = 0;

	if (pg_row_count(rows) > DELTA_UNITS_MAX)
		return true;
	for (int row = 0; row < pg_row_count(rows); row++) {
		const char *name = copy_change_at(rows, row);

		if (!name)
			return true;
		if (!handed_knows(&loader->handed, name))
			fresh++;
	}
	return fresh > handed_room(&loader->handed);
}

static bool copy_since(struct loader *loader, struct round *round, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!copy_changes(loader->pg, loader->version, &rows, err)) {
		if (err->kind == ERR_SYSTEM)
			return false;
		/* The database does not know that far back. */
		return whole_copy(loader, round, err);
	}
	round->committed_us = copy_committed_us(rows);
	if (are_too_many(loader, rows))
		return whole_copy(loader, round, err);
	return copy_changed(loader, round, rows, err);
}

/* Nothing new, which is news too: the copy is good as of the question. */
static bool say_unchanged(struct loader *loader, const struct round *round, struct err *err)
{
	struct delta *delta = delta_new(0, err);

	if (!delta)
		return false;
	hand_over(loader, round, delta);
	return true;
}

bool loader_copy_news(struct loader *loader, struct err *err)
{
	struct round round;

	/* The loop has stopped to take news. What it does not take now it is told once it does. */
	if (!round_has_room(loader))
		return true;
	if (!refresh_trust(loader, err) || !round_ask(loader, &round, err))
		return false;
	if (loader->is_in_doubt || round.version < loader->version)
		return whole_copy(loader, &round, err);
	if (round.version > loader->version)
		return copy_since(loader, &round, err);
	return say_unchanged(loader, &round, err);
}
