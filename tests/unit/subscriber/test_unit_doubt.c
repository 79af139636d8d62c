#include "tests/unit/subscriber/mailbox_world.h"

#include "subscriber/wanted.h"

/* A second keyset, by which the second dispatcher's key was stolen. */
static void lose_key(struct world *world)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_signing_key struct signing_key lost = fixture_key("dispatcher 2");

	keyset->version = 2;
	keyset->has_previous = true;
	keyset->previous = keyring_newest(&world->ring)->digest;
	for (size_t i = 0; i < keyset->key_count; i++)
		if (public_key_equal(&keyset->keys[i].public, &lost.public))
			keyset->keys[i].status = KEY_COMPROMISED;
	fixture_keyset_jws(keyset, "root", &jws);
	FIXTURE_MUST(keyring_add(&world->ring, jws.data, jws.len, &err));
}

static void assert_holds(struct world *world, int64_t last, uint32_t above)
{
	struct ranges have;
	struct err err;
	int64_t held;

	assert_done(mailbox_last(&world->db, 1, &held, &err));
	assert_int_equal(held, last);
	assert_done(mailbox_have(&world->db, 1, held, &have, &err));
	assert_int_equal(have.count, above ? 1 : 0);
	if (above)
		assert_int_equal(have.items[0].from, above);
}

static enum mailbox_news take_news(struct world *world, const struct buf *jws)
{
	auto_entry struct entry entry = ENTRY_INIT;
	enum mailbox_news news = MAILBOX_HELD;

	FIXTURE_MUST(mailbox_accept(
		&world->db, &world->ring, FIXTURE_UNIT, buf_str(jws), FIXTURE_NOW, &entry, &news, &err));
	return news;
}

static void what_a_lost_key_has_signed_is_held_again_once_another_signs_it(void **state)
{
	struct world *world = *state;
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry second = ENTRY_INIT;
	int64_t doubted;
	struct err err;

	enter(world, 1);
	second = make(world, 2, 0);
	second.issued_at = FIXTURE_NOW - 7200;
	sign(world, &second, "dispatcher 2", &jws);
	assert_done(take(world, &jws, &err));
	enter(world, 3);
	assert_done(mailbox_doubt_unproven(&world->db, &world->ring, &doubted, &err));
	assert_int_equal(doubted, 0);
	lose_key(world);
	assert_done(mailbox_doubt_unproven(&world->db, &world->ring, &doubted, &err));
	assert_int_equal(doubted, 1);
	assert_holds(world, 1, 3);
	assert_refused(take(world, &jws, &err), ERR_DATA, "not valid");
	assert_int_equal(err.code, REFUSAL_ENTRY_SIGNATURE);
	sign(world, &second, "dispatcher", &jws);
	assert_int_equal(take_news(world, &jws), MAILBOX_SURE);
	assert_holds(world, 3, 0);
	assert_int_equal(take_news(world, &jws), MAILBOX_HELD);
}

static void what_a_thief_made_gives_way_to_what_was_issued(void **state)
{
	struct world *world = *state;
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry forged = ENTRY_INIT;
	auto_entry struct entry issued = ENTRY_INIT;
	struct digest first;
	int64_t doubted;
	struct err err;
	bool found;

	struct wanted wanted;

	enter(world, 1);
	first = world->last;
	forged = make(world, 2, 0);
	forged.issued_at = FIXTURE_NOW - 7200;
	forged.publication.bytes[1] ^= 0xff;
	sign(world, &forged, "dispatcher 2", &jws);
	assert_done(take(world, &jws, &err));
	world->last = first;
	issued = make(world, 2, 0);
	sign(world, &issued, "dispatcher", &jws);
	assert_refused(take(world, &jws, &err), ERR_DATA, "another entry");
	lose_key(world);
	assert_done(mailbox_doubt_unproven(&world->db, &world->ring, &doubted, &err));
	assert_int_equal(doubted, 1);
	assert_int_equal(take_news(world, &jws), MAILBOX_NEW);
	assert_holds(world, 2, 0);
	assert_done(wanted_find(&world->db, &forged.publication, &wanted, &found, &err));
	assert_false(found);
	assert_done(wanted_find(&world->db, &issued.publication, &wanted, &found, &err));
	assert_true(found);
}

static void a_mailbox_in_doubt_is_asked_for_again_and_compared(void **state)
{
	struct world *world = *state;
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry first = ENTRY_INIT;
	struct err err;

	first = make(world, 1, 0);
	sign(world, &first, "dispatcher", &jws);
	assert_done(take(world, &jws, &err));
	assert_done(mailbox_doubt_all(&world->db, &err));
	assert_holds(world, 0, 0);
	assert_int_equal(take_news(world, &jws), MAILBOX_SURE);
	assert_holds(world, 1, 0);
	/* Both are signed by a key that is good: that is no doubt, that is a contradiction. */
	assert_done(mailbox_doubt_all(&world->db, &err));
	first.publication.bytes[1] ^= 0xff;
	sign(world, &first, "dispatcher", &jws);
	assert_refused(take(world, &jws, &err), ERR_DATA, "another entry");
	assert_int_equal(err.code, REFUSAL_ENTRY_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_lost_key_has_signed_is_held_again_once_another_signs_it),
		TEST(what_a_thief_made_gives_way_to_what_was_issued),
		TEST(a_mailbox_in_doubt_is_asked_for_again_and_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
