#include "tests/unit/test.h"

#include "subscriber/mailbox.h"
#include "subscriber/outbox.h"
#include "subscriber/state.h"
#include "subscriber/wanted.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

struct world {
	char path[64];
	struct db db;
	struct keyring ring;
	struct fixture_body body;
	struct digest last; /* payload digest of the entry made last */
};

static int set_up(void **state)
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

static int tear_down(void **state)
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
static struct entry make(struct world *world, int64_t number, int64_t target)
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

static void sign(struct world *world, const struct entry *entry, const char *by, struct buf *jws)
{
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	buf_clear(jws);
	fixture_entry_jws(entry, by, jws);
	FIXTURE_MUST(entry_format(entry, &payload, &err));
	world->last = digest_of(payload.data, payload.len);
}

static bool take(struct world *world, const struct buf *jws, struct err *err)
{
	auto_entry struct entry entry = ENTRY_INIT;
	enum mailbox_news news;

	return mailbox_accept(
		&world->db, &world->ring, FIXTURE_UNIT, buf_str(jws), FIXTURE_NOW, &entry, &news, err);
}

/* Makes, signs and takes in entry `number`, after the one made last. */
static bool accept(struct world *world, int64_t number, int64_t target, struct err *err)
{
	auto_entry struct entry entry = make(world, number, target);
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);

	sign(world, &entry, "dispatcher", &jws);
	return take(world, &jws, err);
}

static void enter(struct world *world, int64_t number)
{
	struct err err;

	assert_done(accept(world, number, 0, &err));
}

static int64_t count(struct world *world, const char *sql)
{
	int64_t n;

	FIXTURE_MUST(db_int(&world->db, &err, 0, &n, sql, ""));
	return n;
}

static void entries_may_come_in_any_order_and_count_once_the_gap_is_filled(void **state)
{
	struct world *world = *state;
	struct buf jws[4] = {BUF_INIT(LIMIT_ENTRY_JWS), BUF_INIT(LIMIT_ENTRY_JWS),
		BUF_INIT(LIMIT_ENTRY_JWS), BUF_INIT(LIMIT_ENTRY_JWS)};
	static const size_t order[] = {1, 3, 0, 2};
	static const int64_t last[] = {0, 0, 2, 4};
	struct ranges have;
	struct err err;
	int64_t found;

	for (int64_t i = 0; i < 4; i++) {
		auto_entry struct entry entry = make(world, i + 1, 0);

		sign(world, &entry, "dispatcher", &jws[i]);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_done(take(world, &jws[order[i]], &err));
		assert_done(mailbox_last(&world->db, 1, &found, &err));
		assert_int_equal(found, last[i]);
		assert_done(mailbox_have(&world->db, 1, found, &have, &err));
		assert_int_equal(ranges_size(&have), i + 1 - (size_t)last[i]);
	}
	for (size_t i = 0; i < 4; i++)
		buf_release(&jws[i]);
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'wanted'"), 4);
}

static void an_entry_off_the_chain_is_206_from_both_sides(void **state)
{
	struct world *world = *state;
	struct digest first;
	struct err err;

	assert_done(accept(world, 1, 0, &err));
	first = world->last;
	world->last.bytes[0] ^= 1;
	assert_code(accept(world, 2, 0, &err), REFUSAL_ENTRY_CHAIN);
	world->last = first;
	world->last.bytes[0] ^= 1;
	assert_done(accept(world, 3, 0, &err));
	world->last = first;
	assert_code(accept(world, 2, 0, &err), REFUSAL_ENTRY_CHAIN);
	assert_int_equal(count(world, "SELECT count(*) FROM entry"), 2);
}

static void what_is_refused_changes_nothing(void **state)
{
	struct world *world = *state;
	auto_entry struct entry entry = make(world, 1, 0);
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	sign(world, &entry, "editor 1", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_SIGNATURE);
	sign(world, &entry, "dispatcher compromised", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_SIGNATURE);
	entry.keyset = 2;
	sign(world, &entry, "dispatcher", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_KEYSET);
	entry.keyset = 1;
	(void)strcpy(entry.unit, "unit-b");
	sign(world, &entry, "dispatcher", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_UNIT);
	buf_clear(&jws);
	assert_done(buf_append_str(&jws, "a.b.c", &err));
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_MALFORMED);
	assert_int_equal(count(world, "SELECT count(*) FROM entry"), 0);
	assert_int_equal(count(world, "SELECT count(*) FROM publication"), 0);
}

static void the_same_entry_is_held_once_and_another_under_its_number_is_207(void **state)
{
	struct world *world = *state;
	struct digest zero = world->last;
	struct err err;

	assert_done(accept(world, 1, 0, &err));
	world->last = zero;
	assert_done(accept(world, 1, 0, &err));
	assert_int_equal(count(world, "SELECT count(*) FROM entry"), 1);
	world->last = zero;
	auto_entry struct entry other = make(world, 1, 0);
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);

	other.issued_at++;
	sign(world, &other, "dispatcher", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_CONFLICT);
}

static void a_higher_epoch_is_followed_and_a_lower_one_is_205(void **state)
{
	struct world *world = *state;
	auto_entry struct entry entry = make(world, 1, 0);
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;
	int64_t epoch;

	entry.epoch = 3;
	sign(world, &entry, "dispatcher", &jws);
	assert_done(take(world, &jws, &err));
	assert_done(state_epoch(&world->db, &epoch, &err));
	assert_int_equal(epoch, 3);
	entry.epoch = 2;
	sign(world, &entry, "dispatcher", &jws);
	assert_code(take(world, &jws, &err), REFUSAL_ENTRY_EPOCH);
}

static void a_void_ends_its_target_whichever_comes_first(void **state)
{
	struct world *world = *state;
	auto_buf struct buf second = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	assert_done(accept(world, 1, 0, &err));
	{
		auto_entry struct entry entry = make(world, 2, 0);

		sign(world, &entry, "dispatcher", &second);
	}
	assert_done(accept(world, 3, 1, &err));
	assert_done(accept(world, 4, 2, &err));
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'ended'"), 1);
	assert_done(take(world, &second, &err));
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'ended'"), 2);
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'wanted'"), 0);
}

/* Receipts. */

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

static void a_new_epoch_ends_what_was_wanted_and_brings_back_what_is_owed(void **state)
{
	struct world *world = *state;
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_entry struct entry again = ENTRY_INIT;
	struct wanted wanted;
	struct err err;
	bool found;

	enter(world, 1);
	enter(world, 2);
	assert_done(wanted_end_older(&world->db, 1, &err));
	world->last = (struct digest){.bytes = {0}};
	again = make(world, 1, 0);
	again.publication.bytes[0] = 2;
	again.epoch = 2;
	assert_done(wanted_end_older(&world->db, 2, &err));
	assert_done(wanted_find(&world->db, &again.publication, &wanted, &found, &err));
	assert_false(found);
	sign(world, &again, "dispatcher", &jws);
	assert_done(take(world, &jws, &err));
	assert_done(wanted_find(&world->db, &again.publication, &wanted, &found, &err));
	assert_true(found);
	assert_int_equal(wanted.epoch, 2);
	again.publication.bytes[0] = 1;
	assert_done(wanted_find(&world->db, &again.publication, &wanted, &found, &err));
	assert_false(found);
}

static void owe(struct world *world, int64_t entry, enum receipt_state state)
{
	struct receipt_item item = {.epoch = 1,
		.entry = entry,
		.state = state,
		.code = state == RECEIPT_REFUSED ? 302 : 0,
		.at = FIXTURE_NOW};

	item.publication.bytes[0] = (uint8_t)entry;
	item.publication.bytes[1] = (uint8_t)(entry >> 8);
	FIXTURE_MUST(outbox_owe(&world->db, &item, &err));
}

static int64_t sign_receipt(struct world *world)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	int64_t number;

	FIXTURE_MUST(
		outbox_sign(&world->db, FIXTURE_UNIT, FIXTURE_DEVICE, &key, FIXTURE_NOW, &number, &err));
	return number;
}

static void receipts_are_numbered_without_gaps_and_hold_at_most_64_items(void **state)
{
	struct world *world = *state;

	assert_int_equal(sign_receipt(world), 0);
	for (int64_t i = 1; i <= 65; i++)
		owe(world, i, RECEIPT_STORED);
	assert_int_equal(sign_receipt(world), 1);
	assert_int_equal(sign_receipt(world), 2);
	assert_int_equal(sign_receipt(world), 0);
	owe(world, 1, RECEIPT_STORED);
	assert_int_equal(sign_receipt(world), 0);
	owe(world, 1, RECEIPT_OPENED);
	owe(world, 1, RECEIPT_REFUSED);
	assert_int_equal(sign_receipt(world), 3);
	assert_int_equal(count(world, "SELECT count(*) FROM item WHERE receipt = 1"), 64);
}

struct seen {
	struct public_key key;
	int64_t numbers[8];
	size_t count;
};

static bool see(void *context, int64_t number, const char *jws, bool is_reply)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct seen *seen = context;

	assert_false(is_reply);
	FIXTURE_MUST(receipt_parse(jws, strlen(jws), &receipt, &err));
	FIXTURE_MUST(receipt_verify(&receipt, &seen->key, &err));
	assert_int_equal(receipt.number, number);
	seen->numbers[seen->count++] = number;
	return true;
}

static void only_the_watermark_empties_the_outbox(void **state)
{
	struct world *world = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	struct seen seen = {.key = key.public};
	struct err err;
	bool moved;

	for (int64_t i = 1; i <= 3; i++) {
		owe(world, i, RECEIPT_STORED);
		assert_int_equal(sign_receipt(world), i);
	}
	assert_done(outbox_settle(&world->db, 1, &moved, &err));
	assert_true(moved);
	assert_done(outbox_settle(&world->db, 0, &moved, &err));
	assert_false(moved);
	assert_done(outbox_unsettled(&world->db, 0, see, &seen, &err));
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.numbers[0], 2);
	assert_done(state_raise_epoch(&world->db, 2, &err));
	seen.count = 0;
	assert_done(outbox_unsettled(&world->db, 0, see, &seen, &err));
	assert_int_equal(seen.count, 3);
}

static void a_watermark_above_ours_moves_numbering_and_owes_again(void **state)
{
	struct world *world = *state;
	struct err err;
	bool moved;

	owe(world, 1, RECEIPT_STORED);
	assert_int_equal(sign_receipt(world), 1);
	assert_done(outbox_settle(&world->db, 1, &moved, &err));
	owe(world, 2, RECEIPT_STORED);
	assert_int_equal(sign_receipt(world), 2);
	assert_done(outbox_settle(&world->db, 9, &moved, &err));
	assert_int_equal(sign_receipt(world), 10);
	assert_int_equal(count(world, "SELECT count(*) FROM item WHERE receipt = 10"), 1);
	assert_int_equal(sign_receipt(world), 0);
}

static void a_state_belongs_to_one_device_and_one_root(void **state)
{
	struct world *world = *state;
	struct fingerprint root = world->ring.pinned;
	struct err err;

	assert_done(state_bind(&world->db, FIXTURE_UNIT, FIXTURE_DEVICE, &root, &err));
	assert_refused(state_bind(&world->db, FIXTURE_UNIT, "d2", &root, &err), ERR_DENIED, "belongs");
	root.text[0] ^= 1;
	assert_refused(
		state_bind(&world->db, FIXTURE_UNIT, FIXTURE_DEVICE, &root, &err), ERR_DENIED, "belongs");
}

static void a_newer_state_is_refused_and_a_lock_is_held_once(void **state)
{
	struct world *world = *state;
	struct db again = {.handle = NULL};
	struct err err;
	int first;
	int second;
	bool locked;

	assert_done(state_is_locked(world->path, &locked, &err));
	assert_false(locked);
	assert_done(state_lock(world->path, &first, &err));
	assert_refused(state_lock(world->path, &second, &err), ERR_DENIED, "another certwire-unit");
	assert_done(state_is_locked(world->path, &locked, &err));
	assert_true(locked);
	(void)close(first);
	assert_done(db_script(&world->db, "PRAGMA user_version = 99", &err));
	assert_refused(state_open(world->path, &again, &err), ERR_DENIED, "newer program");
}

static void waits_grow_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(wanted_backoff(1), 30);
	assert_int_equal(wanted_backoff(2), 60);
	assert_int_equal(wanted_backoff(1000000), 3600);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_may_come_in_any_order_and_count_once_the_gap_is_filled),
		TEST(an_entry_off_the_chain_is_206_from_both_sides),
		TEST(what_is_refused_changes_nothing),
		TEST(the_same_entry_is_held_once_and_another_under_its_number_is_207),
		TEST(a_higher_epoch_is_followed_and_a_lower_one_is_205),
		TEST(a_void_ends_its_target_whichever_comes_first),
		TEST(receipts_are_numbered_without_gaps_and_hold_at_most_64_items),
		TEST(only_the_watermark_empties_the_outbox),
		TEST(a_watermark_above_ours_moves_numbering_and_owes_again),
		TEST(a_state_belongs_to_one_device_and_one_root),
		TEST(a_newer_state_is_refused_and_a_lock_is_held_once),
		TEST(what_a_lost_key_has_signed_is_held_again_once_another_signs_it),
		TEST(what_a_thief_made_gives_way_to_what_was_issued),
		TEST(a_mailbox_in_doubt_is_asked_for_again_and_compared),
		TEST(a_new_epoch_ends_what_was_wanted_and_brings_back_what_is_owed),
		cmocka_unit_test(waits_grow_to_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
