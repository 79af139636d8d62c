/*
 * As much of MQTT 5 (OASIS Standard, 2019) as a load needs: packets written into a buffer, and frames found
 * in what came. A frame's payload is never copied.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_MQTT_H
#define CERTWIRE_TESTS_BENCH_LOAD_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum mqtt_type {
	MQTT_CONNACK = 2,
	MQTT_PUBLISH = 3,
	MQTT_PUBACK = 4,
	MQTT_SUBACK = 9,
	MQTT_PINGRESP = 13,
	MQTT_DISCONNECT = 14,
};

struct mqtt_frame {
	enum mqtt_type type;
	unsigned flags;
	size_t size; /* of the whole frame */
	const uint8_t *body; /* borrowed: what follows the fixed header */
	size_t len;
};

/*
 * The first frame of the `len` bytes. 1: there; 0: not whole yet; -1: not MQTT.
 */
int mqtt_next(const uint8_t *data, size_t len, struct mqtt_frame *ret) NONNULL;

/* The packet id of a QoS 1 PUBLISH, PUBACK or SUBACK; 0 when it has none. */
unsigned mqtt_id(const struct mqtt_frame *frame) NONNULL;

/* The topic and payload of a PUBLISH; false when it is cut short. Borrowed. */
bool mqtt_publication(const struct mqtt_frame *frame, const char **topic, size_t *topic_len,
	const uint8_t **payload, size_t *payload_len) NONNULL;

/* The reason code of a CONNACK, PUBACK, SUBACK or DISCONNECT. */
unsigned mqtt_reason(const struct mqtt_frame *frame) NONNULL;

/* Each appends one packet; a buffer that is full ends the program. `user` NULL: no name and no password. */
void mqtt_connect(struct buf *out, const char *client_id, const char *user, const char *password);
void mqtt_subscribe(struct buf *out, unsigned id, const char *topic) NONNULL;
void mqtt_publish(
	struct buf *out, unsigned id, const char *topic, const void *payload, size_t len) NONNULL;
void mqtt_puback(struct buf *out, unsigned id) NONNULL;
void mqtt_pingreq(struct buf *out) NONNULL;

#endif
