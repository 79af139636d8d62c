#include "tests/unit/test.h"

#include <stdlib.h>

#include "common/approval.h"
#include "publisher/dispatch/vet.h"
#include "tests/fixture/fixture.h"

static const char rule[] = "{\"v\":1,\"rule\":\"entitled\"}";

struct world {
	struct keyring ring;
	struct signing_key dispatcher;
	struct fixture_body body;
	struct ledger_draft draft;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_secret struct secret *content_key = fixture_content_key();
	struct fingerprint pinned = fingerprint_of(&keyset->root);
	struct ledger_draft *draft = &world->draft;

	fixture_keyset_jws(keyset, "root", &jws);
	keyring_init(&world->ring, &pinned);
	FIXTURE_MUST(keyring_add(&world->ring, jws.data, jws.len, &err));
	world->dispatcher = fixture_key("dispatcher");
	manifest.audience = digest_of(rule, strlen(rule));
	manifest.expires_at = FIXTURE_NOW + 3600;
	manifest.kind = KIND_SUPERSEDE;
	manifest.reference_count = 1;
	world->body = fixture_body(&manifest);
	draft->entry = fixture_entry(&world->body);
	strcpy(draft->channel, manifest.channel);
	strcpy(draft->number, manifest.number);
	draft->not_before = manifest.not_before;
	draft->expires_at = manifest.expires_at;
	draft->audience = (struct pg_bytes){rule, strlen(rule)};
	draft->has_grant = true;
	draft->references[0] = manifest.references[0];
	draft->reference_count = 1;
	FIXTURE_MUST(grant_seal(
		&draft->entry.publication, content_key, &world->dispatcher.public, draft->grant, &err));
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	keyring_release(&world->ring);
	signing_key_release(&world->dispatcher);
	fixture_body_release(&world->body);
	ledger_draft_release(&world->draft);
	free(world);
	return 0;
}

static bool vet(struct world *world, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	return vet_publication(&world->draft, &world->dispatcher, &world->ring, FIXTURE_NOW,
		fixture_part, &world->body, &manifest, err);
}

static void assert_vetted_with(struct world *world, int code)
{
	struct err err = {0};

	if (vet(world, &err))
		fail_msg("it was not refused with %d", code);
	if (err.code != code)
		fail_msg("code %d, not %d: %s", err.code, code, err.text);
}

static void what_two_editors_signed_is_issued(void **state)
{
	struct err err;

	assert_done(vet(*state, &err));
}

static void what_it_takes_back_is_what_the_editors_signed(void **state)
{
	struct world *world = *state;
	struct manifest_reference *references = world->draft.references;

	world->draft.reference_count = 0;
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
	world->draft.reference_count = 1;
	references[0].recalls = true;
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
	references[0].recalls = false;
	references[1].publication = fixture_pub_id("another");
	world->draft.reference_count = 2;
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
}

static void one_editor_is_too_few_for_a_weekly(void **state)
{
	struct world *world = *state;

	free(world->draft.entry.signatures[1]);
	world->draft.entry.signatures[1] = NULL;
	world->draft.entry.signature_count = 1;
	assert_vetted_with(world, REFUSAL_APPROVALS);
}

static void an_editor_counts_once(void **state)
{
	struct world *world = *state;
	struct entry *entry = &world->draft.entry;

	free(entry->signatures[1]);
	entry->signatures[1] = strdup(entry->signatures[0]);
	assert_vetted_with(world, REFUSAL_APPROVALS);
}

static void an_editor_who_is_no_longer_one_does_not_count(void **state)
{
	struct world *world = *state;
	auto_signing_key struct signing_key editor = fixture_key("editor retired");
	auto_buf struct buf jws = BUF_INIT(LIMIT_MANIFEST_JWS);

	FIXTURE_MUST(
		approval_sign(&editor, world->body.manifest.data, world->body.manifest.len, &jws, &err));
	free(world->draft.entry.signatures[1]);
	world->draft.entry.signatures[1] = buf_steal_str(&jws);
	assert_vetted_with(world, REFUSAL_EDITOR_KEY);
}

static void a_changed_part_is_found(void **state)
{
	struct world *world = *state;

	world->body.parts.data[PART_BYTES + 5] ^= 1;
	assert_vetted_with(world, REFUSAL_PART_SEALED);
}

static void another_body_digest_is_found(void **state)
{
	struct world *world = *state;

	world->draft.entry.body.digest.bytes[0] ^= 1;
	assert_vetted_with(world, REFUSAL_BODY_DIGEST);
}

static void another_manifest_digest_is_found(void **state)
{
	struct world *world = *state;

	world->draft.entry.manifest.bytes[0] ^= 1;
	assert_vetted_with(world, REFUSAL_MANIFEST_DIGEST);
}

static void what_the_row_says_must_be_what_was_signed(void **state)
{
	struct world *world = *state;
	struct ledger_draft *draft = &world->draft;

	strcpy(draft->channel, "monthly");
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
	strcpy(draft->channel, "weekly");
	draft->number[0] ^= 1;
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
	draft->number[0] ^= 1;
	draft->expires_at++;
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
}

static void another_audience_is_found(void **state)
{
	struct world *world = *state;
	static const char other[] = "{\"v\":1,\"rule\":\"units\",\"units\":[\"unit-a\"]}";

	world->draft.audience = (struct pg_bytes){other, strlen(other)};
	assert_vetted_with(world, REFUSAL_MANIFEST_ENTRY);
}

static void another_publications_content_key_is_found(void **state)
{
	struct world *world = *state;
	auto_secret struct secret *content_key = fixture_content_key();
	struct pub_id other = fixture_pub_id("other");

	FIXTURE_MUST(
		grant_seal(&other, content_key, &world->dispatcher.public, world->draft.grant, &err));
	assert_vetted_with(world, REFUSAL_GRANT);
	world->draft.has_grant = false;
	assert_vetted_with(world, REFUSAL_GRANT);
}

static void what_is_expired_is_not_issued(void **state)
{
	struct world *world = *state;
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct err err = {0};

	assert_false(vet_publication(&world->draft, &world->dispatcher, &world->ring,
		world->draft.expires_at + 1, fixture_part, &world->body, &manifest, &err));
	assert_int_equal(err.code, REFUSAL_EXPIRED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_two_editors_signed_is_issued),
		TEST(what_it_takes_back_is_what_the_editors_signed),
		TEST(one_editor_is_too_few_for_a_weekly),
		TEST(an_editor_counts_once),
		TEST(an_editor_who_is_no_longer_one_does_not_count),
		TEST(a_changed_part_is_found),
		TEST(another_body_digest_is_found),
		TEST(another_manifest_digest_is_found),
		TEST(what_the_row_says_must_be_what_was_signed),
		TEST(another_audience_is_found),
		TEST(another_publications_content_key_is_found),
		TEST(what_is_expired_is_not_issued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
