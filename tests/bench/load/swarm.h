/*
 * Many clients on one epoll. A load says when it is done and what to do with each frame.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_SWARM_H
#define CERTWIRE_TESTS_BENCH_LOAD_SWARM_H

#include "tests/bench/load/client.h"
#include "tests/bench/load/identity.h"
#include "tests/bench/load/mqtt.h"

struct swarm {
	/* How to connect. */
	int port;
	SSL_CTX *tls; /* NULL: without */
	enum credential credential;
	const char *audience;

	/* Called for each frame, after the swarm itself looked at it, and for each connection that the broker ended. */
	void (*on_frame)(struct swarm *swarm, struct client *client, const struct mqtt_frame *frame);
	void (*on_closed)(struct swarm *swarm, struct client *client); /* NULL: that ends the program */
	void *context;

	int epoll;
	int count;
	struct client *clients; /* owned */
	int open; /* connections under way or there */
	int up; /* CONNACK 0 came */
	int refused; /* another CONNACK, or closed before it */
	int subscribed; /* answers to subscriptions that came */
	int to_subscribe; /* how many are waited for */
};

/* `count` clients, none connected. The caller has filled in the first part. */
void swarm_init(struct swarm *swarm, int count) NONNULL;
void swarm_release(struct swarm *swarm) NONNULL;

/* Begins to connect client `at` as unit `number` (below 0: the dispatcher), and says CONNECT. */
void swarm_open(struct swarm *swarm, int at, int number) NONNULL;

/* Ends it from our side, quietly. */
void swarm_close(struct swarm *swarm, struct client *client) NONNULL;

/* Writes what a client has to say. */
void swarm_flush(struct swarm *swarm, struct client *client) NONNULL;

/* One turn: waits at most `wait_ms` and handles what is there. */
void swarm_turn(struct swarm *swarm, int wait_ms) NONNULL;

/* Turns until `done` says so; gives up after `limit_s`, naming `what`. */
void swarm_until(struct swarm *swarm, bool (*done)(const struct swarm *swarm), int limit_s,
	const char *what) NONNULL;

/* Connects clients `from` up to `to` as units 0 and so on, a few at a time, and waits for them. */
void swarm_connect(struct swarm *swarm, int from, int to) NONNULL;

/* Subscribes them, all who are connected, and waits. */
void swarm_subscribe(struct swarm *swarm, int from, int to, const char *topic) NONNULL;

/* Waits until so many subscriptions were answered altogether. */
void swarm_await_subscriptions(struct swarm *swarm, int count) NONNULL;

#endif
