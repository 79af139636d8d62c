#include <stdlib.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* All connect at once. Whoever is refused is counted. */

static void on_closed(struct swarm *swarm, struct client *client)
{
	if (client->is_up)
		give_up("the broker cut client %d", client->number);
	(void)swarm;
}

static bool all_answered(const struct swarm *swarm)
{
	return swarm->up + swarm->refused >= swarm->count;
}

bool load_storm(const struct cli_call *call, struct err *err)
{
	struct swarm swarm = {.on_closed = on_closed};
	json_t *figures = json_object();
	struct cpu before;
	int64_t began;
	struct watch watch = {.count = 0};

	if (!load_begin(call, 0, &swarm, &watch, err))
		return false;
	swarm.tls = cli_has(call, "tls") ? load_tls() : NULL;
	before = cpu_of(&watch);
	began = now_ns();
	for (int i = 0; i < swarm.count; i++)
		swarm_open(&swarm, i, i);
	swarm_until(&swarm, all_answered, 300, "the answers");
	load_spent(figures, now_ns() - began, cpu_since(cpu_of(&watch), before));
	json_object_set_new(figures, "clients", json_integer(swarm.count));
	json_object_set_new(figures, "up", json_integer(swarm.up));
	json_object_set_new(figures, "refused", json_integer(swarm.refused));
	swarm_release(&swarm);
	SSL_CTX_free(swarm.tls);
	return load_print(figures, err);
}
