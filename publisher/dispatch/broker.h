/*
 * One MQTT connection to one broker, kept up: made with a fresh token each time, watched, closed and
 * made again with jittered backoff. All of it happens in the caller's thread, between its polls.
 *
 * At most BROKER_WINDOW publishes are unacknowledged at any time; nothing waits inside libmosquitto,
 * so what is not to be sent any more is simply not handed over.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_BROKER_H
#define CERTWIRE_PUBLISHER_DISPATCH_BROKER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/key.h"
#include "common/log.h"
#include "common/macros.h"
#include "publisher/dispatch/backoff.h"
#include "publisher/dispatch/config.h"
#include "publisher/dispatch/message.h"

enum {
	/* Below the broker's max_inflight_messages of 20, so that it never has to queue for us. */
	BROKER_WINDOW = 16,
	BROKER_KEEPALIVE_S = 30,
	BROKER_CONNECT_TIMEOUT_MS = 10000,
	BROKER_REASON_SIZE = 200,
};

enum broker_state {
	BROKER_DOWN, /* waiting to try again */
	BROKER_CONNECTING,
	BROKER_SUBSCRIBING,
	BROKER_READY,
};

struct broker;
struct mosquitto;

/* Who connects, and what is told to the owner. Borrowed by all brokers. */
struct broker_owner {
	const char *client_id;
	const char *ca_path; /* NULL when no broker speaks TLS */
	const struct signing_key *key;
	const struct clock *clock;
	const struct log *log;
	/* A message arrived. The owner copies what it keeps, and calls nothing of the broker's. */
	void (*received)(
		void *context, struct broker *broker, const char *topic, const void *payload, size_t len);
	/* The publish with this id was acknowledged. */
	void (*acknowledged)(void *context, struct broker *broker, int id);
	/* The connection is gone: what was underway there is lost. */
	void (*lost)(void *context, struct broker *broker);
	void *context;
};

struct broker {
	const struct broker_address *address; /* borrowed */
	const struct broker_owner *owner; /* borrowed */
	size_t index; /* among the owner's brokers */
	enum broker_state state;
	struct mosquitto *client; /* owned; NULL when BROKER_DOWN */
	struct backoff backoff;
	int64_t deadline_ms; /* monotonic: BROKER_DOWN: next try; while connecting: give up */
	size_t unacknowledged;
	int subscribe_id;
	char detail[BROKER_REASON_SIZE]; /* what libmosquitto last logged as an error */
	char failure[BROKER_REASON_SIZE]; /* set by callbacks: why to close; "" none */
	char reported[BROKER_REASON_SIZE]; /* the last failure that was logged */
};

void broker_init(struct broker *broker, const struct broker_address *address, size_t index,
	const struct broker_owner *owner) NONNULL;

/* Says goodbye and frees; usable again. `lost` is not called. */
void broker_close(struct broker *broker) NONNULL;

/* Tries to connect when that is due, gives up what takes too long, keeps the connection alive. */
void broker_tick(struct broker *broker, int64_t now_ms) NONNULL;

/* What to poll for; fd is -1 when there is no connection. */
struct pollfd broker_pollfd(const struct broker *broker) NONNULL;

/* After the poll: reads and writes. */
void broker_handle(struct broker *broker, short events) NONNULL;

bool broker_is_ready(const struct broker *broker) MUST_USE NONNULL;

/* True when it is ready and its window is open. */
bool broker_has_room(const struct broker *broker) MUST_USE NONNULL;

/*
 * Publishes with QoS 1; needs room (asserted). `*ret_id` is what `acknowledged` will name, and may
 * be NULL. A failure closes the connection, is logged, and false is returned.
 */
bool broker_publish(struct broker *broker, const struct message *message, int *ret_id) MUST_USE
	__attribute__((nonnull(1, 2)));

/* Milliseconds until broker_tick has something to do, at most 1000. */
int broker_wait_ms(const struct broker *broker, int64_t now_ms) MUST_USE NONNULL;

#endif
