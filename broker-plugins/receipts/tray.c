#include "broker-plugins/receipts/tray.h"

#include "common/limits.h"
#include "common/topic.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool tray_init(struct tray *tray, size_t slots, struct err *err)
{
	*tray = (struct tray){.slots = slots};
	if (!ring_init(&tray->ring, slots, sizeof(struct parcel *), err))
		return false;
	/* As many as there can be at all: tray_done always finds room. */
	if (ring_init(&tray->spent, slots, sizeof(struct parcel *), err))
		return true;
	ring_release(&tray->ring);
	return false;
}

static void parcel_free(struct tray *tray, struct parcel *parcel)
{
	tray->bytes -= parcel->len;
	tray->count--;
	free(parcel);
}

void tray_tidy(struct tray *tray)
{
	struct parcel *parcel;

	while (ring_pop(&tray->spent, &parcel))
		parcel_free(tray, parcel);
}

void tray_release(struct tray *tray)
{
	struct parcel *parcel;

	tray_tidy(tray);
	while (ring_pop(&tray->ring, &parcel))
		parcel_free(tray, parcel);
	ring_release(&tray->ring);
	ring_release(&tray->spent);
}

static struct parcel *parcel_new(
	const struct topic *topic, const char *client_id, const void *payload, size_t len)
{
	struct parcel *parcel = malloc(sizeof(*parcel) + len);

	if (!parcel)
		return NULL;
	*parcel = (struct parcel){.is_reply = topic->kind == TOPIC_REPLY, .len = len};
	memcpy(parcel->unit, topic->unit, sizeof(parcel->unit));
	strncpy(parcel->client_id, client_id, sizeof(parcel->client_id) - 1);
	memcpy(parcel->jws, payload, len);
	return parcel;
}

static bool has_room(const struct tray *tray, size_t len)
{
	return tray->count < tray->slots && tray->bytes + len <= TRAY_BYTES_MAX;
}

/* The loop's side of it alone; what came back makes room. */
static enum tray_verdict put(struct tray *tray, const struct topic *topic, const char *client_id,
	const void *payload, size_t len)
{
	struct parcel *parcel;

	if (!has_room(tray, len))
		tray_tidy(tray);
	if (!has_room(tray, len))
		return TRAY_FULL;
	parcel = parcel_new(topic, client_id, payload, len);
	if (!parcel)
		return TRAY_FULL;
	tray->bytes += len;
	tray->count++;
	if (ring_push(&tray->ring, &parcel))
		return TRAY_TAKEN;
	parcel_free(tray, parcel);
	return TRAY_FULL;
}

enum tray_verdict tray_put(
	struct tray *tray, const char *topic, const char *client_id, const void *payload, size_t len)
{
	enum tray_verdict verdict;
	struct topic parsed;

	if (!topic_parse(topic, &parsed) ||
		(parsed.kind != TOPIC_RECEIPT && parsed.kind != TOPIC_REPLY))
		return TRAY_NOT_OURS;
	if (len == 0 || len > (parsed.kind == TOPIC_REPLY ? LIMIT_REPLY_JWS : LIMIT_RECEIPT_JWS))
		return TRAY_REFUSED;
	verdict = put(tray, &parsed, client_id, payload, len);
	if (verdict == TRAY_FULL)
		atomic_fetch_add_explicit(&tray->put_off, 1, memory_order_relaxed);
	return verdict;
}

size_t tray_depth(const struct tray *tray)
{
	return ring_depth(&tray->ring);
}

struct parcel *tray_take(struct tray *tray)
{
	struct parcel *parcel;

	return ring_pop(&tray->ring, &parcel) ? parcel : NULL;
}

void tray_done(struct tray *tray, struct parcel *parcel)
{
	/* As many slots as there can be parcels at all. */
	bool has_room = ring_push(&tray->spent, &parcel);

	assert(has_room);
	(void)has_room;
}
