/*
 * The copy of entitlements that the broker decides from: every unit by its name, and the keys of the
 * dispatchers. The loader's thread makes a table; from then on the loop's thread alone has it.
 */
#ifndef CERTWIRE_ENTITLEMENT_TABLE_H
#define CERTWIRE_ENTITLEMENT_TABLE_H

#include "broker-plugins/entitlement/unit.h"
#include "common/err.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who may sign in as a dispatcher, from the newest keyset. */
struct dispatchers {
	int64_t expires_at; /* the keyset's: from then on nobody is believed */
	size_t count;
	struct keyset_key keys[LIMIT_KEYSET_KEYS];
};

struct table {
	struct unit **slots; /* owned; open addressing, NULL is free */
	size_t mask;
	size_t count;
	struct dispatchers dispatchers;
};

/*
 * New and empty, with room for `units` and as many again as may be put in later, so that the loop
 * never has to grow it.
 */
struct table *table_new(size_t units, struct err *err) MUST_USE NONNULL;
void table_free(struct table *table);

/* Where to begin to look for a name among slots. */
size_t table_hash(const char *name) NONNULL;

/* Borrowed; NULL when there is no such unit. */
const struct unit *table_find(const struct table *table, const char *name) NONNULL;

enum { TABLE_PREFETCH_MAX = 32 };

/*
 * Has the processor fetch what table_find of these names, at most TABLE_PREFETCH_MAX, will touch: among
 * 100,000 units each record is somewhere else, and waiting for one after the other is most of the time
 * that looking at many of them takes. Changes nothing.
 */
void table_prefetch(const struct table *table, size_t count, const char *const *names) NONNULL;

/* How many units of new names can be put in. */
size_t table_room(const struct table *table) NONNULL;

/*
 * Takes `unit`, and returns the one it replaces, which is the caller's again; NULL when none. A new
 * name needs room.
 */
struct unit *table_put(struct table *table, struct unit *unit) MUST_USE NONNULL;

/* Takes over the keyset's dispatchers. */
void table_set_dispatchers(struct table *table, const struct keyset *keyset) NONNULL;

/* A dispatcher's key that is valid now; NULL when there is none. Borrowed. */
const struct public_key *table_dispatcher(
	const struct table *table, const char *kid, int64_t now) NONNULL;

#endif
