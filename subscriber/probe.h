/*
 * One look at one broker, from the name to the token: each step alone, so that the one that breaks can
 * be named. None of them changes anything, but that a token is used up and a session of the same client
 * id is ended by the broker.
 */
#ifndef CERTWIRE_SUBSCRIBER_PROBE_H
#define CERTWIRE_SUBSCRIBER_PROBE_H

#include <netdb.h>
#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "subscriber/config.h"

enum { PROBE_TIMEOUT_MS = 10 * 1000, PROBE_WHY_SIZE = 512 };

/* The addresses of the broker's host; `*ret` is freed with freeaddrinfo. */
bool probe_lookup(
	const struct broker *broker, struct addrinfo **ret, struct err *err) MUST_USE NONNULL;

/* Connects to the first address that answers; the caller closes `*ret_fd`. */
bool probe_tcp(const struct addrinfo *addresses, int *ret_fd, struct err *err) MUST_USE NONNULL;

/*
 * A TLS handshake on a connected socket: chain and host name are checked, and our own certificate is
 * presented, as the daemon's link does. A broker that asks for one that is not configured is refused.
 */
bool probe_tls(int fd, const struct broker *broker, const struct config *config,
	struct err *err) MUST_USE NONNULL;

struct probe_answer {
	bool accepted;
	char why[PROBE_WHY_SIZE]; /* when not */
	int refused_topics; /* of the unit's own: in the lobby some are */
};

/*
 * Connects as the device of `config` (its client_id) with a fresh token, and hears which of its topics
 * it may read. False only when it could not even be tried.
 */
bool probe_token(const struct config *config, const struct broker *broker,
	const struct signing_key *key, struct probe_answer *ret, struct err *err) MUST_USE NONNULL;

#endif
