#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/digest.h"
#include "common/head.h"
#include "common/receipt.h"
#include "common/topic.h"
#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/*
 * Every unit has stored every publication and says so, one receipt each: as fast as the broker takes them, or at a rate,
 * and then it is told how long each took to the head that says it is settled. Whoever fills the database gives
 * publication n the id "%032x" of n + 1, the manifest digest of its id, and the number n + 1 in every mailbox.
 */
struct telling {
	struct buf *receipts; /* one after the other for each unit: publications of them */
	size_t publications;
	uint64_t sent;
	int64_t rate; /* a second; 0: as fast as they can */
	int64_t *sent_ns; /* when; likewise */
	double *took_s; /* those that are settled: settled_count of them */
	size_t settled_count;
	int64_t *settled; /* of each unit, up to where */
};

static void sign_one(int unit, size_t publication, struct buf *out)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	struct receipt receipt = {.number = (int64_t)publication + 1,
		.sent_at = time(NULL),
		.item_count = 1,
		.items = {{.epoch = 1,
			.entry = (int64_t)publication + 1,
			.state = RECEIPT_STORED,
			.at = time(NULL)}}};
	struct identity who;
	char id[PUB_ID_SIZE];

	identity_of(unit, &who);
	identity_key(&who, &key);
	snprintf(receipt.unit, sizeof(receipt.unit), "%s", who.unit);
	snprintf(receipt.device, sizeof(receipt.device), "d1");
	snprintf(id, sizeof(id), "%032zx", publication + 1);
	if (!pub_id_parse(id, strlen(id), &receipt.items[0].publication))
		give_up("'%s' is no id", id);
	receipt.items[0].manifest = digest_of(id, strlen(id));
	MUST(receipt_sign(&receipt, &key, out, &err));
}

static void send_one(struct swarm *swarm, struct client *client, size_t nth)
{
	struct telling *telling = swarm->context;
	size_t at = (size_t)client->number * telling->publications + nth;
	char topic[TOPIC_SIZE];
	struct identity who;

	identity_of(client->number, &who);
	mqtt_publish(&client->out, (unsigned)nth + 1, topic_unit(TOPIC_RECEIPT, who.unit, topic),
		telling->receipts[at].data, telling->receipts[at].len);
	telling->sent_ns[at] = now_ns();
	telling->sent++;
	swarm_flush(swarm, client);
}

/* A head: up to where this unit is settled. */
static void hear_head(
	struct telling *telling, const struct client *client, const struct mqtt_frame *frame)
{
	auto_head struct head head = HEAD_INIT;
	const struct head_device *device;
	const char *topic;
	const uint8_t *data;
	size_t topic_len, len, first = (size_t)client->number * telling->publications;
	int64_t *settled = &telling->settled[client->number];

	if (!mqtt_publication(frame, &topic, &topic_len, &data, &len))
		give_up("a PUBLISH that is none");
	MUST(head_parse(data, len, &head, &err));
	device = head_find(&head, "d1");
	for (; device && *settled < device->settled && *settled < (int64_t)telling->publications;
		 (*settled)++)
		telling->took_s[telling->settled_count++] =
			(double)(now_ns() - telling->sent_ns[first + (size_t)*settled]) / 1e9;
}

/* A receipt that found no room (0x87) is sent again by a device; here that ends the load: it would measure waiting. */
static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	struct telling *telling = swarm->context;

	if (!telling)
		return;
	if (frame->type == MQTT_PUBLISH)
		hear_head(telling, client, frame);
	else if (frame->type == MQTT_PUBACK && !telling->rate && client->acked < telling->publications)
		send_one(swarm, client, client->acked);
}

static bool all_taken(const struct swarm *swarm)
{
	const struct telling *telling = swarm->context;
	uint64_t acked = 0;

	for (int i = 0; i < swarm->count; i++)
		acked += swarm->clients[i].acked;
	return acked >= telling->publications * (uint64_t)swarm->count;
}

static bool all_settled(const struct swarm *swarm)
{
	const struct telling *telling = swarm->context;

	return telling->settled_count >= telling->publications * (size_t)swarm->count;
}

/* One unit after the other, each at its time. */
static void send_at_rate(struct swarm *swarm, struct telling *telling)
{
	int64_t began = now_ns(), step = INT64_C(1000000000) / telling->rate;
	uint64_t total = telling->publications * (uint64_t)swarm->count;

	while (telling->sent < total) {
		int64_t ahead = began + (int64_t)telling->sent * step - now_ns();

		if (ahead <= 0)
			send_one(swarm, &swarm->clients[telling->sent % (uint64_t)swarm->count],
				telling->sent / (uint64_t)swarm->count);
		swarm_turn(swarm, ahead > 1000000 ? 1 : 0);
	}
	swarm_until(swarm, all_settled, 60, "the heads");
}

static void subscribe_heads(struct swarm *swarm)
{
	char topic[TOPIC_SIZE];
	struct identity who;

	for (int i = 0; i < swarm->count; i++) {
		identity_of(i, &who);
		mqtt_subscribe(&swarm->clients[i].out, 1, topic_unit(TOPIC_HEAD, who.unit, topic));
		swarm_flush(swarm, &swarm->clients[i]);
	}
	swarm_await_subscriptions(swarm, swarm->count);
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void telling_init(struct telling *telling, const struct swarm *swarm)
{
	size_t count = (size_t)swarm->count * telling->publications;

	telling->receipts = calloc(count, sizeof(*telling->receipts));
	telling->sent_ns = calloc(count, sizeof(*telling->sent_ns));
	telling->took_s = calloc(count, sizeof(*telling->took_s));
	telling->settled = calloc((size_t)swarm->count, sizeof(*telling->settled));
	if (!telling->receipts || !telling->sent_ns || !telling->took_s || !telling->settled)
		give_up("no memory for %zu receipts", count);
	for (size_t i = 0; i < count; i++) {
		buf_init(&telling->receipts[i], LIMIT_RECEIPT_JWS);
		sign_one(
			(int)(i / telling->publications), i % telling->publications, &telling->receipts[i]);
	}
}

static void telling_release(struct telling *telling, const struct swarm *swarm)
{
	for (size_t i = 0; i < (size_t)swarm->count * telling->publications; i++)
		buf_release(&telling->receipts[i]);
	free(telling->receipts);
	free(telling->sent_ns);
	free(telling->took_s);
	free(telling->settled);
}

/* From a receipt's PUBLISH to the head that says it is settled. */
static void tell_latency(struct telling *telling, json_t *figures)
{
	size_t count = telling->settled_count;

	qsort(telling->took_s, count, sizeof(*telling->took_s), by_size);
	json_object_set_new(figures, "latency_p50_s", json_real(telling->took_s[count / 2]));
	json_object_set_new(figures, "latency_p99_s", json_real(telling->took_s[count * 99 / 100]));
	json_object_set_new(figures, "latency_max_s", json_real(telling->took_s[count - 1]));
}

bool load_receipts(const struct cli_call *call, struct err *err)
{
	struct swarm swarm = {.on_frame = on_frame};
	struct telling telling = {.sent = 0};
	struct watch watch = {.count = 0};
	int64_t publications, began;
	json_t *figures = json_object();
	struct cpu before;

	if (!cli_int(call, "publications", 1, 1000, 4, &publications, err) ||
		!cli_int(call, "rate", 0, 1000000, 0, &telling.rate, err) ||
		!load_begin(call, 0, &swarm, &watch, err))
		return false;
	telling.publications = (size_t)publications;
	telling_init(&telling, &swarm);
	swarm_connect(&swarm, 0, swarm.count);
	if (telling.rate)
		subscribe_heads(&swarm);
	swarm.context = &telling;
	before = cpu_of(&watch);
	began = now_ns();
	if (telling.rate)
		send_at_rate(&swarm, &telling);
	for (int i = 0; !telling.rate && i < swarm.count; i++)
		send_one(&swarm, &swarm.clients[i], 0);
	swarm_until(&swarm, all_taken, 600, "the receipts to be taken");
	load_spent(figures, now_ns() - began, cpu_since(cpu_of(&watch), before));
	json_object_set_new(figures, "receipts", json_integer((json_int_t)telling.sent));
	if (telling.rate)
		tell_latency(&telling, figures);
	telling_release(&telling, &swarm);
	swarm_release(&swarm);
	return load_print(figures, err);
}
