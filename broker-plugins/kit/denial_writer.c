#include "broker-plugins/kit/denial_writer.h"

#include "db/intake.h"

#include <stdlib.h>

/* Takes up to INTAKE_BATCH_MAX; how many. */
static size_t take(struct denials *denials, struct denial **taken, struct intake_denial *items)
{
	size_t count = 0;

	while (count < INTAKE_BATCH_MAX && (taken[count] = denials_take(denials))) {
		items[count] = (struct intake_denial){
			.who = taken[count]->who,
			.client_id = taken[count]->client_id,
			.code = taken[count]->code,
			.topic = taken[count]->topic,
			.count = taken[count]->count,
		};
		count++;
	}
	return count;
}

bool denial_writer_run(struct denials *denials, struct pg *pg, const char *broker, struct err *err)
{
	struct denial *taken[INTAKE_BATCH_MAX];
	struct intake_denial items[INTAKE_BATCH_MAX];
	size_t count = take(denials, taken, items);
	bool ok = count == 0 || intake_denials(pg, broker, count, items, err);

	while (count > 0)
		free(taken[--count]);
	return ok;
}
