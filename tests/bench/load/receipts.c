#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/digest.h"
#include "common/receipt.h"
#include "common/topic.h"
#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/*
 * Every unit has stored every publication and says so, one receipt each, as fast as the broker takes them. Whoever fills
 * the database gives publication n the id "%032x" of n + 1, the manifest digest of its id, and the number n + 1
 * in every mailbox.
 */
struct telling {
	struct buf *receipts; /* one after the other for each unit: publications of them */
	size_t publications;
	uint64_t sent;
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

static void send_next(struct swarm *swarm, struct client *client)
{
	struct telling *telling = swarm->context;
	char topic[TOPIC_SIZE];
	const struct buf *raw;
	struct identity who;

	if (client->acked >= telling->publications)
		return;
	identity_of(client->number, &who);
	raw = &telling->receipts[(size_t)client->number * telling->publications + client->acked];
	mqtt_publish(&client->out, (unsigned)client->acked + 1,
		topic_unit(TOPIC_RECEIPT, who.unit, topic), raw->data, raw->len);
	telling->sent++;
	swarm_flush(swarm, client);
}

/* A receipt that found no room (0x87) is sent again by a device; here that ends the load: it would measure waiting. */
static void on_frame(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	if (frame->type == MQTT_PUBACK && swarm->context)
		send_next(swarm, client);
}

static bool all_taken(const struct swarm *swarm)
{
	const struct telling *telling = swarm->context;
	uint64_t acked = 0;

	for (int i = 0; i < swarm->count; i++)
		acked += swarm->clients[i].acked;
	return acked >= telling->publications * (uint64_t)swarm->count;
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
		!load_begin(call, 0, &swarm, &watch, err))
		return false;
	telling.publications = (size_t)publications;
	telling.receipts =
		calloc((size_t)swarm.count * telling.publications, sizeof(*telling.receipts));
	for (size_t i = 0; i < (size_t)swarm.count * telling.publications; i++) {
		buf_init(&telling.receipts[i], LIMIT_RECEIPT_JWS);
		sign_one((int)(i / telling.publications), i % telling.publications, &telling.receipts[i]);
	}
	swarm_connect(&swarm, 0, swarm.count);
	swarm.context = &telling;
	before = cpu_of(&watch);
	began = now_ns();
	for (int i = 0; i < swarm.count; i++)
		send_next(&swarm, &swarm.clients[i]);
	swarm_until(&swarm, all_taken, 600, "the receipts to be taken");
	load_spent(figures, now_ns() - began, cpu_since(cpu_of(&watch), before));
	json_object_set_new(figures, "receipts", json_integer((json_int_t)telling.sent));
	for (size_t i = 0; i < (size_t)swarm.count * telling.publications; i++)
		buf_release(&telling.receipts[i]);
	free(telling.receipts);
	swarm_release(&swarm);
	return load_print(figures, err);
}
