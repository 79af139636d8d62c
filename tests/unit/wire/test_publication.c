#include "tests/unit/test.h"

#include "common/approval.h"
#include "common/publication.h"
#include "tests/fixture/fixture.h"

/* Everything that one delivery needs. */
struct world {
	struct keyring ring;
	struct fixture_body body;
	struct entry entry;
	struct secret *content_key;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fingerprint pinned = fingerprint_of(&keyset->root);

	fixture_keyset_jws(keyset, "root", &jws);
	keyring_init(&world->ring, &pinned);
	FIXTURE_MUST(keyring_add(&world->ring, jws.data, jws.len, &err));
	world->body = fixture_body(&manifest);
	world->entry = fixture_entry(&world->body);
	world->content_key = fixture_content_key();
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	keyring_release(&world->ring);
	fixture_body_release(&world->body);
	entry_release(&world->entry);
	secret_free(world->content_key);
	free(world);
	return 0;
}

static bool judge(struct world *world, int64_t now, int64_t max_bytes, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	return publication_judge(&world->entry, world->body.manifest.data, world->body.manifest.len,
		&world->ring, now, max_bytes, &manifest, err);
}

static void a_sound_publication_is_accepted(void **state)
{
	struct err err;

	assert_done(judge(*state, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err));
}

static void the_entry_names_the_manifest(void **state)
{
	struct world *world = *state;
	struct err err;

	world->entry.manifest.bytes[0] ^= 1;
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 306);
}

static void manifest_and_entry_must_agree(void **state)
{
	struct world *world = *state;
	struct err err;

	world->entry.kind = KIND_PUBLISH;
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 307);
	world->entry.kind = KIND_SUPERSEDE;
	world->entry.body.parts++;
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 307);
	world->entry.body.parts--;
	world->entry.publication.bytes[3] ^= 1;
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 307);
}

static void too_much_for_this_client_is_refused(void **state)
{
	struct err err;

	assert_done(judge(*state, FIXTURE_NOW, 40003, &err));
	assert_code(judge(*state, FIXTURE_NOW, 40002, &err), 310);
}

static void replace_signature(struct world *world, size_t nth, const char *editor)
{
	auto_signing_key struct signing_key key = fixture_key(editor);
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);
	struct err err;

	assert_done(
		approval_sign(&key, world->body.manifest.data, world->body.manifest.len, &text, &err));
	free(world->entry.signatures[nth]);
	world->entry.signatures[nth] = buf_steal_str(&text);
}

static void the_channel_demands_different_editors(void **state)
{
	static const char *const same_person[] = {"editor 1", "editor 1 new"};
	struct world *world = *state;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(same_person); i++) {
		replace_signature(world, 1, same_person[i]);
		assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 211);
	}
}

static void only_editors_valid_at_issue_count(void **state)
{
	static const char *const bad[] = {
		"editor retired", "editor compromised", "registrar", "dispatcher", "root", "stranger"};
	struct world *world = *state;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		replace_signature(world, 1, bad[i]);
		assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 213);
	}
	replace_signature(world, 1, "editor retired");
	world->entry.issued_at = FIXTURE_NOW - 3601;
	assert_done(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err));
}

static void a_signature_over_something_else_is_wrong(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("editor 2");
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);
	struct world *world = *state;
	struct err err;

	assert_done(jws_sign_detached(&jws_manifest, &key, "{}", 2, &text, &err));
	free(world->entry.signatures[0]);
	world->entry.signatures[0] = buf_steal_str(&text);
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 212);
}

static void a_keyset_not_held_says_nothing_of_approvals(void **state)
{
	struct world *world = *state;
	struct err err;

	world->entry.keyset = 2;
	assert_code(judge(world, FIXTURE_NOW, LIMIT_PUBLICATION_BYTES, &err), 208);
}

static void what_expired_is_refused_on_arrival_alone(void **state)
{
	int64_t end = FIXTURE_NOW + FIXTURE_YEAR;
	struct err err;

	assert_done(judge(*state, end, LIMIT_PUBLICATION_BYTES, &err));
	assert_code(judge(*state, end + 1, LIMIT_PUBLICATION_BYTES, &err), 311);
	assert_done(judge(*state, TIME_NONE, LIMIT_PUBLICATION_BYTES, &err));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sound_publication_is_accepted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_entry_names_the_manifest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(manifest_and_entry_must_agree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_much_for_this_client_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_channel_demands_different_editors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_editors_valid_at_issue_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_signature_over_something_else_is_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_keyset_not_held_says_nothing_of_approvals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_expired_is_refused_on_arrival_alone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
