#include "publisher/dispatch/unit_set.h"

#include <stdlib.h>
#include <string.h>

void unit_set_clear(struct unit_set *set)
{
	free(set->names);
	*set = (struct unit_set){0};
}

/* Where the unit is, or would be. */
static size_t unit_set_position(const struct unit_set *set, const char *unit)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->names[middle], unit) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool unit_set_grow(struct unit_set *set, struct err *err)
{
	size_t capacity = set->capacity ? 2 * set->capacity : 16;
	void *names = reallocarray(set->names, capacity, sizeof *set->names);

	if (!names)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu units", capacity);
	set->names = names;
	set->capacity = capacity;
	return true;
}

bool unit_set_add(struct unit_set *set, const char *unit, struct err *err)
{
	size_t at = unit_set_position(set, unit);

	if (strlen(unit) >= UNIT_SIZE)
		return err_set(err, ERR_DATA, "unit '%s' has too long a name", ERR_QUOTED(unit));
	if (at < set->count && strcmp(set->names[at], unit) == 0)
		return true;
	if (set->count == set->capacity && !unit_set_grow(set, err))
		return false;
	memmove(set->names + at + 1, set->names + at, (set->count - at) * sizeof *set->names);
	strcpy(set->names[at], unit);
	set->count++;
	return true;
}

bool unit_set_take(struct unit_set *set, char unit[static UNIT_SIZE])
{
	if (set->count == 0)
		return false;
	strcpy(unit, set->names[--set->count]);
	return true;
}
