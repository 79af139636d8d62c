#include "publisher/dispatch/name_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void name_set_clear(struct name_set *set)
{
	free(set->names);
	*set = (struct name_set){0};
}

/* Where the name is, or would be. */
static size_t name_set_position(const struct name_set *set, const char *name)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool name_set_grow(struct name_set *set, struct err *err)
{
	size_t capacity = set->capacity ? 2 * set->capacity : 16;
	void *names = reallocarray(set->names, capacity, sizeof *set->names);

	if (!names)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu names", capacity);
	set->names = names;
	set->capacity = capacity;
	return true;
}

bool name_set_add(struct name_set *set, const char *name, struct err *err)
{
	size_t at = name_set_position(set, name);

	if (strlen(name) >= CLIENT_ID_SIZE)
		return err_set(err, ERR_DATA, "name '%s' is too long", ERR_QUOTED(name));
	if (at < set->count && strcmp(set->names[at], name) == 0)
		return true;
	if (set->count == set->capacity && !name_set_grow(set, err))
		return false;
	memmove(set->names + at + 1, set->names + at, (set->count - at) * sizeof *set->names);
	memcpy(set->names[at], name, strlen(name) + 1);
	set->count++;
	return true;
}

size_t name_set_turn(const struct name_set *set, const char *after, size_t count, const char **ret)
{
	size_t at = name_set_position(set, after), found = 0;

	if (at < set->count && strcmp(set->names[at], after) == 0)
		at++;
	if (at == set->count)
		at = 0;
	for (; found < count && at + found < set->count; found++)
		ret[found] = set->names[at + found];
	return found;
}

void name_set_remove(struct name_set *set, const char *first, size_t count)
{
	size_t at = name_set_position(set, first);

	assert(count <= set->count && at <= set->count - count);
	memmove(
		set->names + at, set->names + at + count, (set->count - at - count) * sizeof *set->names);
	set->count -= count;
}
