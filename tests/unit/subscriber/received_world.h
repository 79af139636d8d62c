/*
 * A sound publication with its body, entry, grant and keysets, and an inbox that it can be put into: what verdict and store
 * work on. A test spoils what it is about.
 */
#ifndef CERTWIRE_TESTS_UNIT_SUBSCRIBER_RECEIVED_WORLD_H
#define CERTWIRE_TESTS_UNIT_SUBSCRIBER_RECEIVED_WORLD_H

#include "tests/unit/test.h"

#include "common/approval.h"
#include "common/cleanup.h"
#include "subscriber/verdict.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

struct world {
	char inbox[64];
	struct keyring ring;
	struct buf keysets;
	struct buf entry_jws;
	struct fixture_body body;
	struct entry entry;
	struct signing_key device;
	uint8_t sealed[GRANT_BYTES];
	struct secret *content_key;
	struct verdict_input input;
	uint8_t first; /* byte of the publication's id */
};

static inline void seal(struct world *world, const struct public_key *to)
{
	auto_secret struct secret *key = fixture_content_key();

	FIXTURE_MUST(grant_seal(&world->entry.publication, key, to, world->sealed, &err));
}

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fingerprint pinned = fingerprint_of(&keyset->root);

	place_make(world->inbox);
	buf_init(&world->keysets, LIMIT_KEYSET_JWS + 1);
	buf_init(&world->entry_jws, LIMIT_ENTRY_JWS);
	fixture_keyset_jws(keyset, "root", &world->keysets);
	keyring_init(&world->ring, &pinned);
	FIXTURE_MUST(keyring_add(&world->ring, world->keysets.data, world->keysets.len, &err));
	FIXTURE_MUST(buf_append_str(&world->keysets, "\n", &err));
	world->body = fixture_body(&manifest);
	world->entry = fixture_entry(&world->body);
	fixture_entry_jws(&world->entry, "dispatcher", &world->entry_jws);
	world->device = fixture_key("device");
	seal(world, &world->device.public);
	world->content_key = secret_new(GRANT_PLAIN_BYTES, &(struct err){.code = 0});
	assert_non_null(world->content_key);
	world->input = (struct verdict_input){
		.entry = &world->entry,
		.sealed = world->sealed,
		.device = &world->device,
		.content_key = world->content_key,
		.source = fixture_part,
		.source_context = &world->body,
		.ring = &world->ring,
		.now = FIXTURE_NOW,
		.max_bytes = LIMIT_PUBLICATION_BYTES,
	};
	world->first = world->entry.publication.bytes[0];
	*state = world;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;

	keyring_release(&world->ring);
	buf_release(&world->keysets);
	buf_release(&world->entry_jws);
	fixture_body_release(&world->body);
	entry_release(&world->entry);
	signing_key_release(&world->device);
	secret_free(world->content_key);
	place_remove(world->inbox);
	free(world);
	return 0;
}

#endif
