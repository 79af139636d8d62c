#include "broker-plugins/receipts/tray.h"

#include "common/limits.h"
#include "common/topic.h"

#include <stdlib.h>
#include <string.h>

bool tray_init(struct tray *tray, size_t slots, struct err *err)
{
	atomic_init(&tray->bytes, 0);
	return ring_init(&tray->ring, slots, err);
}

void tray_release(struct tray *tray)
{
	ring_release(&tray->ring, free);
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
	return atomic_load_explicit(&tray->bytes, memory_order_relaxed) + len <= TRAY_BYTES_MAX;
}

enum tray_verdict tray_put(
	struct tray *tray, const char *topic, const char *client_id, const void *payload, size_t len)
{
	struct parcel *parcel;
	struct topic parsed;

	if (!topic_parse(topic, &parsed) ||
		(parsed.kind != TOPIC_RECEIPT && parsed.kind != TOPIC_REPLY))
		return TRAY_NOT_OURS;
	if (len == 0 || len > (parsed.kind == TOPIC_REPLY ? LIMIT_REPLY_JWS : LIMIT_RECEIPT_JWS))
		return TRAY_REFUSED;
	if (!has_room(tray, len))
		return TRAY_FULL;
	parcel = parcel_new(&parsed, client_id, payload, len);
	if (!parcel)
		return TRAY_FULL;
	/* Counted first: once it is in the ring the writer may give it back at any time. */
	atomic_fetch_add_explicit(&tray->bytes, len, memory_order_relaxed);
	if (ring_push(&tray->ring, parcel))
		return TRAY_TAKEN;
	tray_done(tray, parcel);
	return TRAY_FULL;
}

struct parcel *tray_take(struct tray *tray)
{
	return ring_pop(&tray->ring);
}

void tray_done(struct tray *tray, struct parcel *parcel)
{
	atomic_fetch_sub_explicit(&tray->bytes, parcel->len, memory_order_relaxed);
	free(parcel);
}
