#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* One publishes to all who are connected. */
struct fan {
	struct client *publisher;
	struct client *pinger; /* NULL: nobody pings */
	const char *topic;
	const uint8_t *payload;
	size_t size;
	uint64_t messages;
	uint64_t window;
	uint64_t published;
	uint64_t delivered;
	uint64_t expected;
	int64_t longest_ping_ns;
};

static void publish_more(struct swarm *swarm, struct fan *fan)
{
	while (fan->published < fan->messages && fan->published - fan->publisher->acked < fan->window) {
		mqtt_publish(&fan->publisher->out, (unsigned)(fan->published % 65535) + 1, fan->topic,
			fan->payload, fan->size);
		fan->published++;
	}
	swarm_flush(swarm, fan->publisher);
}

static void ping(struct swarm *swarm, struct fan *fan)
{
	if (!fan->pinger)
		return;
	fan->pinger->pinged_ns = now_ns();
	mqtt_pingreq(&fan->pinger->out);
	swarm_flush(swarm, fan->pinger);
}

static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	struct fan *fan = swarm->context;

	if (frame->type == MQTT_PUBLISH) {
		fan->delivered++;
	} else if (frame->type == MQTT_PUBACK) {
		publish_more(swarm, fan);
	} else if (frame->type == MQTT_PINGRESP) {
		int64_t took = now_ns() - client->pinged_ns;

		if (took > fan->longest_ping_ns)
			fan->longest_ping_ns = took;
		ping(swarm, fan);
	}
}

static bool all_delivered(const struct swarm *swarm)
{
	const struct fan *fan = swarm->context;

	return fan->delivered >= fan->expected && fan->publisher->acked >= fan->messages;
}

static json_t *measure(struct swarm *swarm, struct fan *fan, int readers, const struct watch *watch)
{
	struct cpu before = cpu_of(watch);
	int64_t began = now_ns();
	json_t *figures = json_object();

	ping(swarm, fan);
	publish_more(swarm, fan);
	swarm_until(swarm, all_delivered, 600, "the deliveries");
	load_spent(figures, now_ns() - began, cpu_since(cpu_of(watch), before));
	json_object_set_new(figures, "clients", json_integer(readers));
	json_object_set_new(figures, "messages", json_integer((json_int_t)fan->messages));
	json_object_set_new(figures, "size", json_integer((json_int_t)fan->size));
	json_object_set_new(figures, "deliveries", json_integer((json_int_t)fan->delivered));
	if (fan->pinger)
		json_object_set_new(
			figures, "longest_ping_s", json_real((double)fan->longest_ping_ns / 1e9));
	return figures;
}

bool load_fan(const struct cli_call *call, struct err *err)
{
	enum { PUBLISHER, PINGER, FIRST_READER };
	struct swarm swarm = {.on_frame = on_frame};
	struct fan fan = {.expected = 0};
	int64_t messages, size, window;
	auto_free uint8_t *payload = NULL;
	json_t *figures;
	struct watch watch = {.count = 0};
	struct cpu before, connecting;

	if (!cli_int(call, "messages", 1, 10000000, 100, &messages, err) ||
		!cli_int(call, "size", 1, 131072, 100, &size, err) ||
		!cli_int(call, "window", 1, 1000, 8, &window, err) ||
		!cli_need(call, "topic", &fan.topic, err) ||
		!load_begin(call, FIRST_READER, &swarm, &watch, err))
		return false;
	payload = calloc(1, (size_t)size);
	if (!payload)
		return err_set(err, ERR_SYSTEM, "out of memory");
	fan.payload = payload;
	fan.size = (size_t)size;
	fan.messages = (uint64_t)messages;
	fan.window = (uint64_t)window;
	fan.expected = fan.messages * (uint64_t)(swarm.count - FIRST_READER);
	before = cpu_of(&watch);
	swarm_connect(&swarm, FIRST_READER, swarm.count);
	swarm_subscribe(&swarm, FIRST_READER, swarm.count, fan.topic);
	connecting = cpu_since(cpu_of(&watch), before);
	fan.publisher = &swarm.clients[PUBLISHER];
	swarm_open(&swarm, PUBLISHER, -1);
	if (cli_has(call, "ping")) {
		fan.pinger = &swarm.clients[PINGER];
		swarm_open(&swarm, PINGER, swarm.count - FIRST_READER);
	}
	while (!fan.publisher->is_up || (fan.pinger && !fan.pinger->is_up))
		swarm_turn(&swarm, 100);
	swarm.context = &fan;
	figures = measure(&swarm, &fan, swarm.count - FIRST_READER, &watch);
	json_object_set_new(figures, "connect_cpu_s", json_real((double)connecting.all_ns / 1e9));
	json_object_set_new(figures, "resident_bytes", json_integer(resident_bytes(&watch)));
	swarm_release(&swarm);
	return load_print(figures, err);
}
