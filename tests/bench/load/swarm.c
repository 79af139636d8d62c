#include "tests/bench/load/swarm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/load/must.h"

/* Fewer than the broker's listen backlog. */
enum { AT_ONCE = 64, EVENTS = 256, CONNECT_LIMIT_S = 300 };

void swarm_init(struct swarm *swarm, int count)
{
	swarm->count = count;
	swarm->clients = calloc((size_t)count, sizeof(*swarm->clients));
	swarm->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!swarm->clients || swarm->epoll < 0)
		give_up("no memory for %d clients", count);
	for (int i = 0; i < count; i++)
		client_init(&swarm->clients[i], i);
}

void swarm_release(struct swarm *swarm)
{
	for (int i = 0; i < swarm->count; i++)
		client_release(&swarm->clients[i]);
	free(swarm->clients);
	close(swarm->epoll);
}

static void watch(struct swarm *swarm, struct client *client, int op)
{
	struct epoll_event event = {
		.events = EPOLLIN | (client->wants_out ? EPOLLOUT : 0), .data.ptr = client};

	if (epoll_ctl(swarm->epoll, op, client->fd, &event) != 0)
		give_up("epoll: %s", strerror(errno));
}

void swarm_open(struct swarm *swarm, int at, int number)
{
	struct client *client = &swarm->clients[at];
	auto_buf struct buf password = BUF_INIT(4096);
	struct identity who;

	identity_of(number, &who);
	identity_password(&who, swarm->credential, swarm->audience, &password);
	mqtt_connect(&client->out, who.client_id,
		swarm->credential == CREDENTIAL_NONE ? NULL : who.unit, buf_str(&password));
	client_open(client, swarm->port, swarm->tls);
	client->wants_out = true;
	watch(swarm, client, EPOLL_CTL_ADD);
	swarm->open++;
}

void swarm_close(struct swarm *swarm, struct client *client)
{
	if (client->fd < 0)
		return;
	client_close(client);
	swarm->open--;
}

static void lost(struct swarm *swarm, struct client *client)
{
	client->closed_ns = now_ns();
	swarm_close(swarm, client);
	if (!client->is_up && !client->refused) {
		client->refused = 0x80;
		swarm->refused++;
	}
	if (!swarm->on_closed)
		give_up("the broker ended the connection of client %d (CONNACK %#x)", client->number,
			client->refused);
	swarm->on_closed(swarm, client);
}

static void take(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame)
{
	unsigned reason = mqtt_reason(frame);

	switch (frame->type) {
	case MQTT_CONNACK:
		client->refused = reason;
		client->is_up = reason == 0;
		*(reason ? &swarm->refused : &swarm->up) += 1;
		break;
	case MQTT_SUBACK:
		if (reason >= 0x80)
			give_up("client %d may not subscribe (%#x)", client->number, reason);
		client->is_subscribed = true;
		swarm->subscribed++;
		break;
	case MQTT_PUBLISH:
		client->received++;
		client->received_bytes += frame->len;
		if (mqtt_id(frame))
			mqtt_puback(&client->out, mqtt_id(frame));
		break;
	case MQTT_PUBACK:
		/* 0x10: nobody had subscribed. */
		if (reason >= 0x80)
			give_up("client %d may not publish (%#x)", client->number, reason);
		client->acked++;
		break;
	default:
		break;
	}
	if (swarm->on_frame)
		swarm->on_frame(swarm, client, frame);
}

void swarm_flush(struct swarm *swarm, struct client *client)
{
	bool wants;

	if (client->fd < 0)
		return;
	if (!client->handshaking && !client_write(client)) {
		lost(swarm, client);
		return;
	}
	wants = client->handshaking || client->out.len > 0;
	if (wants != client->wants_out) {
		client->wants_out = wants;
		watch(swarm, client, EPOLL_CTL_MOD);
	}
}

static void hear(struct swarm *swarm, struct client *client)
{
	struct mqtt_frame frame;
	size_t used = 0;
	bool there = client_read(client);
	int found = 0;

	while (client->fd >= 0 &&
		   (found = mqtt_next(client->in.data + used, client->in.len - used, &frame)) > 0) {
		used += frame.size;
		take(swarm, client, &frame);
	}
	if (found < 0)
		give_up("client %d got what is not MQTT", client->number);
	client_consume(client, used);
	if (!there && client->fd >= 0)
		lost(swarm, client);
}

static void handle(struct swarm *swarm, struct client *client)
{
	if (client->handshaking && !client_shake(client)) {
		lost(swarm, client);
		return;
	}
	if (!client->handshaking && client->fd >= 0)
		hear(swarm, client);
	swarm_flush(swarm, client);
}

void swarm_turn(struct swarm *swarm, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(swarm->epoll, events, EVENTS, wait_ms);

	for (int i = 0; i < count; i++) {
		struct client *client = events[i].data.ptr;

		if (client->fd >= 0)
			handle(swarm, client);
	}
}

void swarm_until(
	struct swarm *swarm, bool (*done)(const struct swarm *swarm), int limit_s, const char *what)
{
	int64_t limit = now_ns() + limit_s * INT64_C(1000000000);

	while (!done(swarm)) {
		if (now_ns() > limit)
			give_up("waited %d s for %s: %d connected, %d refused", limit_s, what, swarm->up,
				swarm->refused);
		swarm_turn(swarm, 100);
	}
}

void swarm_connect(struct swarm *swarm, int from, int to)
{
	int64_t limit = now_ns() + CONNECT_LIMIT_S * INT64_C(1000000000);
	int next = from, before = swarm->up;

	while (swarm->up - before < to - from) {
		while (next < to && next - from - (swarm->up - before) < AT_ONCE) {
			swarm_open(swarm, next, next - from);
			next++;
		}
		swarm_turn(swarm, 100);
		if (swarm->refused || now_ns() > limit)
			give_up("%d of %d connected, %d refused", swarm->up, to - from, swarm->refused);
	}
}

static bool all_subscribed(const struct swarm *swarm)
{
	return swarm->subscribed >= swarm->to_subscribe;
}

void swarm_await_subscriptions(struct swarm *swarm, int count)
{
	swarm->to_subscribe = count;
	swarm_until(swarm, all_subscribed, CONNECT_LIMIT_S, "the subscriptions");
}

void swarm_subscribe(struct swarm *swarm, int from, int to, const char *topic)
{
	for (int i = from; i < to; i++) {
		mqtt_subscribe(&swarm->clients[i].out, 1, topic);
		swarm_flush(swarm, &swarm->clients[i]);
	}
	swarm_await_subscriptions(swarm, to - from);
}
