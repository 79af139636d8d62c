#include "broker-plugins/kit/denial_writer.h"

#include "db/intake.h"

enum { TAKE_MAX = 128 };

_Static_assert((int)TAKE_MAX <= (int)INTAKE_BATCH_MAX, "what is taken is one call");

/* Takes up to TAKE_MAX; how many. */
static size_t take(struct denials *denials, struct denial *taken, struct intake_denial *items)
{
	size_t count = 0;

	while (count < TAKE_MAX && denials_take(denials, &taken[count])) {
		items[count] = (struct intake_denial){
			.who = taken[count].who,
			.client_id = taken[count].client_id,
			.code = taken[count].code,
			.topic = taken[count].topic,
			.count = taken[count].count,
		};
		count++;
	}
	return count;
}

bool denial_writer_run(struct denials *denials, struct pg *pg, const char *broker, struct err *err)
{
	struct denial taken[TAKE_MAX];
	struct intake_denial items[TAKE_MAX];
	size_t count;

	/* As much as can be on its way, not what comes meanwhile as well. */
	for (int i = 0; i < DENIALS_SLOTS / TAKE_MAX; i++) {
		count = take(denials, taken, items);
		if (count > 0 && !intake_denials(pg, broker, count, items, err))
			return false;
		if (count < TAKE_MAX)
			break;
	}
	return true;
}
