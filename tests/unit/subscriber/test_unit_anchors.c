#include "tests/unit/test.h"

#include "common/refusal.h"
#include "subscriber/anchors.h"
#include "subscriber/state.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

enum { DAY = 86400 };

struct world {
	char path[64];
	struct db db;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	place_make(world->path);
	FIXTURE_MUST(state_open(world->path, &world->db, &err));
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	db_close(&world->db);
	place_remove(world->path);
	free(world);
	return 0;
}

/* A head of that time whose checkpoint names the record, with a digest that `made` stands for. */
static struct head head_of(int64_t epoch, int64_t sequence, char made, int64_t time)
{
	struct head head = {.time = time,
		.epoch = epoch,
		.has_checkpoint = sequence > 0,
		.checkpoint_sequence = sequence};

	memset(head.checkpoint_digest.bytes, made, sizeof head.checkpoint_digest.bytes);
	return head;
}

static bool take(
	struct world *world, struct head head, bool is_echo, const char *jws, struct err *err)
{
	return anchors_take(&world->db, &head, is_echo, jws, err);
}

static void assert_held(struct world *world, const char *expected)
{
	auto_buf struct buf text = BUF_INIT(ANCHORS_FILE_MAX);
	struct err err;
	int64_t count;

	assert_done(anchors_export(&world->db, &text, &count, &err));
	assert_string_equal(buf_str(&text), expected);
	assert_int_equal(count, strlen(expected) / 2);
}

static void the_first_of_each_day_and_the_newest_stay(void **state)
{
	struct world *world = *state;
	struct err err;

	assert_done(take(world, head_of(1, 1, 'a', 10), true, "a", &err));
	assert_done(take(world, head_of(1, 2, 'b', 20), true, "b", &err));
	assert_held(world, "a\nb\n");
	assert_done(take(world, head_of(1, 3, 'c', 30), false, "c", &err));
	assert_held(world, "a\nc\n");
	assert_done(take(world, head_of(1, 4, 'd', DAY), true, "d", &err));
	assert_done(take(world, head_of(1, 5, 'e', DAY + 1), true, "e", &err));
	assert_done(take(world, head_of(1, 6, 'f', DAY + 2), true, "f", &err));
	assert_held(world, "a\nd\nf\n");
	assert_done(take(world, head_of(1, 6, 'f', DAY + 3), true, "g", &err));
	assert_held(world, "a\nd\nf\n");
}

static void an_audit_that_says_something_else_of_the_same_record_is_505(void **state)
{
	struct world *world = *state;
	struct err err;

	assert_done(take(world, head_of(1, 7, 'a', 10), true, "a", &err));
	assert_code(take(world, head_of(1, 7, 'b', 20), true, "b", &err), REFUSAL_HEAD_CHECKPOINT);
	assert_code(take(world, head_of(1, 7, 'b', 5), false, "b", &err), REFUSAL_HEAD_CHECKPOINT);
	assert_held(world, "a\n");
	assert_done(take(world, head_of(1, 7, 'a', 20), true, "b", &err));
}

static void an_audit_that_went_back_is_505_and_an_old_head_is_not(void **state)
{
	struct world *world = *state;
	struct err err;

	assert_done(take(world, head_of(1, 7, 'a', 10), true, "a", &err));
	assert_done(take(world, head_of(1, 6, 'z', 20), false, "z", &err));
	assert_done(take(world, head_of(1, 6, 'z', 10), true, "z", &err));
	assert_code(take(world, head_of(1, 6, 'z', 11), true, "z", &err), REFUSAL_HEAD_CHECKPOINT);
	assert_code(take(world, head_of(1, 0, 'z', 11), true, "z", &err), REFUSAL_HEAD_CHECKPOINT);
	assert_held(world, "a\n");
}

static void a_new_epoch_begins_anew_and_the_old_anchors_stay(void **state)
{
	struct world *world = *state;
	struct err err;

	assert_done(take(world, head_of(1, 7, 'a', 10), true, "a", &err));
	assert_done(take(world, head_of(2, 5, 'b', 20), true, "b", &err));
	assert_held(world, "a\nb\n");
}

static void a_head_without_a_checkpoint_is_no_anchor(void **state)
{
	struct world *world = *state;
	struct err err;

	assert_done(take(world, head_of(1, 0, 'a', 10), true, "a", &err));
	assert_held(world, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_of_each_day_and_the_newest_stay),
		TEST(an_audit_that_says_something_else_of_the_same_record_is_505),
		TEST(an_audit_that_went_back_is_505_and_an_old_head_is_not),
		TEST(a_new_epoch_begins_anew_and_the_old_anchors_stay),
		TEST(a_head_without_a_checkpoint_is_no_anchor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
