#include "broker-plugins/entitlement/recheck.h"

#include <stdio.h>
#include <string.h>

/* The last record takes the place of one that goes: their order means nothing. */
static void drop(struct delta *delta, size_t place)
{
	unit_free(delta->units[place]);
	delta->units[place] = delta->units[--delta->unit_count];
}

void recheck_drop_same(struct handed *handed, struct delta *delta, int64_t now_us)
{
	for (size_t i = delta->unit_count; i > 0; i--)
		if (handed_compare(handed, delta->units[i - 1], now_us) == HANDED_SAME)
			drop(delta, i - 1);
}

void recheck_drop_named(struct delta *delta, const char *name)
{
	for (size_t i = delta->unit_count; i > 0; i--)
		if (strcmp(delta->units[i - 1]->name, name) == 0)
			drop(delta, i - 1);
}

void recheck_drop_all(struct delta *delta)
{
	while (delta->unit_count > 0)
		drop(delta, delta->unit_count - 1);
}

size_t recheck_count_new(const struct handed *handed, const struct delta *delta)
{
	size_t count = 0;

	for (size_t i = 0; i < delta->unit_count; i++)
		if (!handed_knows(handed, delta->units[i]->name))
			count++;
	return count;
}

static void note(struct drift *drift, const char *name)
{
	if (drift->count < DRIFT_NAMES)
		(void)snprintf(drift->names[drift->count], sizeof(drift->names[drift->count]), "%s", name);
	drift->count++;
}

void recheck_remember(struct handed *handed, const struct delta *delta, int64_t asked_us,
	int64_t now_us, struct drift *drift)
{
	for (size_t i = 0; i < delta->unit_count; i++) {
		if (handed_compare(handed, delta->units[i], now_us) == HANDED_DRIFTED)
			note(drift, delta->units[i]->name);
		handed_put(handed, delta->units[i], asked_us);
	}
}
