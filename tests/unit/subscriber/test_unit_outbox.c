#include "tests/unit/subscriber/mailbox_world.h"

#include "subscriber/outbox.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(receipts_are_numbered_without_gaps_and_hold_at_most_64_items),
		TEST(only_the_watermark_empties_the_outbox),
		TEST(a_watermark_above_ours_moves_numbering_and_owes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
