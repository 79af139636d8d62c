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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_state_belongs_to_one_device_and_one_root),
		TEST(a_newer_state_is_refused_and_a_lock_is_held_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
