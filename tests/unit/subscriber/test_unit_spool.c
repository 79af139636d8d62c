#include "tests/unit/test.h"

#include <sys/stat.h>

#include "common/cleanup.h"
#include "subscriber/spool.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

struct world {
	char path[64];
	struct spool spool;
	uint8_t bytes[PART_BYTES];
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	place_make(world->path);
	FIXTURE_MUST(spool_open(world->path, &world->spool, &err));
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	spool_close(&world->spool);
	place_remove(world->path);
	free(world);
	return 0;
}

static void open_again(struct world *world)
{
	spool_close(&world->spool);
	FIXTURE_MUST(spool_open(world->path, &world->spool, &err));
}

/* The nth publication of this world. */
static struct pub_id pub(uint8_t nth)
{
	struct pub_id id = {.bytes = {nth}};

	return id;
}

static bool put(struct world *world, uint8_t nth, uint32_t index, uint32_t count, bool *ret_new,
	struct err *err)
{
	struct part part = {
		.publication = pub(nth), .index = index, .count = count, .bytes = world->bytes};

	memset(world->bytes, (int)(nth + index), sizeof world->bytes);
	return spool_put(&world->spool, &part, ret_new, err);
}

static void parts_survive_a_restart_and_say_which_are_missing(void **state)
{
	struct world *world = *state;
	struct ranges missing = {.count = 0};
	const struct pub_id id = pub(1);
	uint8_t part[PART_BYTES];
	struct err err;
	bool is_new;

	assert_done(put(world, 1, 2, 5, &is_new, &err));
	assert_true(is_new);
	assert_done(put(world, 1, 4, 5, &is_new, &err));
	assert_done(put(world, 1, 4, 5, &is_new, &err));
	assert_false(is_new);
	open_again(world);
	assert_true(spool_has(&world->spool, &id, 2));
	assert_int_equal(spool_held(&world->spool, &id), 2);
	assert_int_equal(spool_missing(&world->spool, &id, 5, 2, &missing), 2);
	assert_int_equal(missing.count, 1);
	assert_int_equal(missing.items[0].to, 1);
	assert_done(spool_read(&world->spool, &id, 4, part, &err));
	assert_int_equal(part[PART_BYTES - 1], 5);
	for (uint32_t i = 0; i < 4; i++)
		assert_done(put(world, 1, i, 5, &is_new, &err));
	assert_true(spool_complete(&world->spool, &id));
}

static void a_part_dropped_is_missing_alone(void **state)
{
	struct world *world = *state;
	const struct pub_id id = pub(1);
	struct err err;
	bool is_new;

	for (uint32_t i = 0; i < 3; i++)
		assert_done(put(world, 1, i, 3, &is_new, &err));
	assert_done(spool_drop_part(&world->spool, &id, 1, &err));
	open_again(world);
	assert_false(spool_has(&world->spool, &id, 1));
	assert_int_equal(spool_held(&world->spool, &id), 2);
	assert_done(spool_drop(&world->spool, &id, &err));
	open_again(world);
	assert_int_equal(spool_held(&world->spool, &id), 0);
}

static void early_publications_are_four_and_the_oldest_goes(void **state)
{
	struct world *world = *state;
	struct pub_id first = pub(1);
	struct pub_id second = pub(2);
	struct err err;
	bool is_new;

	for (uint8_t i = 1; i <= 4; i++)
		assert_done(put(world, i, 0, 9, &is_new, &err));
	assert_done(spool_want(&world->spool, &first, 9, &err));
	assert_done(put(world, 5, 0, 9, &is_new, &err));
	assert_int_equal(spool_held(&world->spool, &second), 1);
	assert_done(put(world, 6, 0, 9, &is_new, &err));
	assert_int_equal(spool_held(&world->spool, &first), 1);
	assert_int_equal(spool_held(&world->spool, &second), 0);
}

static void early_parts_are_bounded_in_bytes_and_what_is_kept_is_kept(void **state)
{
	struct world *world = *state;
	uint32_t most = LIMIT_EARLY_BYTES / PART_BYTES;
	struct pub_id first = pub(1);
	struct err err;
	bool is_new;

	for (uint32_t i = 0; i < most + 5; i++) {
		assert_done(put(world, 1, i, 1000, &is_new, &err));
		assert_int_equal(is_new, i < most);
	}
	assert_int_equal(spool_held(&world->spool, &first), most);
	assert_done(put(world, 2, 0, 3, &is_new, &err));
	assert_true(is_new);
	assert_int_equal(spool_held(&world->spool, &first), 0);
}

static void parts_of_another_count_than_the_entrys_are_refused(void **state)
{
	struct world *world = *state;
	struct pub_id id = pub(1);
	struct err err;
	bool is_new;

	assert_done(put(world, 1, 0, 7, &is_new, &err));
	assert_done(put(world, 1, 0, 8, &is_new, &err));
	assert_true(is_new);
	assert_done(spool_want(&world->spool, &id, 9, &err));
	assert_int_equal(spool_held(&world->spool, &id), 0);
	assert_code(put(world, 1, 0, 8, &is_new, &err), REFUSAL_PART_MALFORMED);
	assert_done(put(world, 1, 0, 9, &is_new, &err));
}

static void a_part_lost_below_us_is_found_out(void **state)
{
	struct world *world = *state;
	struct pub_id id = pub(1);
	uint8_t part[PART_BYTES];
	char name[PUB_ID_SIZE + 80];
	char hex[PUB_ID_SIZE];
	struct err err;
	bool is_new;

	assert_done(put(world, 1, 3, 5, &is_new, &err));
	(void)snprintf(name, sizeof name, "%s/%s.parts", world->path, pub_id_format(&id, hex));
	assert_int_equal(truncate(name, 4096), 0);
	assert_code(spool_read(&world->spool, &id, 3, part, &err), REFUSAL_PART_SEALED);
}

/* Whether there is a file of the nth publication. */
static bool has_file(const struct world *world, uint8_t nth)
{
	char name[PUB_ID_SIZE + 80];
	char hex[PUB_ID_SIZE];
	struct pub_id id = pub(nth);

	(void)snprintf(name, sizeof name, "%s/%s.parts", world->path, pub_id_format(&id, hex));
	return access(name, F_OK) == 0;
}

static void what_has_a_single_part_gets_a_file_when_it_was_not_stored_at_once(void **state)
{
	struct world *world = *state;
	const struct pub_id stored = pub(1);
	const struct pub_id waits = pub(2);
	const struct pub_id dropped = pub(3);
	uint8_t part[PART_BYTES];
	struct pub_id failed;
	struct err err;
	bool is_new;

	for (uint8_t nth = 1; nth <= 3; nth++) {
		assert_done(put(world, nth, 0, 1, &is_new, &err));
		assert_true(is_new);
		assert_false(has_file(world, nth));
	}
	assert_done(put(world, 2, 0, 1, &is_new, &err));
	assert_false(is_new);
	assert_true(spool_complete(&world->spool, &waits));
	assert_int_equal(spool_bytes(&world->spool), 3 * PART_BYTES);
	assert_done(spool_drop(&world->spool, &stored, &err));
	assert_done(spool_drop_part(&world->spool, &dropped, 0, &err));
	assert_false(spool_has(&world->spool, &dropped, 0));
	assert_done(spool_settle(&world->spool, &failed, &err));
	assert_false(has_file(world, 1));
	assert_true(has_file(world, 2));
	assert_false(has_file(world, 3));
	open_again(world);
	assert_true(spool_complete(&world->spool, &waits));
	assert_done(spool_read(&world->spool, &waits, 0, part, &err));
	assert_int_equal(part[PART_BYTES - 1], 2);
	assert_done(spool_drop(&world->spool, &waits, &err));
	assert_false(has_file(world, 2));
}

static void what_cannot_get_its_file_is_missing_and_the_others_are_written(void **state)
{
	struct world *world = *state;
	char in_the_way[PUB_ID_SIZE + 80];
	char hex[PUB_ID_SIZE];
	struct pub_id id = pub(2);
	struct pub_id failed;
	struct err err;
	bool is_new;

	for (uint8_t nth = 1; nth <= 3; nth++)
		assert_done(put(world, nth, 0, 1, &is_new, &err));
	(void)snprintf(
		in_the_way, sizeof in_the_way, "%s/%s.parts", world->path, pub_id_format(&id, hex));
	assert_int_equal(mkdir(in_the_way, 0700), 0);
	assert_code(spool_settle(&world->spool, &failed, &err), REFUSAL_DISK_WRITE);
	assert_true(pub_id_equal(&failed, &id));
	assert_false(spool_has(&world->spool, &id, 0));
	assert_done(spool_settle(&world->spool, &failed, &err));
	assert_true(has_file(world, 1) && has_file(world, 3));
}

static void memory_holds_only_so_many_parts(void **state)
{
	struct world *world = *state;
	struct err err;
	bool is_new;

	for (uint8_t nth = 1; nth <= SPOOL_MEMORY_PARTS + 1; nth++) {
		const struct pub_id id = pub(nth);

		assert_done(spool_want(&world->spool, &id, 1, &err));
		assert_done(put(world, nth, 0, 1, &is_new, &err));
		assert_int_equal(has_file(world, nth), nth > SPOOL_MEMORY_PARTS);
	}
}

static void files_that_are_none_of_ours_are_removed_or_left(void **state)
{
	struct world *world = *state;
	char torn[PUB_ID_SIZE + 80];
	char other[80];
	char hex[PUB_ID_SIZE];
	struct pub_id id = pub(7);
	struct err err;

	(void)snprintf(torn, sizeof torn, "%s/%s.parts", world->path, pub_id_format(&id, hex));
	(void)snprintf(other, sizeof other, "%s/note.txt", world->path);
	assert_done(file_write_atomic(torn, "x", 1, 0600, &err));
	assert_done(file_write_atomic(other, "x", 1, 0600, &err));
	open_again(world);
	assert_int_equal(world->spool.count, 0);
	assert_int_not_equal(access(torn, F_OK), 0);
	assert_int_equal(access(other, F_OK), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_survive_a_restart_and_say_which_are_missing),
		TEST(a_part_dropped_is_missing_alone),
		TEST(early_publications_are_four_and_the_oldest_goes),
		TEST(early_parts_are_bounded_in_bytes_and_what_is_kept_is_kept),
		TEST(parts_of_another_count_than_the_entrys_are_refused),
		TEST(a_part_lost_below_us_is_found_out),
		TEST(what_has_a_single_part_gets_a_file_when_it_was_not_stored_at_once),
		TEST(what_cannot_get_its_file_is_missing_and_the_others_are_written),
		TEST(memory_holds_only_so_many_parts),
		TEST(files_that_are_none_of_ours_are_removed_or_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
