#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* Units are suspended one after the other while a fan-out goes on: how long from COMMIT to the closed socket. */
struct cutting {
	struct client *publisher;
	const char *topic;
	uint8_t *payload;
	size_t size;
	uint64_t published;
	int closed;
};

static void publish_one(struct swarm *swarm, struct cutting *cutting)
{
	mqtt_publish(&cutting->publisher->out, (unsigned)(cutting->published++ % 65535) + 1,
		cutting->topic, cutting->payload, cutting->size);
	swarm_flush(swarm, cutting->publisher);
}

static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	struct cutting *cutting = swarm->context;

	if (cutting && client == cutting->publisher && frame->type == MQTT_PUBACK)
		publish_one(swarm, cutting);
}

static void on_closed(struct swarm *swarm, struct client *client)
{
	struct cutting *cutting = swarm->context;

	if (!cutting || client == cutting->publisher)
		give_up("client %d was cut, which nobody asked for", client->number);
	cutting->closed++;
}

/* Asks PostgreSQL without stopping the swarm; returns when the answer, which follows COMMIT, is here. */
static int64_t suspend(PGconn *pg, struct swarm *swarm, int number)
{
	char sql[160];
	bool failed = false;
	PGresult *result;
	int64_t answered;

	snprintf(sql, sizeof(sql), "SELECT certwire.suspend_unit('unit-%d', 'benchmark')", number);
	if (!PQsendQuery(pg, sql))
		give_up("%s", PQerrorMessage(pg));
	while (PQisBusy(pg)) {
		swarm_turn(swarm, 0);
		if (!PQconsumeInput(pg))
			give_up("%s", PQerrorMessage(pg));
	}
	answered = now_ns();
	while ((result = PQgetResult(pg))) {
		failed = failed || PQresultStatus(result) != PGRES_TUPLES_OK;
		PQclear(result);
	}
	if (failed)
		give_up("%s", PQerrorMessage(pg));
	return answered;
}

static void cut_one(
	PGconn *pg, struct swarm *swarm, struct client *victim, int number, json_t *times)
{
	int64_t limit = now_ns() + INT64_C(10000000000), answered = suspend(pg, swarm, number);

	while (!victim->closed_ns) {
		if (now_ns() > limit)
			give_up("client %d was not cut within 10 s", victim->number);
		swarm_turn(swarm, 1);
	}
	/* The cut may be seen before PostgreSQL's answer is. */
	json_array_append_new(times,
		json_real(victim->closed_ns > answered ? (double)(victim->closed_ns - answered) / 1e9 : 0));
}

static bool publisher_up(const struct swarm *swarm)
{
	return swarm->clients[0].is_up;
}

bool load_cut(const struct cli_call *call, struct err *err)
{
	struct swarm swarm = {.on_frame = on_frame, .on_closed = on_closed};
	struct cutting cutting = {.closed = 0};
	int64_t readers, cuts, size;
	const char *dsn;
	json_t *figures = json_object(), *times = json_array();
	PGconn *pg;
	struct watch watch = {.count = 0};

	if (!cli_need(call, "dsn", &dsn, err) || !cli_need(call, "topic", &cutting.topic, err) ||
		!cli_int(call, "readers", 0, 100000, 100, &readers, err) ||
		!cli_int(call, "cuts", 1, 1000, 20, &cuts, err) ||
		!cli_int(call, "size", 1, 131072, 32768, &size, err) ||
		!load_begin(call, 1, &swarm, &watch, err))
		return false;
	if (readers + cuts >= swarm.count)
		return err_set(
			err, ERR_USAGE, "--clients %d are fewer than --readers and --cuts", swarm.count - 1);
	pg = PQconnectdb(dsn);
	if (PQstatus(pg) != CONNECTION_OK)
		give_up("%s", PQerrorMessage(pg));
	cutting.publisher = &swarm.clients[0];
	cutting.size = (size_t)size;
	cutting.payload = calloc(1, cutting.size);
	swarm_connect(&swarm, 1, swarm.count);
	for (int i = 1; i <= readers; i++) {
		mqtt_subscribe(&swarm.clients[i].out, 1, cutting.topic);
		swarm_flush(&swarm, &swarm.clients[i]);
	}
	swarm_open(&swarm, 0, -1);
	swarm_until(&swarm, publisher_up, 60, "the publisher");
	swarm.context = &cutting;
	if (readers)
		publish_one(&swarm, &cutting);
	for (int i = 0; i < cuts; i++)
		cut_one(pg, &swarm, &swarm.clients[swarm.count - 1 - i], swarm.count - 2 - i, times);
	json_object_set_new(figures, "seconds", times);
	json_object_set_new(figures, "published", json_integer((json_int_t)cutting.published));
	PQfinish(pg);
	free(cutting.payload);
	swarm_release(&swarm);
	return load_print(figures, err);
}
