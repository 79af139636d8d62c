#include "broker-plugins/entitlement/delta.h"

#include <stdlib.h>

struct delta *delta_new(size_t units, struct err *err)
{
	struct delta *delta = calloc(1, sizeof(*delta) + units * sizeof(struct unit *));

	if (!delta) {
		err_set(err, ERR_SYSTEM, "out of memory for %zu changed units", units);
		return NULL;
	}
	delta->unit_count = units;
	return delta;
}

void delta_free(struct delta *delta)
{
	if (!delta)
		return;
	table_free(delta->whole);
	for (size_t i = 0; i < delta->unit_count; i++)
		unit_free(delta->units[i]);
	free(delta);
}
