#include "tests/unit/subscriber/received_world.h"

static bool judge(struct world *world, uint32_t *ret_bad_part, struct err *err)
{
	auto_opened struct opened opened = OPENED_INIT;

	return verdict_judge(&world->input, &opened, ret_bad_part, err);
}

static void a_sound_publication_is_judged_good(void **state)
{
	uint32_t bad_part;
	struct err err;

	assert_done(judge(*state, &bad_part, &err));
	assert_true(bad_part == VERDICT_NO_PART);
}

static void a_grant_to_another_key_or_publication_is_210(void **state)
{
	struct world *world = *state;
	auto_signing_key struct signing_key other = fixture_key("editor 1");
	uint32_t bad_part;
	struct err err;

	seal(world, &other.public);
	assert_code(judge(world, &bad_part, &err), REFUSAL_GRANT);
	seal(world, &world->device.public);
	world->entry.publication.bytes[0] ^= 1;
	assert_code(judge(world, &bad_part, &err), REFUSAL_GRANT);
}

static void the_part_that_does_not_open_is_named(void **state)
{
	struct world *world = *state;
	uint32_t bad_part;
	struct err err;

	world->body.parts.data[PART_BYTES + 7] ^= 1;
	assert_code(judge(world, &bad_part, &err), REFUSAL_PART_SEALED);
	assert_int_equal(bad_part, 1);
	world->body.parts.data[0] ^= 1;
	assert_code(judge(world, &bad_part, &err), REFUSAL_PART_SEALED);
	assert_int_equal(bad_part, 0);
}

static void another_body_manifest_or_signature_is_refused(void **state)
{
	struct world *world = *state;
	uint32_t bad_part;
	struct err err;

	world->entry.body.digest.bytes[0] ^= 1;
	assert_code(judge(world, &bad_part, &err), REFUSAL_BODY_DIGEST);
	world->entry.body.digest.bytes[0] ^= 1;
	world->entry.manifest.bytes[0] ^= 1;
	assert_code(judge(world, &bad_part, &err), REFUSAL_MANIFEST_DIGEST);
	world->entry.manifest.bytes[0] ^= 1;
	world->entry.kind = KIND_PUBLISH;
	assert_code(judge(world, &bad_part, &err), REFUSAL_MANIFEST_ENTRY);
	world->entry.kind = KIND_SUPERSEDE;
	world->entry.keyset = 7;
	assert_code(judge(world, &bad_part, &err), REFUSAL_ENTRY_KEYSET);
	world->entry.keyset = 1;
	world->input.max_bytes = 10;
	assert_code(judge(world, &bad_part, &err), REFUSAL_LIMIT);
}

static void a_stream_that_ends_wrongly_is_304(void **state)
{
	struct world *world = *state;
	uint32_t bad_part;
	struct err err;

	fixture_body_release(&world->body);
	world->body = fixture_body_of("", 0, 2, 0);
	world->entry.body = world->body.body;
	assert_code(judge(world, &bad_part, &err), REFUSAL_BODY_END);
	assert_true(bad_part == VERDICT_NO_PART);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sound_publication_is_judged_good),
		TEST(a_grant_to_another_key_or_publication_is_210),
		TEST(the_part_that_does_not_open_is_named),
		TEST(another_body_manifest_or_signature_is_refused),
		TEST(a_stream_that_ends_wrongly_is_304),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
