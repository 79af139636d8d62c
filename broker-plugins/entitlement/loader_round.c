#include "broker-plugins/entitlement/loader_round.h"

#include "common/clock.h"
#include "db/copy.h"

#include <assert.h>

enum {
	WAKE_EVERY_MS = 2,
	WAKES_MAX = 50, /* by then a tick has come without us */
};

bool round_ask(struct loader *loader, struct round *ret, struct err *err)
{
	struct round round = {.asked_at_ms = clock_monotonic_ms()};

	if (!copy_version(loader->pg, &round.version, &round.database_now_us, err))
		return false;
	round.clock_ahead_us = round.database_now_us - clock_wall_us();
	*ret = round;
	return true;
}

bool round_has_room(const struct loader *loader)
{
	return loader->out < LOADER_SLOTS;
}

void round_hand_over(struct loader *loader, const struct round *round, struct delta *delta)
{
	bool has_room = round_has_room(loader);

	delta->good_at_ms = round->asked_at_ms;
	delta->clock_ahead_us = round->clock_ahead_us;
	delta->committed_us = round->committed_us;
	/* As many slots as can be on their way at all. */
	has_room = has_room && ring_push(&loader->news, &delta);
	assert(has_room);
	(void)has_room;
	loader->out++;
	if (!loader->has_posted) {
		loader->has_posted = true;
		sem_post(&loader->first);
	}
}

void round_complete(struct loader *loader, const struct round *round)
{
	loader->version = round->version;
	loader->confirmed = *round;
	loader->confirmed.committed_us = 0;
}

/* The signal is repeated because one between tick and wait is lost. */
void round_wake(struct loader *loader)
{
	for (int i = 0; i < WAKES_MAX && !ring_is_empty(&loader->news); i++) {
		worker_wake_loop(&loader->worker);
		worker_wait(&loader->worker, -1, WAKE_EVERY_MS);
		if (worker_is_stopping(&loader->worker))
			return;
	}
}
