#include "subscriber/link.h"

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/language.h"
#include "common/limits.h"
#include "common/token.h"
#include "subscriber/own_certificate.h"
#include "subscriber/topics.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sodium.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	LINK_RECEIVE_MAXIMUM = 8,
	LINK_CONNECT_TIMEOUT_MS = 30 * 1000,
	LINK_BACKOFF_FIRST_MS = 1000,
	LINK_BACKOFF_LAST_MS = 60 * 1000,
	LINK_WHY_SIZE = 256,
	LINK_BURST = 64, /* packets in a step */
};

enum link_state { LINK_WAITING, LINK_CONNECTING, LINK_UP };

struct link {
	const struct config *config;
	const struct clock *clock;
	const struct signing_key *key;
	struct link_handler handler;
	struct mosquitto *mosq; /* owned; one for each connection */
	enum link_state state;
	size_t broker; /* being used, or tried next */
	unsigned int failures; /* in a row */
	int64_t next_at; /* of the next attempt, or the deadline of this one */
	bool lost; /* ends at the end of the step, because of `why` */
	char why[LINK_WHY_SIZE];
	char detail[LINK_WHY_SIZE / 2]; /* the last error that the library logged */
	struct topics topics;
};

int64_t link_backoff_ms(unsigned int failures)
{
	uint32_t most = LINK_BACKOFF_LAST_MS;

	if (failures < 6)
		most = (uint32_t)LINK_BACKOFF_FIRST_MS << failures;
	return randombytes_uniform(most + 1);
}

static const struct broker *link_broker(const struct link *link)
{
	return &link->config->brokers[link->broker];
}

static void link_lose(struct link *link, const char *why)
{
	size_t len;

	if (link->lost)
		return;
	link->lost = true;
	(void)snprintf(link->why, sizeof link->why, "%.*s", (int)sizeof link->why - 1, why);
	/* The library's own words end with a full stop; ours go on. */
	len = strlen(link->why);
	if (len > 0 && link->why[len - 1] == '.')
		link->why[len - 1] = '\0';
}

/*
 * In TLS 1.3 a broker refuses a client's certificate, or that there is none, after our side of the
 * handshake, and libmosquitto says no more than that the connection ended.
 */
static bool link_is_greeting(const struct link *link)
{
	return link->state == LINK_CONNECTING && link_broker(link)->tls;
}

static void link_lose_greeting(struct link *link)
{
	char why[LINK_WHY_SIZE];

	(void)snprintf(why, sizeof why, "%s: %s", LANGUAGE_TEXT("cannot connect"),
		LANGUAGE_TEXT(
			"the broker hung up before it answered; is a certificate of this device wanted "
			"(tls_certificate)?"));
	link_lose(link, why);
}

/* What OpenSSL says is told in the library's log alone; its last word is the reason. */
static void on_log(struct mosquitto *mosq, void *context, int level, const char *text)
{
	struct link *link = context;

	(void)mosq;
	if (level == MOSQ_LOG_ERR)
		(void)err_quote(link->detail, sizeof link->detail, text, strlen(text));
}

static void on_connect(struct mosquitto *mosq, void *context, int code, int flags,
	const mosquitto_property *properties)
{
	struct link *link = context;
	char why[LINK_WHY_SIZE];

	(void)mosq;
	(void)flags;
	(void)properties;
	if (code != 0) {
		(void)snprintf(why, sizeof why, "%s: %s%s", LANGUAGE_TEXT("the broker refused us"),
			mosquitto_reason_string(code),
			code == MQTT_RC_NOT_AUTHORIZED ? " (is the device certified, and is our clock right?)"
										   : "");
		link_lose(link, why);
		return;
	}
	/* A broker serves subscriptions in order, so once the first is answered a sync may follow. */
	if (!topics_subscribe(&link->topics, link->mosq))
		link_lose(link, "could not subscribe");
}

static void on_subscribe(struct mosquitto *mosq, void *context, int mid, int count,
	const int *granted, const mosquitto_property *properties)
{
	struct link *link = context;

	(void)mosq;
	(void)properties;
	if (!topics_answered(&link->topics, mid, count > 0 && granted[0] < 128) ||
		link->state == LINK_UP)
		return;
	if (topics_head_refused(&link->topics)) {
		link_lose(link, "the broker does not let us read our head");
		return;
	}
	link->state = LINK_UP;
	link->handler.up(link->handler.context, link_broker(link));
}

static void on_disconnect(
	struct mosquitto *mosq, void *context, int code, const mosquitto_property *properties)
{
	struct link *link = context;
	char why[LINK_WHY_SIZE];

	(void)mosq;
	(void)properties;
	if (link_is_greeting(link) && code == MOSQ_ERR_CONN_LOST) {
		link_lose_greeting(link);
		return;
	}
	(void)snprintf(why, sizeof why, "%s: %s", LANGUAGE_TEXT("connection lost"),
		code >= 128 ? mosquitto_reason_string(code) : mosquitto_strerror(code));
	link_lose(link, why);
}

static void on_message(struct mosquitto *mosq, void *context,
	const struct mosquitto_message *message, const mosquitto_property *properties)
{
	struct link *link = context;
	struct topic topic;

	(void)mosq;
	(void)properties;
	if (message->payloadlen >= 0 && topic_parse(message->topic, &topic))
		link->handler.message(link->handler.context, &topic,
			message->payload ? message->payload : "", (size_t)message->payloadlen);
}

bool link_new(const struct config *config, const struct clock *clock, const struct signing_key *key,
	const struct link_handler *handler, struct link **ret, struct err *err)
{
	struct link *link = calloc(1, sizeof *link);

	if (!link || mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
		free(link);
		return err_set(err, ERR_SYSTEM, "out of memory");
	}
	link->config = config;
	link->clock = clock;
	link->key = key;
	link->handler = *handler;
	topics_init(&link->topics, config->unit);
	*ret = link;
	return true;
}

static void link_close(struct link *link)
{
	if (!link->mosq)
		return;
	(void)mosquitto_disconnect_v5(link->mosq, MQTT_RC_NORMAL_DISCONNECTION, NULL);
	mosquitto_destroy(link->mosq);
	link->mosq = NULL;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	link_close(link);
	(void)mosquitto_lib_cleanup();
	free(link);
}

static bool link_prepare(struct link *link, const struct broker *broker, struct err *err)
{
	auto_buf struct buf token = BUF_INIT(LIMIT_CONNECT_JWT);
	struct mosquitto *mosq;

	if (!token_make(
			link->config->client_id, broker->name, clock_now(link->clock), link->key, &token, err))
		return false;
	link->mosq = mosq = mosquitto_new(link->config->client_id, true, link);
	if (!mosq || mosquitto_int_option(mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5) ||
		mosquitto_int_option(mosq, MOSQ_OPT_RECEIVE_MAXIMUM, LINK_RECEIVE_MAXIMUM) ||
		mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1) ||
		mosquitto_username_pw_set(mosq, link->config->unit, buf_str(&token)))
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (broker->tls && !own_certificate_present(mosq, link->config, clock_now(link->clock), err))
		return false;
	mosquitto_log_callback_set(mosq, on_log);
	mosquitto_connect_v5_callback_set(mosq, on_connect);
	mosquitto_subscribe_v5_callback_set(mosq, on_subscribe);
	mosquitto_disconnect_v5_callback_set(mosq, on_disconnect);
	mosquitto_message_v5_callback_set(mosq, on_message);
	return true;
}

/* What the library returned, in words. */
static void link_fail(struct link *link, const char *what, int rc)
{
	char why[LINK_WHY_SIZE];
	bool has_detail = rc == MOSQ_ERR_TLS && *link->detail;

	(void)snprintf(why, sizeof why, "%s: %s%s%s%s", what,
		rc == MOSQ_ERR_ERRNO && errno ? strerror(errno) : mosquitto_strerror(rc),
		has_detail ? " (" : "", has_detail ? link->detail : "", has_detail ? ")" : "");
	link_lose(link, why);
}

static void link_connect(struct link *link)
{
	const struct broker *broker = link_broker(link);
	struct err err;
	int rc;

	link->state = LINK_CONNECTING;
	link->next_at = clock_monotonic_ms() + LINK_CONNECT_TIMEOUT_MS;
	topics_init(&link->topics, link->config->unit);
	link->detail[0] = '\0';
	if (!link_prepare(link, broker, &err)) {
		link_lose(link, err.text);
		return;
	}
	rc = mosquitto_connect_async(
		link->mosq, broker->host, broker->port, (int)link->config->keepalive_s);
	if (rc != MOSQ_ERR_SUCCESS)
		link_fail(link, "cannot connect", rc);
}

/* After a loss: the next broker, after a while. */
static void link_settle_loss(struct link *link)
{
	const struct broker *broker = link_broker(link);
	int64_t wait = link_backoff_ms(link->failures);

	link_close(link);
	link->failures++;
	link->state = LINK_WAITING;
	link->next_at = clock_monotonic_ms() + wait;
	link->broker = (link->broker + 1) % link->config->broker_count;
	link->lost = false;
	link->handler.down(link->handler.context, broker, link->why, wait);
}

static void link_pause(int64_t ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&pause, NULL);
}

/*
 * Whether there is no connection any more and nothing left to read of it, while TLS is to begin.
 * libmosquitto 2.0 takes that for a handshake that goes on, and its loop would spin.
 */
static bool link_is_refused(const struct link *link)
{
	struct pollfd seen = {.fd = mosquitto_socket(link->mosq)};
	char byte;

	return link->state == LINK_CONNECTING && !link->lost && link_broker(link)->tls &&
		   seen.fd >= 0 && poll(&seen, 1, 0) > 0 && (seen.revents & (POLLERR | POLLHUP)) &&
		   recv(seen.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

/* The library reads little at a time; what else has come is taken in along with it. */
static bool link_has_more(const struct link *link)
{
	struct pollfd seen = {.fd = mosquitto_socket(link->mosq), .events = POLLIN};

	return link->state == LINK_UP && !link->lost && seen.fd >= 0 && poll(&seen, 1, 0) > 0;
}

static void link_run_once(struct link *link, int timeout_ms)
{
	int rc;

	errno = 0;
	rc = mosquitto_loop(link->mosq, timeout_ms, 1);
	if (rc == MOSQ_ERR_ERRNO && errno == EPROTO && link_is_greeting(link))
		link_lose_greeting(link);
	else if (rc != MOSQ_ERR_SUCCESS)
		link_fail(
			link, link->state == LINK_UP ? "connection lost" : LANGUAGE_TEXT("cannot connect"), rc);
	else if (link_is_refused(link))
		link_lose(link, "cannot connect: refused before TLS began");
	else if (link->state == LINK_CONNECTING && clock_monotonic_ms() >= link->next_at)
		link_lose(link, "the broker does not answer");
}

static void link_run(struct link *link, int timeout_ms)
{
	link_run_once(link, timeout_ms);
	for (int i = 1; i < LINK_BURST && link_has_more(link); i++)
		link_run_once(link, 0);
}

void link_step(struct link *link, int timeout_ms)
{
	int64_t left = link->next_at - clock_monotonic_ms();

	if (link->state == LINK_WAITING && left > 0) {
		link_pause(left < timeout_ms ? left : timeout_ms);
		return;
	}
	if (link->state == LINK_WAITING)
		link_connect(link);
	if (!link->lost)
		link_run(link, timeout_ms);
	if (link->lost)
		link_settle_loss(link);
}

bool link_is_up(const struct link *link)
{
	return link->state == LINK_UP && !link->lost;
}

bool link_publish(struct link *link, enum topic_kind kind, const void *payload, size_t len)
{
	char topic[TOPIC_SIZE];

	return link_is_up(link) &&
		   mosquitto_publish_v5(link->mosq, NULL, topic_unit(kind, link->config->unit, topic),
			   (int)len, payload, 1, false, NULL) == MOSQ_ERR_SUCCESS;
}

void link_drop(struct link *link, const char *why)
{
	link_lose(link, why);
	link_settle_loss(link);
}

void link_is_good(struct link *link)
{
	link->failures = 0;
}

void link_resubscribe(struct link *link)
{
	if (link_is_up(link) && !topics_subscribe_refused(&link->topics, link->mosq))
		link_lose(link, "could not subscribe");
}

int link_refused_topics(const struct link *link)
{
	return topics_own_refused(&link->topics);
}

int link_pending_topics(const struct link *link)
{
	return topics_pending(&link->topics);
}
