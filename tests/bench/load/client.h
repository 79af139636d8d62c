/*
 * One client's connection: a non-blocking socket, TLS on it if so wished, what came and what is to go.
 */
#ifndef CERTWIRE_TESTS_BENCH_LOAD_CLIENT_H
#define CERTWIRE_TESTS_BENCH_LOAD_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct client {
	int number; /* its place in the swarm */
	int fd; /* -1: not connected */
	SSL *tls; /* NULL: without */
	bool handshaking;
	bool is_up; /* CONNACK 0 came */
	bool is_subscribed; /* SUBACK came */
	bool wants_out; /* as epoll was told */
	unsigned refused; /* the CONNACK's reason */
	struct buf in;
	struct buf out;
	size_t sent; /* of out */
	uint64_t received; /* publications */
	uint64_t received_bytes;
	uint64_t acked; /* its own publications */
	int64_t closed_ns; /* when the broker closed, CLOCK_MONOTONIC; 0: has not */
	int64_t pinged_ns; /* 0: no ping is under way */
};

void client_init(struct client *client, int number) NONNULL;
void client_release(struct client *client) NONNULL;

/* Begins to connect to 127.0.0.1; `context` NULL: without TLS. */
void client_open(struct client *client, int port, SSL_CTX *context) __attribute__((nonnull(1)));

/* Reads what is there into `in`, at most once the buffer's free room. False: closed. */
bool client_read(struct client *client) NONNULL;

/* Writes what can be written. False: closed. */
bool client_write(struct client *client) NONNULL;

/* Goes on with the handshake. False: closed. */
bool client_shake(struct client *client) NONNULL;

/* Drops the first `size` bytes of `in`, once all frames of a read were looked at. */
void client_consume(struct client *client, size_t size) NONNULL;

void client_close(struct client *client) NONNULL;

int64_t now_ns(void);

#endif
