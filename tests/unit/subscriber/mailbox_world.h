/*
 * A state of its own for one test, and a dispatcher that makes, signs and hands in entries.
 */
#ifndef CERTWIRE_TESTS_UNIT_SUBSCRIBER_MAILBOX_WORLD_H
#define CERTWIRE_TESTS_UNIT_SUBSCRIBER_MAILBOX_WORLD_H

#include "tests/unit/test.h"

#include "subscriber/mailbox.h"
#include "subscriber/state.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

struct world {
	char path[64];
	struct db db;
	struct keyring ring;
	struct fixture_body body;
	struct digest last; /* payload digest of the entry made last */
};

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fingerprint pinned = fingerprint_of(&keyset->root);

	place_make(world->path);
	fixture_keyset_jws(keyset, "root", &jws);
	keyring_init(&world->ring, &pinned);
	FIXTURE_MUST(keyring_add(&world->ring, jws.data, jws.len, &err));
	FIXTURE_MUST(state_open(world->path, &world->db, &err));
	FIXTURE_MUST(state_bind(&world->db, FIXTURE_UNIT, FIXTURE_DEVICE, &pinned, &err));
	world->body = fixture_body(&manifest);
	*state = world;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;

	db_close(&world->db);
	keyring_release(&world->ring);
	fixture_body_release(&world->body);
	place_remove(world->path);
	free(world);
	return 0;
}

/* An entry of a publication of its own after the one made last, or a void with that target. */
static inline struct entry make(struct world *world, int64_t number, int64_t target)
{
	struct entry entry = fixture_entry(&world->body);

	entry.number = number;
	entry.publication.bytes[0] = (uint8_t)number;
	entry.previous = world->last;
	if (target) {
		entry_release(&entry);
		entry = (struct entry){.unit = FIXTURE_UNIT,
			.epoch = 1,
			.number = number,
			.kind = KIND_VOID,
			.previous = world->last,
			.keyset = 1,
			.issued_at = FIXTURE_NOW,
			.target = target};
	}
	return entry;
}

static inline void sign(
	struct world *world, const struct entry *entry, const char *by, struct buf *jws)
{
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	buf_clear(jws);
	fixture_entry_jws(entry, by, jws);
	FIXTURE_MUST(entry_format(entry, &payload, &err));
	world->last = digest_of(payload.data, payload.len);
}

static inline bool take(struct world *world, const struct buf *jws, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	enum mailbox_news news;

	return mailbox_accept(
		&world->db, &world->ring, FIXTURE_UNIT, buf_str(jws), FIXTURE_NOW, &entry, &news, err);
}

/* Makes, signs and takes in entry `number`, after the one made last. */
static inline bool accept_entry(
	struct world *world, int64_t number, int64_t target, struct err *err)
{
	auto_entry struct entry entry = make(world, number, target);
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);

	sign(world, &entry, "dispatcher", &jws);
	return take(world, &jws, err);
}

static inline void enter(struct world *world, int64_t number)
{
	struct err err;

	assert_done(accept_entry(world, number, 0, &err));
}

static inline int64_t count(struct world *world, const char *sql)
{
	int64_t n;

	FIXTURE_MUST(db_int(&world->db, &err, 0, &n, sql, ""));
	return n;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
