#include "broker-plugins/entitlement/whole.h"

#include "broker-plugins/entitlement/reload.h"
#include "broker-plugins/entitlement/snapshot.h"
#include "common/clock.h"
#include "db/copy.h"

/* Units asked for at a time: some 200 kB of certificates, and answers that fit the socket's buffers. */
enum { UNITS_IN_A_PIECE = 256 };

/* A copy that is being made. */
struct whole {
	struct loader *loader; /* borrowed */
	struct snapshot snapshot; /* borrowed parts of it */
	int64_t asked_us; /* the database's clock before the first unit was read */
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

static bool begin(struct whole *whole, struct err *err)
{
	if (!copy_names(whole->snapshot.pg, &whole->names, err))
		return false;
	whole->table = table_new((size_t)pg_row_count(whole->names), err);
	return whole->table && handed_init(&whole->handed, table_room(whole->table), err);
}

/* Some of the names, and what PostgreSQL said of them. */
struct piece {
	const char *names[UNITS_IN_A_PIECE]; /* borrowed from the whole's */
	size_t count; /* 0: there is none */
	int row; /* of the first name */
	struct pg_rows *units;
	struct pg_rows *devices;
};

static void piece_release(struct piece *piece)
{
	pg_rows_free(piece->units);
	pg_rows_free(piece->devices);
	*piece = (struct piece){.count = 0};
}

#define auto_piece CLEANUP(piece_release)

/* The names from `row` on. */
static struct piece piece_at(const struct whole *whole, int row)
{
	struct piece piece = {.row = row};

	for (; row < pg_row_count(whole->names) && piece.count < UNITS_IN_A_PIECE; row++)
		piece.names[piece.count++] = pg_text(whole->names, row, 0);
	return piece;
}

static bool take_piece(struct whole *whole, const struct piece *piece, struct err *err)
{
	if (piece->count == 0)
		return true;
	if (!snapshot_into(&whole->snapshot, piece->units, piece->devices, whole->table, err))
		return false;
	for (size_t i = 0; i < piece->count; i++) {
		const struct unit *unit = table_find(whole->table, piece->names[i]);

		if (unit)
			handed_put(&whole->handed, unit, whole->asked_us);
	}
	return true;
}

/*
 * Each piece's units were asked for before. While PostgreSQL looks for its devices the piece before is
 * made into records, and while it looks for the next one's units the certificates of this one are
 * verified, which is most of the work of a first copy.
 */
static bool read_piece(struct whole *whole, const struct piece *last, struct piece *piece,
	const struct piece *next, struct err *err)
{
	struct pg *pg = whole->snapshot.pg;

	if (!pg_answer(pg, &piece->units, err) ||
		!copy_devices_ask(pg, piece->count, piece->names, err) || !take_piece(whole, last, err) ||
		!pg_answer(pg, &piece->devices, err))
		return false;
	if (next->count > 0 && !copy_units_ask(pg, next->count, next->names, err))
		return false;
	snapshot_learn(&whole->snapshot, piece->devices);
	return true;
}

static bool read_all(struct whole *whole, struct err *err)
{
	struct pg *pg = whole->snapshot.pg;
	auto_piece struct piece last = {.count = 0};
	auto_piece struct piece piece = piece_at(whole, 0);

	if (piece.count > 0 && !copy_units_ask(pg, piece.count, piece.names, err))
		return false;
	while (piece.count > 0) {
		struct piece next = piece_at(whole, piece.row + (int)piece.count);

		if (!read_piece(whole, &last, &piece, &next, err))
			return false;
		piece_release(&last);
		last = piece;
		piece = next;
	}
	return take_piece(whole, &last, err);
}

static void hand_over(struct whole *whole, const struct round *round, struct delta *delta)
{
	struct loader *loader = whole->loader;

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
	auto_whole struct whole whole = {.loader = loader,
		.snapshot = {loader->pg, &loader->trust, &loader->notes},
		.asked_us = round->database_now_us};
	struct delta *delta;

	reload_end(loader);
	if (!begin(&whole, err))
		return false;
	if (!read_all(&whole, err)) {
		pg_drop_answer(loader->pg);
		return false;
	}
	delta = delta_new(0, err);
	if (!delta)
		return false;
	hand_over(&whole, round, delta);
	round_wake(loader);
	return true;
}
