/*
 * The tokens that were used, until they would be refused for their age anyhow. Bounded, for one
 * client and altogether: when there is no room a token counts as used.
 */
#ifndef CERTWIRE_ENTITLEMENT_REPLAY_H
#define CERTWIRE_ENTITLEMENT_REPLAY_H

#include "common/err.h"
#include "common/macros.h"
#include "common/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REPLAY_BUCKETS = 4096,
	REPLAY_MAX = 65536, /* tokens altogether */
	REPLAY_CLIENT_MAX = 1024, /* tokens of those who share a bucket: about one client */
};

struct replay_entry;

struct replay_bucket {
	struct replay_entry *first;
	size_t count;
};

struct replay {
	struct replay_bucket *buckets; /* owned */
	size_t count;
	size_t swept; /* the bucket that replay_sweep looks at next */
};

bool replay_init(struct replay *replay, struct err *err) MUST_USE NONNULL;
void replay_release(struct replay *replay) NONNULL;

/*
 * True when the client has not used the token `id` before; from now on it has, until `until` (UTC
 * seconds). False also when there is no room to remember it.
 */
bool replay_use(struct replay *replay, const char *client_id, const uint8_t id[TOKEN_ID_BYTES],
	int64_t until, int64_t now) MUST_USE NONNULL;

/* Forgets what is past in the next few buckets: a bounded piece of work, for each tick. */
void replay_sweep(struct replay *replay, int64_t now) NONNULL;

#endif
