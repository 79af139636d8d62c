#include "tests/bench/load/sim.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/entry.h"
#include "common/head.h"
#include "common/offer.h"
#include "common/part.h"
#include "common/receipt.h"
#include "common/sync.h"
#include "common/topic.h"
#include "tests/bench/load/must.h"

void sim_init(struct sim *sim, int number, int64_t held, int64_t told)
{
	*sim = (struct sim){.held_before = held, .told = told};
	identity_of(number, &sim->who);
}

static struct sim_held *find(struct sim *sim, const struct pub_id *publication)
{
	size_t at = 0;

	while (at < sim->held_count && !pub_id_equal(&sim->held[at].publication, publication))
		at++;
	if (at == SIM_PUBLICATIONS)
		give_up("%s was sent more than %d publications", sim->who.unit, SIM_PUBLICATIONS);
	if (at == sim->held_count)
		sim->held[sim->held_count++] = (struct sim_held){.publication = *publication};
	return &sim->held[at];
}

static void take_part(struct sim *sim, const uint8_t *data, size_t len)
{
	struct sim_held *held;
	struct part part;

	MUST(part_parse(data, len, &part, &err));
	if (part.count > SIM_PARTS)
		give_up("a publication of %u parts", part.count);
	held = find(sim, &part.publication);
	held->parts = part.count;
	held->got += !held->has[part.index];
	held->has[part.index] = true;
}

static void take_offer(struct sim *sim, const uint8_t *data, size_t len)
{
	auto_offer struct offer offer = OFFER_INIT;
	auto_entry struct entry entry = ENTRY_INIT;
	struct sim_held *held;

	MUST(offer_parse(data, len, &offer, &err));
	MUST(entry_parse(offer.entry, strlen(offer.entry), &entry, &err));
	held = find(sim, &entry.publication);
	held->epoch = entry.epoch;
	held->entry = entry.number;
	held->manifest = entry.manifest;
	held->parts = entry.body.parts;
}

static void take_head(struct sim *sim, const uint8_t *data, size_t len)
{
	auto_head struct head head = HEAD_INIT;
	const struct head_device *device;

	MUST(head_parse(data, len, &head, &err));
	device = head_find(&head, "d1");
	if (!device)
		give_up("a head of %s without its device", sim->who.unit);
	sim->settled = device->settled > sim->settled ? device->settled : sim->settled;
	sim->is_answered = sim->is_answered || *head.device;
}

void sim_take(struct sim *sim, const struct mqtt_frame *frame)
{
	char topic[TOPIC_SIZE] = "";
	const char *text;
	const uint8_t *data;
	size_t topic_len, len;
	struct topic parsed;

	if (!mqtt_publication(frame, &text, &topic_len, &data, &len) || topic_len >= sizeof(topic))
		give_up("a PUBLISH that is none");
	memcpy(topic, text, topic_len);
	if (!topic_parse(topic, &parsed))
		give_up("a message on '%s'", topic);
	if (parsed.kind == TOPIC_OFFER)
		take_offer(sim, data, len);
	else if (parsed.kind == TOPIC_HEAD)
		take_head(sim, data, len);
	else
		take_part(sim, data, len);
}

static bool is_untold(const struct sim_held *held)
{
	return held->entry && held->got == held->parts && !held->is_told;
}

size_t sim_untold(const struct sim *sim)
{
	size_t count = 0;

	for (size_t i = 0; i < sim->held_count; i++)
		count += is_untold(&sim->held[i]);
	return count;
}

static void publish(struct sim *sim, enum topic_kind kind, const struct buf *jws, struct buf *out)
{
	char topic[TOPIC_SIZE];

	mqtt_publish(out, (unsigned)(sim->told % 65535) + 1, topic_unit(kind, sim->who.unit, topic),
		jws->data, jws->len);
}

void sim_tell(struct sim *sim, struct buf *out)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_buf struct buf jws = BUF_INIT(LIMIT_RECEIPT_JWS);
	struct receipt receipt = {.number = ++sim->told, .sent_at = time(NULL)};

	for (size_t i = 0; i < sim->held_count; i++) {
		struct sim_held *held = &sim->held[i];

		if (!is_untold(held))
			continue;
		held->is_told = true;
		receipt.items[receipt.item_count++] = (struct receipt_item){
			.publication = held->publication,
			.epoch = held->epoch,
			.entry = held->entry,
			.manifest = held->manifest,
			.state = RECEIPT_STORED,
			.at = receipt.sent_at,
		};
	}
	snprintf(receipt.unit, sizeof(receipt.unit), "%s", sim->who.unit);
	snprintf(receipt.device, sizeof(receipt.device), "d1");
	identity_key(&sim->who, &key);
	MUST(receipt_sign(&receipt, &key, &jws, &err));
	publish(sim, TOPIC_RECEIPT, &jws, out);
}

/* At most so many parts in one sync, as a device asks. */
static void ask_for_parts(const struct sim *sim, struct sync *sync)
{
	unsigned asked = 0;

	for (size_t i = 0; i < sim->held_count && sync->missing_count < LIMIT_SYNC_MISSING; i++) {
		const struct sim_held *held = &sim->held[i];
		struct sync_missing *missing = &sync->missing[sync->missing_count];

		missing->publication = held->publication;
		for (uint32_t part = 0; part < held->parts && asked < LIMIT_SYNC_WINDOW_PARTS; part++)
			if (held->entry && !held->has[part] && ranges_add(&missing->parts, part, part))
				asked++;
		sync->missing_count += missing->parts.count > 0;
	}
}

void sim_ask(struct sim *sim, struct buf *out)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_buf struct buf jws = BUF_INIT(LIMIT_SYNC_JWS);
	struct sync sync = {.sent_at = time(NULL),
		.epoch = sim->held_before > 0,
		.last = sim->held_before,
		.receipts = sim->told,
		.keyset = 2};

	for (size_t i = 0; i < sim->held_count; i++) {
		sync.epoch = sim->held[i].epoch > sync.epoch ? sim->held[i].epoch : sync.epoch;
		sync.last = sim->held[i].entry > sync.last ? sim->held[i].entry : sync.last;
	}
	ask_for_parts(sim, &sync);
	snprintf(sync.unit, sizeof(sync.unit), "%s", sim->who.unit);
	snprintf(sync.device, sizeof(sync.device), "d1");
	randombytes_buf(sync.nonce, sizeof(sync.nonce));
	identity_key(&sim->who, &key);
	MUST(sync_sign(&sync, &key, &jws, &err));
	sim->is_answered = false;
	publish(sim, TOPIC_SYNC, &jws, out);
}
