#include "tests/unit/subscriber/mailbox_world.h"

#include "subscriber/wanted.h"

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

	assert_done(accept_entry(world, 1, 0, &err));
	first = world->last;
	world->last.bytes[0] ^= 1;
	assert_code(accept_entry(world, 2, 0, &err), REFUSAL_ENTRY_CHAIN);
	world->last = first;
	world->last.bytes[0] ^= 1;
	assert_done(accept_entry(world, 3, 0, &err));
	world->last = first;
	assert_code(accept_entry(world, 2, 0, &err), REFUSAL_ENTRY_CHAIN);
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

	assert_done(accept_entry(world, 1, 0, &err));
	world->last = zero;
	assert_done(accept_entry(world, 1, 0, &err));
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

	assert_done(accept_entry(world, 1, 0, &err));
	{
		auto_entry struct entry entry = make(world, 2, 0);

		sign(world, &entry, "dispatcher", &second);
	}
	assert_done(accept_entry(world, 3, 1, &err));
	assert_done(accept_entry(world, 4, 2, &err));
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'ended'"), 1);
	assert_done(take(world, &second, &err));
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'ended'"), 2);
	assert_int_equal(count(world, "SELECT count(*) FROM publication WHERE state = 'wanted'"), 0);
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

static int64_t last(struct world *world, int64_t epoch)
{
	int64_t found;

	FIXTURE_MUST(mailbox_last(&world->db, epoch, &found, &err));
	return found;
}

static void how_far_it_is_held_is_remembered_and_no_further_than_it_is_true(void **state)
{
	struct world *world = *state;
	struct err err;

	for (int64_t i = 1; i <= 6; i++)
		enter(world, i);
	assert_int_equal(count(world, "SELECT held FROM self WHERE held_epoch = 1"), 6);
	assert_done(db_script(&world->db, "UPDATE entry SET doubted = 2 WHERE number IN (3, 5)", &err));
	assert_int_equal(count(world, "SELECT held FROM self WHERE held_epoch = 1"), 2);
	assert_int_equal(last(world, 1), 2);
	assert_done(db_script(&world->db, "UPDATE entry SET doubted = 0 WHERE number = 3", &err));
	assert_int_equal(last(world, 1), 4);
	assert_done(db_script(&world->db, "DELETE FROM entry WHERE number = 2", &err));
	assert_int_equal(last(world, 1), 1);
	assert_done(db_script(&world->db, "DELETE FROM entry WHERE number = 6", &err));
	assert_int_equal(last(world, 1), 1);
	assert_done(mailbox_doubt_all(&world->db, &err));
	assert_int_equal(last(world, 1), 0);
}

static void of_another_epoch_nothing_is_held_before_it_came(void **state)
{
	struct world *world = *state;
	auto_entry struct entry entry = ENTRY_INIT;
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	enter(world, 1);
	enter(world, 2);
	assert_int_equal(last(world, 2), 0);
	world->last = (struct digest){.bytes = {0}};
	entry = make(world, 1, 0);
	entry.epoch = 2;
	sign(world, &entry, "dispatcher", &jws);
	assert_done(take(world, &jws, &err));
	assert_int_equal(last(world, 2), 1);
	assert_int_equal(last(world, 1), 2);
	/* A doubt about the epoch before leaves this one alone. */
	assert_done(db_script(&world->db, "UPDATE entry SET doubted = 1 WHERE epoch = 1", &err));
	assert_int_equal(last(world, 2), 1);
	assert_int_equal(last(world, 1), 0);
}

static void what_is_left_before_its_transaction_ends_is_forgotten_alone(void **state)
{
	struct world *world = *state;
	struct err err;

	{
		auto_tx struct tx outer = TX_INIT;

		assert_done(tx_begin(&outer, &world->db, &err));
		enter(world, 1);
		{
			auto_tx struct tx inner = TX_INIT;

			assert_done(tx_begin(&inner, &world->db, &err));
			enter(world, 2);
		}
		assert_int_equal(last(world, 1), 1);
		assert_done(tx_commit(&outer, &err));
	}
	assert_int_equal(count(world, "SELECT count(*) FROM entry"), 1);
	{
		auto_tx struct tx outer = TX_INIT;

		assert_done(tx_begin(&outer, &world->db, &err));
		assert_done(db_script(&world->db, "DELETE FROM entry", &err));
	}
	assert_int_equal(last(world, 1), 1);
}

static void waits_grow_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(wanted_backoff(1), 30);
	assert_int_equal(wanted_backoff(2), 60);
	assert_int_equal(wanted_backoff(1000000), 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_may_come_in_any_order_and_count_once_the_gap_is_filled),
		TEST(an_entry_off_the_chain_is_206_from_both_sides),
		TEST(what_is_refused_changes_nothing),
		TEST(the_same_entry_is_held_once_and_another_under_its_number_is_207),
		TEST(a_higher_epoch_is_followed_and_a_lower_one_is_205),
		TEST(a_void_ends_its_target_whichever_comes_first),
		TEST(a_new_epoch_ends_what_was_wanted_and_brings_back_what_is_owed),
		TEST(how_far_it_is_held_is_remembered_and_no_further_than_it_is_true),
		TEST(of_another_epoch_nothing_is_held_before_it_came),
		TEST(what_is_left_before_its_transaction_ends_is_forgotten_alone),
		cmocka_unit_test(waits_grow_to_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
