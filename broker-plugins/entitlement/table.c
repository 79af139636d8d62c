#include "broker-plugins/entitlement/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_ROOM_MIN = 1024 };

/* FNV-1a. Names are those of admitted units, so nobody can choose them to collide. */
size_t table_hash(const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(1099511628211);
	return (size_t)(hash ^ (hash >> 32));
}

/* The slot that holds the name, or the free one where it belongs. */
static struct unit **slot_of(const struct table *table, const char *name)
{
	size_t at = table_hash(name) & table->mask;

	while (table->slots[at] && strcmp(table->slots[at]->name, name) != 0)
		at = (at + 1) & table->mask;
	return &table->slots[at];
}

struct table *table_new(size_t units, struct err *err)
{
	struct table *table = calloc(1, sizeof(*table));
	size_t size = TABLE_ROOM_MIN;

	/* At most half full when the units are in, at most three quarters ever: see table_room. */
	while (size / 2 < units + TABLE_ROOM_MIN / 4)
		size *= 2;
	if (table)
		table->slots = calloc(size, sizeof(struct unit *));
	if (!table || !table->slots) {
		free(table);
		err_set(err, ERR_SYSTEM, "out of memory for a table of %zu units", units);
		return NULL;
	}
	table->mask = size - 1;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i <= table->mask; i++)
		unit_free(table->slots[i]);
	free(table->slots);
	free(table);
}

const struct unit *table_find(const struct table *table, const char *name)
{
	return *slot_of(table, name);
}

enum { CACHE_LINE = 64 };

static void prefetch(const void *data, size_t size)
{
	for (size_t at = 0; at < size; at += CACHE_LINE)
		__builtin_prefetch((const char *)data + at);
}

/* The slots, then the records, then their channels: each step waits for the one before, all names at once. */
void table_prefetch(const struct table *table, size_t count, const char *const *names)
{
	struct unit *const *slots[TABLE_PREFETCH_MAX];

	assert(count <= TABLE_PREFETCH_MAX);
	for (size_t i = 0; i < count; i++) {
		slots[i] = &table->slots[table_hash(names[i]) & table->mask];
		__builtin_prefetch(slots[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (*slots[i])
			prefetch(*slots[i], sizeof(struct unit) + sizeof(struct unit_device));
	for (size_t i = 0; i < count; i++)
		if (*slots[i])
			prefetch(
				(*slots[i])->channels, (*slots[i])->channel_count * sizeof(struct unit_channel));
}

size_t table_room(const struct table *table)
{
	return (table->mask + 1) / 4 * 3 - table->count;
}

struct unit *table_put(struct table *table, struct unit *unit)
{
	struct unit **slot = slot_of(table, unit->name);
	struct unit *replaced = *slot;

	if (!replaced) {
		/* A full table would make slot_of run for ever. */
		assert(table->count < table->mask);
		table->count++;
	}
	*slot = unit;
	return replaced;
}

void table_set_dispatchers(struct table *table, const struct keyset *keyset)
{
	struct dispatchers *dispatchers = &table->dispatchers;

	dispatchers->count = 0;
	dispatchers->expires_at = keyset->expires_at;
	for (size_t i = 0; i < keyset->key_count; i++)
		if (keyset->keys[i].role == ROLE_DISPATCHER)
			dispatchers->keys[dispatchers->count++] = keyset->keys[i];
}

const struct public_key *table_dispatcher(const struct table *table, const char *kid, int64_t now)
{
	for (size_t i = 0; i < table->dispatchers.count; i++) {
		const struct keyset_key *key = &table->dispatchers.keys[i];

		if (strcmp(key->kid, kid) == 0)
			return keyset_key_valid(key, now) ? &key->public : NULL;
	}
	return NULL;
}
