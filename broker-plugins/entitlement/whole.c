#include "broker-plugins/entitlement/whole.h"

#include "broker-plugins/entitlement/reload.h"
#include "broker-plugins/entitlement/snapshot.h"
#include "common/clock.h"
#include "db/copy.h"

/* Units asked for at a time: some 1 MB of certificates. */
enum { UNITS_AT_A_TIME = 500 };

/* A copy that is being made. */
struct whole {
	struct pg_rows *names; /* every unit's */
	struct table *table;
	struct handed handed;
};

static void whole_release(struct whole *whole)
{
	pg_rows_free(whole->names);
	table_free(whole->table);
	handed_release(&whole->handed);
}

#define auto_whole CLEANUP(whole_release)

static bool begin(struct loader *loader, struct whole *whole, struct err *err)
{
	if (!copy_names(loader->pg, &whole->names, err))
		return false;
	whole->table = table_new((size_t)pg_row_count(whole->names), err);
	return whole->table && handed_init(&whole->handed, table_room(whole->table), err);
}

/* The units from `row` on, at most UNITS_AT_A_TIME of them; how many. */
static size_t next_names(const struct pg_rows *rows, int row, const char **names)
{
	size_t count = 0;

	for (; row < pg_row_count(rows) && count < UNITS_AT_A_TIME; row++)
		names[count++] = pg_text(rows, row, 0);
	return count;
}

static bool read_all(
	struct loader *loader, const struct round *round, struct whole *whole, struct err *err)
{
	struct snapshot snapshot = {loader->pg, &loader->trust, &loader->notes};
	const char *names[UNITS_AT_A_TIME];
	int row = 0;

	while (row < pg_row_count(whole->names)) {
		size_t count = next_names(whole->names, row, names);

		if (!snapshot_into(&snapshot, count, names, whole->table, err))
			return false;
		for (size_t i = 0; i < count; i++) {
			const struct unit *unit = table_find(whole->table, names[i]);

			if (unit)
				handed_put(&whole->handed, unit, round->database_now_us);
		}
		row += (int)count;
	}
	return true;
}

static void hand_over(
	struct loader *loader, const struct round *round, struct whole *whole, struct delta *delta)
{
	table_set_dispatchers(whole->table, trust_keyset(&loader->trust));
	notes_add(&loader->notes, LOG_LEVEL_INFO, "copied %zu units at version %lld",
		whole->table->count, (long long)round->version);
	delta->whole = TAKE(whole->table);
	handed_release(&loader->handed);
	loader->handed = whole->handed;
	whole->handed = (struct handed){.units = NULL};
	round_hand_over(loader, round, delta);
	round_complete(loader, round);
	loader->is_in_doubt = false;
	loader->reload_at_ms = clock_monotonic_ms() + loader->options->reload_interval_s * 1000;
}

bool whole_copy(struct loader *loader, const struct round *round, struct err *err)
{
	auto_whole struct whole whole = {.names = NULL};
	struct delta *delta;

	reload_end(loader);
	if (!begin(loader, &whole, err) || !read_all(loader, round, &whole, err))
		return false;
	delta = delta_new(0, err);
	if (!delta)
		return false;
	hand_over(loader, round, &whole, delta);
	round_wake(loader);
	return true;
}
