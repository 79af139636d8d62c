#include <stdio.h>
#include <stdlib.h>

#include "common/topic.h"
#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"
#include "tests/bench/load/sim.h"

/*
 * All units receive so many publications each and have their receipts settled. Fresh ones come to units that are there:
 * once they are, "ready" is printed, and whoever started this has them issued. With --ask the units come back
 * and ask for what they missed.
 */
struct receiving {
	struct sim *sims;
	size_t publications;
	int64_t told_before;
	bool asks;
};

/* Fresh ones are told one by one as they come; what was missed once all of it is there. */
static void speak(struct receiving *receiving, struct sim *sim, struct client *client)
{
	size_t untold = sim_untold(sim);

	if (!receiving->asks) {
		if (untold > 0)
			sim_tell(sim, &client->out);
	} else if (untold == receiving->publications) {
		sim_tell(sim, &client->out);
	} else if (sim->is_answered && sim->told == receiving->told_before) {
		sim_ask(sim, &client->out);
	}
}

/* The swarm writes what it says here once all that came was looked at. */
static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	struct receiving *receiving = swarm->context;
	struct sim *sim = &receiving->sims[client->number];

	if (frame->type != MQTT_PUBLISH)
		return;
	sim_take(sim, frame);
	speak(receiving, sim, client);
}

static bool all_answered(const struct swarm *swarm)
{
	const struct receiving *receiving = swarm->context;

	for (int i = 0; i < swarm->count; i++)
		if (!receiving->sims[i].is_answered)
			return false;
	return true;
}

static bool all_settled(const struct swarm *swarm)
{
	const struct receiving *receiving = swarm->context;

	for (int i = 0; i < swarm->count; i++) {
		const struct sim *sim = &receiving->sims[i];

		if (sim->held_count < receiving->publications || sim->settled < sim->told)
			return false;
		for (size_t nth = 0; nth < sim->held_count; nth++)
			if (!sim->held[nth].is_told)
				return false;
	}
	return true;
}

static void subscribe(struct swarm *swarm, const char *channel)
{
	static const enum topic_kind kinds[] = {TOPIC_OFFER, TOPIC_PART, TOPIC_HEAD};
	const struct receiving *receiving = swarm->context;
	char topic[TOPIC_SIZE];

	for (int i = 0; i < swarm->count; i++) {
		struct client *client = &swarm->clients[i];
		unsigned id = 1;

		for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++)
			mqtt_subscribe(
				&client->out, id++, topic_unit(kinds[kind], receiving->sims[i].who.unit, topic));
		mqtt_subscribe(&client->out, id, topic_channel(channel, topic));
		swarm_flush(swarm, client);
	}
	swarm_await_subscriptions(swarm, swarm->count * ((int)ARRAY_LEN(kinds) + 1));
}

static void ping_all(struct swarm *swarm)
{
	for (int i = 0; i < swarm->count; i++) {
		mqtt_pingreq(&swarm->clients[i].out);
		swarm_flush(swarm, &swarm->clients[i]);
	}
}

/* Turns until everything is settled; meanwhile the units say now and then that they live. */
static void receive_all(struct swarm *swarm)
{
	enum { LIMIT_S = 1200, PING_S = 20 };
	int64_t limit = now_ns() + LIMIT_S * INT64_C(1000000000), ping = 0;

	while (!all_settled(swarm)) {
		if (now_ns() > limit)
			give_up("not everything is settled after %d s", LIMIT_S);
		if (now_ns() > ping) {
			ping = now_ns() + PING_S * INT64_C(1000000000);
			ping_all(swarm);
		}
		swarm_turn(swarm, 100);
	}
}

bool load_units(const struct cli_call *call, struct err *err)
{
	struct swarm swarm = {.on_frame = on_frame};
	struct receiving receiving = {.asks = cli_has(call, "ask")};
	struct watch watch = {.count = 0};
	int64_t publications, held, began;
	json_t *figures = json_object();
	struct cpu before;

	if (!cli_int(call, "publications", 1, SIM_PUBLICATIONS, 1, &publications, err) ||
		!cli_int(call, "held", 0, 1000000, 0, &held, err) ||
		!cli_int(call, "told", 0, 1000000, 0, &receiving.told_before, err) ||
		!load_begin(call, 0, &swarm, &watch, err))
		return false;
	receiving.publications = (size_t)publications;
	receiving.sims = calloc((size_t)swarm.count, sizeof(*receiving.sims));
	for (int i = 0; i < swarm.count; i++)
		sim_init(&receiving.sims[i], i, held, receiving.told_before);
	swarm.context = &receiving;
	before = cpu_of(&watch);
	began = now_ns();
	swarm_connect(&swarm, 0, swarm.count);
	subscribe(&swarm, "weekly");
	for (int i = 0; i < swarm.count; i++) {
		sim_ask(&receiving.sims[i], &swarm.clients[i].out);
		swarm_flush(&swarm, &swarm.clients[i]);
	}
	/* Who has said something is known to be there. */
	if (!receiving.asks) {
		swarm_until(&swarm, all_answered, 300, "the answers to the first syncs");
		puts("ready");
		fflush(stdout);
	}
	receive_all(&swarm);
	load_spent(figures, now_ns() - began, cpu_since(cpu_of(&watch), before));
	free(receiving.sims);
	swarm_release(&swarm);
	return load_print(figures, err);
}
