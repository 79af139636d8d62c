/*
 * Receipts and replies that a plugin said it has taken, until the writer has them: each once, in order, as it
 * was sent.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_PARCELS_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_PARCELS_H

#include <stddef.h>

#include "tests/fuzz/plugins/stub_broker.h"

enum { PARCELS_MAX = 512 };

struct parcels {
	struct {
		char client_id[64];
		size_t size;
	} sent[PARCELS_MAX];
	size_t begin;
	size_t end;
};

/* The payload of every message: `size` bytes. New; NULL when `size` is 0. */
void *parcels_payload(size_t size);

/* Whether there is room here; what the plugins take is bounded by their own options. */
bool parcels_have_room(const struct parcels *parcels);

/* The plugin has taken it. */
void parcels_add(struct parcels *parcels, const struct mosquitto *client, size_t size);

/* The writer takes so many more; what it has is what was sent. */
void parcels_take(struct parcels *parcels, size_t many);

/* The writer has committed all it has. */
void parcels_done(void);

#endif
