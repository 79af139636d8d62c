/*
 * The syncs of this connection that wait for their echo: which nonces count, and which incidents each
 * one told.
 */
#ifndef CERTWIRE_SUBSCRIBER_ASKED_H
#define CERTWIRE_SUBSCRIBER_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/macros.h"
#include "common/sync.h"

enum { ASKED_MAX = 16 };

struct asked {
	struct {
		bool waits;
		uint8_t nonce[SYNC_NONCE_BYTES];
		struct sync_incident incidents[LIMIT_SYNC_INCIDENTS];
		size_t incident_count;
	} items[ASKED_MAX];
	size_t next;
};

/* A new connection: no earlier nonce counts any more. */
void asked_clear(struct asked *asked) NONNULL;

/* A sync was sent; the oldest of more than ASKED_MAX is forgotten. */
void asked_add(struct asked *asked, const struct sync *sync) NONNULL;

/*
 * True when the nonce is one that waits; it and what was asked before it do so no longer. The
 * incidents that the sync told are copied out, and whether it was the last one sent.
 */
bool asked_answered(struct asked *asked, const uint8_t nonce[static SYNC_NONCE_BYTES],
	struct sync_incident ret[static LIMIT_SYNC_INCIDENTS], size_t *ret_count,
	bool *ret_last) MUST_USE NONNULL;

#endif
