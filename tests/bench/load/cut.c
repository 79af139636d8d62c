#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/* The places of the clients. */
enum { PUBLISHER, PINGER, FIRST };

/*
 * Units are suspended while a fan-out goes on, one after the other or all in one statement: how long from COMMIT to
 * the closed socket, and how long who is left waits for an answer to a ping.
 */
struct cutting {
	struct client *publisher;
	struct client *pinger;
	int64_t longest_ping_ns;
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

static void ping(struct swarm *swarm, struct client *pinger)
{
	pinger->pinged_ns = now_ns();
	mqtt_pingreq(&pinger->out);
	swarm_flush(swarm, pinger);
}

static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	struct cutting *cutting = swarm->context;
	int64_t took = now_ns() - client->pinged_ns;

	if (cutting && client == cutting->publisher && frame->type == MQTT_PUBACK)
		publish_one(swarm, cutting);
	if (!cutting || client != cutting->pinger || frame->type != MQTT_PINGRESP)
		return;
	if (took > cutting->longest_ping_ns)
		cutting->longest_ping_ns = took;
	ping(swarm, client);
}

static void on_closed(struct swarm *swarm, struct client *client)
{
	struct cutting *cutting = swarm->context;

	if (!cutting || client == cutting->publisher)
		give_up("client %d was cut, which nobody asked for", client->number);
	cutting->closed++;
}

/*
 * Suspends units `from` to `to`, without stopping the swarm; returns when PostgreSQL's answer, which follows COMMIT,
 * is here.
 */
static int64_t suspend(PGconn *pg, struct swarm *swarm, int from, int to)
{
	char sql[200];
	bool failed = false;
	PGresult *result;
	int64_t answered;

	snprintf(sql, sizeof(sql),
		"SELECT count(certwire.suspend_unit('unit-' || i, 'benchmark')) FROM generate_series(%d, "
		"%d) i",
		from, to);
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
	int64_t limit = now_ns() + INT64_C(10000000000), answered = suspend(pg, swarm, number, number);

	while (!victim->closed_ns) {
		if (now_ns() > limit)
			give_up("client %d was not cut within 10 s", victim->number);
		swarm_turn(swarm, 1);
	}
	/* The cut may be seen before PostgreSQL's answer is. */
	json_array_append_new(times,
		json_real(victim->closed_ns > answered ? (double)(victim->closed_ns - answered) / 1e9 : 0));
}

/* Appends when the last of them was cut. */
static void cut_all(PGconn *pg, struct swarm *swarm, int cuts, json_t *times)
{
	struct cutting *cutting = swarm->context;
	int last = swarm->count - FIRST - 1;
	int64_t limit = now_ns() + INT64_C(60000000000);
	int64_t answered = suspend(pg, swarm, last - cuts + 1, last);

	while (cutting->closed < cuts) {
		if (now_ns() > limit)
			give_up("%d of %d were cut within 60 s", cutting->closed, cuts);
		swarm_turn(swarm, 1);
	}
	json_array_append_new(times, json_real((double)(now_ns() - answered) / 1e9));
}

static bool all_up(const struct swarm *swarm)
{
	return swarm->clients[PUBLISHER].is_up && swarm->clients[PINGER].is_up;
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
		!load_begin(call, FIRST, &swarm, &watch, err))
		return false;
	if (readers + cuts >= swarm.count)
		return err_set(
			err, ERR_USAGE, "--clients %d are fewer than --readers and --cuts", swarm.count - 1);
	pg = PQconnectdb(dsn);
	if (PQstatus(pg) != CONNECTION_OK)
		give_up("%s", PQerrorMessage(pg));
	cutting.publisher = &swarm.clients[PUBLISHER];
	cutting.pinger = &swarm.clients[PINGER];
	cutting.size = (size_t)size;
	cutting.payload = calloc(1, cutting.size);
	swarm_connect(&swarm, FIRST, swarm.count);
	for (int i = FIRST; i < FIRST + readers; i++) {
		mqtt_subscribe(&swarm.clients[i].out, 1, cutting.topic);
		swarm_flush(&swarm, &swarm.clients[i]);
	}
	swarm_open(&swarm, PUBLISHER, -1);
	swarm_open(&swarm, PINGER, swarm.count - FIRST);
	swarm_until(&swarm, all_up, 60, "the publisher");
	swarm.context = &cutting;
	if (readers)
		publish_one(&swarm, &cutting);
	ping(&swarm, cutting.pinger);
	if (cli_has(call, "at-once"))
		cut_all(pg, &swarm, (int)cuts, times);
	for (int i = 0; !cli_has(call, "at-once") && i < cuts; i++)
		cut_one(
			pg, &swarm, &swarm.clients[swarm.count - 1 - i], swarm.count - FIRST - 1 - i, times);
	json_object_set_new(figures, "seconds", times);
	json_object_set_new(figures, "published", json_integer((json_int_t)cutting.published));
	json_object_set_new(
		figures, "longest_ping_s", json_real((double)cutting.longest_ping_ns / 1e9));
	PQfinish(pg);
	free(cutting.payload);
	swarm_release(&swarm);
	return load_print(figures, err);
}
