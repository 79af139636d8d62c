#include "tests/bench/load/mqtt.h"

#include <string.h>

#include "tests/bench/load/must.h"

enum { KEEPALIVE_S = 60, FLAG_USER = 0x80, FLAG_PASSWORD = 0x40, FLAG_CLEAN = 0x02, QOS_1 = 0x02 };

static void put(struct buf *out, const void *data, size_t len)
{
	MUST(buf_append(out, data, len, &err));
}

static void put_byte(struct buf *out, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(out, &byte, 1);
}

static void put_u16(struct buf *out, unsigned value)
{
	put_byte(out, value >> 8);
	put_byte(out, value);
}

static void put_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	put_u16(out, (unsigned)len);
	put(out, text, len);
}

static void put_header(struct buf *out, unsigned first, size_t len)
{
	put_byte(out, first);
	do {
		put_byte(out, (unsigned)(len & 0x7f) | (len > 0x7f ? 0x80 : 0));
		len >>= 7;
	} while (len);
}

int mqtt_next(const uint8_t *data, size_t len, struct mqtt_frame *ret)
{
	size_t body = 0, at = 1;

	for (unsigned shift = 0;; shift += 7) {
		if (shift > 21)
			return -1;
		if (at >= len)
			return 0;
		body |= (size_t)(data[at] & 0x7f) << shift;
		if (!(data[at++] & 0x80))
			break;
	}
	if (len - at < body)
		return 0;
	*ret = (struct mqtt_frame){data[0] >> 4, data[0] & 0xf, at + body, data + at, body};
	return 1;
}

static unsigned u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

unsigned mqtt_id(const struct mqtt_frame *frame)
{
	size_t at = 0;

	if (frame->type == MQTT_PUBLISH) {
		if (!(frame->flags & QOS_1) || frame->len < 2)
			return 0;
		at = 2 + u16(frame->body);
	}
	return frame->len < at + 2 ? 0 : u16(frame->body + at);
}

bool mqtt_publication(const struct mqtt_frame *frame, const char **topic, size_t *topic_len,
	const uint8_t **payload, size_t *payload_len)
{
	size_t at = frame->len < 2 ? 0 : 2 + u16(frame->body);
	size_t id = frame->flags & QOS_1 ? 2 : 0;

	if (!at || frame->len < at + id + 1 || frame->body[at + id] & 0x80 ||
		frame->len < at + id + 1 + frame->body[at + id])
		return false;
	*topic = (const char *)frame->body + 2;
	*topic_len = at - 2;
	at += id + 1 + frame->body[at + id];
	*payload = frame->body + at;
	*payload_len = frame->len - at;
	return true;
}

unsigned mqtt_reason(const struct mqtt_frame *frame)
{
	switch (frame->type) {
	case MQTT_CONNACK:
		return frame->len < 2 ? 0x80 : frame->body[1];
	case MQTT_SUBACK:
		return frame->len < 4 ? 0x80 : frame->body[frame->len - 1];
	case MQTT_PUBACK:
		return frame->len < 3 ? 0 : frame->body[2];
	default:
		return frame->len < 1 ? 0 : frame->body[0];
	}
}

void mqtt_connect(struct buf *out, const char *client_id, const char *user, const char *password)
{
	size_t len = 11 + 2 + strlen(client_id);

	if (user)
		len += 2 + strlen(user) + 2 + strlen(password);
	put_header(out, 0x10, len);
	put_text(out, "MQTT");
	put_byte(out, 5);
	put_byte(out, FLAG_CLEAN | (user ? FLAG_USER | FLAG_PASSWORD : 0));
	put_u16(out, KEEPALIVE_S);
	put_byte(out, 0);
	put_text(out, client_id);
	if (user) {
		put_text(out, user);
		put_text(out, password);
	}
}

void mqtt_subscribe(struct buf *out, unsigned id, const char *topic)
{
	put_header(out, 0x82, 2 + 1 + 2 + strlen(topic) + 1);
	put_u16(out, id);
	put_byte(out, 0);
	put_text(out, topic);
	put_byte(out, 1);
}

void mqtt_publish(struct buf *out, unsigned id, const char *topic, const void *payload, size_t len)
{
	put_header(out, 0x30 | QOS_1, 2 + strlen(topic) + 2 + 1 + len);
	put_text(out, topic);
	put_u16(out, id);
	put_byte(out, 0);
	put(out, payload, len);
}

void mqtt_puback(struct buf *out, unsigned id)
{
	put_header(out, 0x40, 2);
	put_u16(out, id);
}

void mqtt_pingreq(struct buf *out)
{
	put_header(out, 0xc0, 0);
}
