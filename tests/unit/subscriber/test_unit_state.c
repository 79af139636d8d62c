#include "tests/unit/subscriber/mailbox_world.h"

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

/* What the version before had instead of self.held: back to that, with what this program has written. */
static void become_former(struct world *world)
{
	struct err err;

	assert_done(db_script(&world->db,
		"DROP TRIGGER entry_doubted; DROP TRIGGER entry_gone; ALTER TABLE self DROP COLUMN held;"
		"ALTER TABLE self DROP COLUMN held_epoch;"
		"CREATE INDEX entry_held ON entry (epoch, number) WHERE doubted = 0;"
		"PRAGMA user_version = 12",
		&err));
}

static void a_state_of_the_former_version_knows_how_far_its_mailbox_is_held(void **state)
{
	struct world *world = *state;
	struct err err;

	for (int64_t i = 1; i <= 5; i++)
		enter(world, i);
	assert_done(db_script(&world->db, "UPDATE entry SET doubted = 1 WHERE number = 4", &err));
	become_former(world);
	db_close(&world->db);
	assert_done(state_open(world->path, &world->db, &err));
	assert_int_equal(count(world, "SELECT held FROM self WHERE held_epoch = 1"), 3);
	assert_done(db_script(&world->db, "UPDATE entry SET doubted = 1 WHERE number = 2", &err));
	assert_int_equal(count(world, "SELECT held FROM self"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_state_belongs_to_one_device_and_one_root),
		TEST(a_state_of_the_former_version_knows_how_far_its_mailbox_is_held),
		TEST(a_newer_state_is_refused_and_a_lock_is_held_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
