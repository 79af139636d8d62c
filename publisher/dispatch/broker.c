#include "publisher/dispatch/broker.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sodium.h>

#include "common/buf.h"
#include "common/ident.h"
#include "common/limits.h"
#include "common/token.h"
#include "common/topic.h"

enum {
	RETRY_FIRST_MS = 500,
	RETRY_MAX_MS = 10000,
	IDLE_WAIT_MS = 1000,
};

static const char sync_filter[] = TOPIC_PREFIX "unit/+/sync";

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Notes why the connection is to be closed; the first reason stands. Callbacks can do no more. */
static void broker_note_failure(struct broker *broker, const char *why)
{
	static const char *const what[] = {
		[BROKER_DOWN] = "cannot connect",
		[BROKER_CONNECTING] = "cannot connect",
		[BROKER_SUBSCRIBING] = "cannot subscribe",
		[BROKER_READY] = "connection lost",
	};
	size_t len;

	if (*broker->failure)
		return;
	if (*broker->detail)
		why = broker->detail;
	len = strlen(why);
	while (len > 0 && (why[len - 1] == '.' || why[len - 1] == '\n'))
		len--;
	if (len > sizeof broker->failure / 2)
		len = sizeof broker->failure / 2;
	(void)snprintf(
		broker->failure, sizeof broker->failure, "%s: %.*s", what[broker->state], (int)len, why);
}

/* What libmosquitto reports to callbacks: its own errors, and above 0x80 the broker's reasons. */
static const char *reason_text(int reason)
{
	return reason >= 0x80 ? mosquitto_reason_string(reason) : mosquitto_strerror(reason);
}

/* Errors of TLS are told nowhere else. */
static void on_log(struct mosquitto *client, void *data, int level, const char *text)
{
	struct broker *broker = data;

	(void)client;
	if (level == MOSQ_LOG_ERR)
		(void)snprintf(broker->detail, sizeof broker->detail, "%s", text);
}

static void on_connect(
	struct mosquitto *client, void *data, int reason, int flags, const mosquitto_property *props)
{
	struct broker *broker = data;
	int rc;

	(void)flags;
	(void)props;
	if (reason != 0) {
		broker_note_failure(broker, reason_text(reason));
		return;
	}
	rc = mosquitto_subscribe_v5(client, &broker->subscribe_id, sync_filter, 1, 0, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		broker_note_failure(broker, mosquitto_strerror(rc));
	else
		broker->state = BROKER_SUBSCRIBING;
}

static void on_subscribe(struct mosquitto *client, void *data, int id, int count,
	const int *granted, const mosquitto_property *props)
{
	struct broker *broker = data;

	(void)client;
	(void)props;
	if (id != broker->subscribe_id)
		return;
	if (count != 1 || granted[0] >= 0x80) {
		broker_note_failure(
			broker, count == 1 ? reason_text(granted[0]) : "wrong number of answers");
		return;
	}
	broker->state = BROKER_READY;
	backoff_reset(&broker->backoff);
	*broker->reported = '\0';
	log_line(broker->owner->log, LOG_LEVEL_INFO, "broker %s: connected", broker->address->name);
}

static void on_disconnect(
	struct mosquitto *client, void *data, int reason, const mosquitto_property *props)
{
	(void)client;
	(void)props;
	broker_note_failure(data, reason_text(reason));
}

static void on_message(struct mosquitto *client, void *data,
	const struct mosquitto_message *message, const mosquitto_property *props)
{
	struct broker *broker = data;

	(void)client;
	(void)props;
	if (message->payloadlen > 0)
		broker->owner->received(broker->owner->context, broker, message->topic, message->payload,
			(size_t)message->payloadlen);
}

static void on_publish(
	struct mosquitto *client, void *data, int id, int reason, const mosquitto_property *props)
{
	struct broker *broker = data;

	(void)client;
	(void)props;
	/* "No matching subscribers" (0x10) is a normal answer: the unit is elsewhere. */
	if (reason >= 0x80)
		log_line(broker->owner->log, LOG_LEVEL_WARNING, "broker %s: refused a message: %s",
			broker->address->name, mosquitto_reason_string(reason));
	if (broker->unacknowledged > 0)
		broker->unacknowledged--;
	broker->owner->acknowledged(broker->owner->context, broker, id);
}

void broker_init(struct broker *broker, const struct broker_address *address, size_t index,
	const struct broker_owner *owner)
{
	*broker = (struct broker){
		.address = address,
		.owner = owner,
		.index = index,
		.backoff = {.first_ms = RETRY_FIRST_MS, .max_ms = RETRY_MAX_MS},
	};
}

static void broker_free_client(struct broker *broker)
{
	if (broker->client)
		mosquitto_destroy(broker->client);
	broker->client = NULL;
	broker->state = BROKER_DOWN;
	broker->unacknowledged = 0;
	*broker->failure = '\0';
	*broker->detail = '\0';
}

void broker_close(struct broker *broker)
{
	if (broker->client)
		(void)mosquitto_disconnect_v5(broker->client, MQTT_RC_NORMAL_DISCONNECTION, NULL);
	broker_free_client(broker);
	broker->deadline_ms = 0;
	backoff_reset(&broker->backoff);
}

/* Closes after a failure and plans the next try. The same failure again is not worth a line. */
static void broker_give_up(struct broker *broker, int64_t now_ms)
{
	int64_t wait_ms = backoff_next_ms(&broker->backoff, randombytes_random());

	if (strcmp(broker->failure, broker->reported) != 0) {
		log_line(broker->owner->log, LOG_LEVEL_WARNING, "broker %s: %s, trying again in %lld ms",
			broker->address->name, broker->failure, (long long)wait_ms);
		memcpy(broker->reported, broker->failure, sizeof broker->reported);
	}
	broker_free_client(broker);
	broker->deadline_ms = now_ms + wait_ms;
	broker->owner->lost(broker->owner->context, broker);
}

/* Every setting that can fail before there is a socket. */
static int broker_prepare(struct broker *broker, const char *token)
{
	struct mosquitto *client = broker->client;
	int rc = mosquitto_username_pw_set(client, IDENT_DISPATCHER, token);

	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
	if (rc == MOSQ_ERR_SUCCESS && broker->address->tls)
		rc = mosquitto_tls_set(client, broker->owner->ca_path, NULL, NULL, NULL, NULL);
	/*
	 * 1: verify the certificate. The host name is checked unless one turns that off. By itself the
	 * library would begin with TLS 1.1.
	 */
	if (rc == MOSQ_ERR_SUCCESS && broker->address->tls)
		rc = mosquitto_tls_opts_set(client, 1, "tlsv1.2", NULL);
	return rc;
}

static void broker_set_callbacks(struct mosquitto *client)
{
	mosquitto_log_callback_set(client, on_log);
	mosquitto_connect_v5_callback_set(client, on_connect);
	mosquitto_disconnect_v5_callback_set(client, on_disconnect);
	mosquitto_subscribe_v5_callback_set(client, on_subscribe);
	mosquitto_message_v5_callback_set(client, on_message);
	mosquitto_publish_v5_callback_set(client, on_publish);
}

/* A new client each time: nothing of a connection before can come along. */
static void broker_connect(struct broker *broker, int64_t now_ms)
{
	const struct broker_owner *owner = broker->owner;
	auto_buf struct buf token = BUF_INIT(LIMIT_CONNECT_JWT);
	struct err err;
	int rc;

	broker->state = BROKER_CONNECTING;
	broker->deadline_ms = now_ms + BROKER_CONNECT_TIMEOUT_MS;
	broker->client = mosquitto_new(owner->client_id, true, broker);
	if (!broker->client) {
		broker_note_failure(broker, "out of memory");
		return;
	}
	if (!token_make(owner->client_id, broker->address->name, clock_now(owner->clock), owner->key,
			&token, &err)) {
		broker_note_failure(broker, err.text);
		return;
	}
	broker_set_callbacks(broker->client);
	rc = broker_prepare(broker, buf_str(&token));
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_connect_bind_async(
			broker->client, broker->address->host, broker->address->port, BROKER_KEEPALIVE_S, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		broker_note_failure(
			broker, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
}

void broker_tick(struct broker *broker, int64_t now_ms)
{
	int rc;

	if (broker->state == BROKER_DOWN) {
		if (now_ms >= broker->deadline_ms)
			broker_connect(broker, now_ms);
	} else {
		rc = mosquitto_loop_misc(broker->client);
		if (rc != MOSQ_ERR_SUCCESS)
			broker_note_failure(broker, mosquitto_strerror(rc));
		if (broker->state != BROKER_READY && now_ms >= broker->deadline_ms)
			broker_note_failure(broker, "no answer in time");
	}
	if (*broker->failure)
		broker_give_up(broker, now_ms);
}

struct pollfd broker_pollfd(const struct broker *broker)
{
	struct pollfd poll = {.fd = -1};

	if (!broker->client)
		return poll;
	poll.fd = mosquitto_socket(broker->client);
	poll.events = POLLIN;
	if (mosquitto_want_write(broker->client))
		poll.events |= POLLOUT;
	return poll;
}

/*
 * Whether there is no connection any more and nothing left to read of it, while TLS is to begin.
 * libmosquitto 2.0 takes that for a handshake that goes on: every poll would wake at once.
 */
static bool broker_is_refused(const struct broker *broker, short events)
{
	char byte;

	return broker->state == BROKER_CONNECTING && !*broker->failure && broker->address->tls &&
		   (events & (POLLERR | POLLHUP)) &&
		   recv(mosquitto_socket(broker->client), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

void broker_handle(struct broker *broker, short events)
{
	int rc = MOSQ_ERR_SUCCESS;

	if (!broker->client)
		return;
	if (events & (POLLIN | POLLERR | POLLHUP))
		rc = mosquitto_loop_read(broker->client, 1);
	if (rc == MOSQ_ERR_SUCCESS && (events & POLLOUT))
		rc = mosquitto_loop_write(broker->client, 1);
	if (rc != MOSQ_ERR_SUCCESS)
		broker_note_failure(broker, mosquitto_strerror(rc));
	else if (broker_is_refused(broker, events))
		broker_note_failure(broker, "refused before TLS began");
	if (*broker->failure)
		broker_give_up(broker, clock_monotonic_ms());
}

bool broker_is_ready(const struct broker *broker)
{
	return broker->state == BROKER_READY;
}

bool broker_has_room(const struct broker *broker)
{
	return broker->state == BROKER_READY && broker->unacknowledged < BROKER_WINDOW;
}

bool broker_publish(struct broker *broker, const struct message *message, int *ret_id)
{
	int id = 0;
	int rc;

	assert(broker_has_room(broker));
	broker->unacknowledged++;
	rc = mosquitto_publish_v5(
		broker->client, &id, message->topic, (int)message->len, message->payload, 1, false, NULL);
	if (rc != MOSQ_ERR_SUCCESS) {
		broker_note_failure(broker, mosquitto_strerror(rc));
		broker_give_up(broker, clock_monotonic_ms());
		return false;
	}
	if (ret_id)
		*ret_id = id;
	return true;
}

int broker_wait_ms(const struct broker *broker, int64_t now_ms)
{
	int64_t wait_ms = IDLE_WAIT_MS;

	if (broker->state != BROKER_READY)
		wait_ms = earlier(wait_ms, broker->deadline_ms - now_ms);
	return wait_ms > 0 ? (int)wait_ms : 0;
}
