#include "tests/unit/test.h"

#include <sys/stat.h>

#include "common/approval.h"
#include "common/cleanup.h"
#include "subscriber/folder.h"
#include "subscriber/store.h"
#include "subscriber/verdict.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/subscriber/place.h"

struct world {
	char inbox[64];
	struct keyring ring;
	struct buf keysets;
	struct buf entry_jws;
	struct fixture_body body;
	struct entry entry;
	struct signing_key device;
	uint8_t sealed[GRANT_BYTES];
	struct secret *content_key;
	struct verdict_input input;
	uint8_t first; /* byte of the publication's id */
};

static void seal(struct world *world, const struct public_key *to)
{
	auto_secret struct secret *key = fixture_content_key();

	FIXTURE_MUST(grant_seal(&world->entry.publication, key, to, world->sealed, &err));
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fingerprint pinned = fingerprint_of(&keyset->root);

	place_make(world->inbox);
	buf_init(&world->keysets, LIMIT_KEYSET_JWS + 1);
	buf_init(&world->entry_jws, LIMIT_ENTRY_JWS);
	fixture_keyset_jws(keyset, "root", &world->keysets);
	keyring_init(&world->ring, &pinned);
	FIXTURE_MUST(keyring_add(&world->ring, world->keysets.data, world->keysets.len, &err));
	FIXTURE_MUST(buf_append_str(&world->keysets, "\n", &err));
	world->body = fixture_body(&manifest);
	world->entry = fixture_entry(&world->body);
	fixture_entry_jws(&world->entry, "dispatcher", &world->entry_jws);
	world->device = fixture_key("device");
	seal(world, &world->device.public);
	world->content_key = secret_new(GRANT_PLAIN_BYTES, &(struct err){.code = 0});
	assert_non_null(world->content_key);
	world->input = (struct verdict_input){
		.entry = &world->entry,
		.sealed = world->sealed,
		.device = &world->device,
		.content_key = world->content_key,
		.source = fixture_part,
		.source_context = &world->body,
		.ring = &world->ring,
		.now = FIXTURE_NOW,
		.max_bytes = LIMIT_PUBLICATION_BYTES,
	};
	world->first = world->entry.publication.bytes[0];
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	keyring_release(&world->ring);
	buf_release(&world->keysets);
	buf_release(&world->entry_jws);
	fixture_body_release(&world->body);
	entry_release(&world->entry);
	signing_key_release(&world->device);
	secret_free(world->content_key);
	place_remove(world->inbox);
	free(world);
	return 0;
}

static bool judge(struct world *world, uint32_t *ret_bad_part, struct err *err)
{
	auto_opened struct opened opened = OPENED_INIT;

	return verdict_judge(&world->input, &opened, ret_bad_part, err);
}

static bool store(struct world *world, enum store_outcome *ret, char *folder, struct err *err)
{
	auto_opened struct opened opened = OPENED_INIT;
	auto_store_staged struct store_staged staged = STORE_STAGED_INIT;
	struct store_work work = {&world->input, &opened, &world->entry_jws, &world->keysets};
	uint32_t bad_part;

	if (!verdict_judge(&world->input, &opened, &bad_part, err) ||
		!store_write(world->inbox, &work, &staged, &bad_part, err))
		return false;
	store_finish(&staged, 1);
	if (staged.failed) {
		*err = staged.why;
		return false;
	}
	memcpy(folder, staged.folder, sizeof staged.folder);
	*ret = staged.outcome;
	return true;
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

static void what_is_stored_is_the_files_read_only_with_their_proof(void **state)
{
	struct world *world = *state;
	auto_folder struct folder folder = {.signers = ""};
	char name[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	auto_fd int inbox = -1;
	auto_fd int dir = -1;
	struct stat st;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	assert_int_equal(outcome, STORE_WRITTEN);
	assert_done(file_open_dir(world->inbox, &inbox, &err));
	assert_done(file_open_dir_at(inbox, name, &dir, &err));
	assert_done(folder_load(dir, &world->ring.pinned, &folder, &err));
	for (size_t i = 0; i < folder.manifest.file_count; i++) {
		assert_int_equal(fstatat(dir, folder.manifest.files[i].name, &st, 0), 0);
		assert_int_equal(st.st_mode & 0777, 0440);
		assert_int_equal(st.st_size, fixture_file_sizes[i]);
	}
	assert_done(store(world, &outcome, name, &err));
	assert_int_equal(outcome, STORE_ADOPTED);
}

/* Opens the stored folder, and lets `spoil` change something there. */
static void check_spoilt(
	struct world *world, void (*spoil)(int dir, const struct manifest *manifest))
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_folder struct folder folder = {.signers = ""};
	char name[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	auto_fd int inbox = -1;
	auto_fd int dir = -1;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	assert_done(file_open_dir(world->inbox, &inbox, &err));
	assert_done(file_open_dir_at(inbox, name, &dir, &err));
	spoil(dir, &manifest);
	assert_false(folder_load(dir, &world->ring.pinned, &folder, &err));
	assert_done(store(world, &outcome, name, &err));
	assert_int_equal(outcome, STORE_REPLACED);
	assert_done(store(world, &outcome, name, &err));
	assert_int_equal(outcome, STORE_ADOPTED);
}

static void spoil_file(int dir, const struct manifest *manifest)
{
	FIXTURE_MUST(file_write_atomic_at(dir, manifest->files[1].name, "abd", 3, 0440, &err));
}

static void spoil_by_stranger(int dir, const struct manifest *manifest)
{
	(void)manifest;
	FIXTURE_MUST(file_write_atomic_at(dir, "readme.exe", "x", 1, 0440, &err));
}

static void spoil_by_link(int dir, const struct manifest *manifest)
{
	assert_int_equal(unlinkat(dir, manifest->files[0].name, 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, manifest->files[0].name), 0);
}

static void spoil_entry(int dir, const struct manifest *manifest)
{
	(void)manifest;
	FIXTURE_MUST(file_write_atomic_at(dir, FOLDER_PROOF "/" FOLDER_ENTRY, "a.b.c", 5, 0440, &err));
}

static void spoil_keysets(int dir, const struct manifest *manifest)
{
	(void)manifest;
	FIXTURE_MUST(file_write_atomic_at(dir, FOLDER_PROOF "/" FOLDER_KEYSETS, "", 0, 0440, &err));
}

static void spoil_manifest(int dir, const struct manifest *manifest)
{
	(void)manifest;
	FIXTURE_MUST(file_write_atomic_at(dir, FOLDER_PROOF "/" FOLDER_MANIFEST, "{}", 2, 0440, &err));
}

static void spoil_proof(int dir, const struct manifest *manifest)
{
	(void)manifest;
	FIXTURE_MUST(file_remove_tree_at(dir, FOLDER_PROOF, &err));
}

static void whatever_is_changed_is_found_and_put_right(void **state)
{
	check_spoilt(*state, spoil_file);
	check_spoilt(*state, spoil_by_stranger);
	check_spoilt(*state, spoil_by_link);
	check_spoilt(*state, spoil_entry);
	check_spoilt(*state, spoil_keysets);
	check_spoilt(*state, spoil_manifest);
	check_spoilt(*state, spoil_proof);
}

static void another_root_than_the_pinned_one_proves_nothing(void **state)
{
	struct world *world = *state;
	auto_folder struct folder folder = {.signers = ""};
	struct fingerprint other = fingerprint_of(&world->device.public);
	char name[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	auto_fd int inbox = -1;
	auto_fd int dir = -1;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	assert_done(file_open_dir(world->inbox, &inbox, &err));
	assert_done(file_open_dir_at(inbox, name, &dir, &err));
	assert_code(folder_load(dir, &other, &folder, &err), REFUSAL_KEYSET_SIGNATURE);
}

static void what_could_not_be_written_leaves_nothing(void **state)
{
	struct world *world = *state;
	char name[STORE_FOLDER_SIZE];
	char path[160];
	enum store_outcome outcome;
	struct stat st;
	struct err err;

	/* A file where the channel's folder would be. */
	(void)snprintf(path, sizeof path, "%s/weekly", world->inbox);
	assert_done(file_write_atomic(path, "x", 1, 0600, &err));
	assert_code(store(world, &outcome, name, &err), REFUSAL_DISK_WRITE);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

/* Linked with --wrap=fsync: whether a sync of the watched folder has found in it what was looked for. */
static struct {
	ino_t folder;
	const char *what;
	bool has_it;
} synced;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	struct stat st;

	if (synced.folder && fstat(fd, &st) == 0 && st.st_ino == synced.folder &&
		fstatat(fd, synced.what, &st, 0) == 0)
		synced.has_it = true;
	return __real_fsync(fd);
}

static void watch(const char *folder, const char *what)
{
	struct stat st;

	assert_int_equal(stat(folder, &st), 0);
	synced.folder = st.st_ino;
	synced.what = what;
	synced.has_it = false;
}

static void what_is_put_away_lies_in_a_folder_that_power_cannot_take(void **state)
{
	struct world *world = *state;
	char name[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	watch(world->inbox, STORE_QUARANTINE);
	assert_done(store_quarantine(world->inbox, name, "", &err));
	assert_true(synced.has_it);
}

/* The nth publication of this world, written aside. */
static void write_nth(struct world *world, uint8_t nth, struct store_staged *ret)
{
	auto_opened struct opened opened = OPENED_INIT;
	struct store_work work = {&world->input, &opened, &world->entry_jws, &world->keysets};
	uint32_t bad_part;
	struct err err;

	assert_done(verdict_judge(&world->input, &opened, &bad_part, &err));
	opened.manifest.id.bytes[0] = nth;
	world->entry.publication.bytes[0] = nth;
	assert_done(store_write(world->inbox, &work, ret, &bad_part, &err));
	world->entry.publication.bytes[0] = world->first;
}

static bool lies_in(const struct world *world, const char *name)
{
	auto_fd int inbox = -1;
	bool exists;

	FIXTURE_MUST(file_open_dir(world->inbox, &inbox, &err));
	FIXTURE_MUST(file_exists_at(inbox, name, &exists, &err));
	return exists;
}

static void several_lie_in_a_channel_that_is_durable_or_one_is_told_which_does_not(void **state)
{
	struct world *world = *state;
	struct store_staged staged[3];
	char channel[160];

	for (uint8_t nth = 0; nth < 3; nth++)
		write_nth(world, nth, &staged[nth]);
	for (size_t i = 0; i < 3; i++)
		assert_false(lies_in(world, staged[i].folder));
	/* Somebody takes the second away while it is written. */
	FIXTURE_MUST(file_remove_tree_at(staged[1].incoming, staged[1].id, &err));
	(void)snprintf(channel, sizeof channel, "%s/weekly", world->inbox);
	watch(channel, strchr(staged[2].folder, '/') + 1);
	store_finish(staged, 3);
	assert_true(synced.has_it);
	assert_false(staged[0].failed);
	assert_true(staged[1].failed);
	assert_int_equal(staged[1].why.code, REFUSAL_DISK_WRITE);
	assert_false(staged[2].failed);
	assert_true(lies_in(world, staged[0].folder));
	assert_false(lies_in(world, staged[1].folder));
	assert_true(lies_in(world, staged[2].folder));
	for (size_t i = 0; i < 3; i++)
		store_staged_release(&staged[i]);
}

static void what_was_moved_before_a_kill_is_made_durable_when_it_is_adopted(void **state)
{
	struct world *world = *state;
	char name[STORE_FOLDER_SIZE];
	char channel[160];
	enum store_outcome outcome;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	(void)snprintf(channel, sizeof channel, "%s/weekly", world->inbox);
	watch(channel, strchr(name, '/') + 1);
	assert_done(store(world, &outcome, name, &err));
	assert_int_equal(outcome, STORE_ADOPTED);
	assert_true(synced.has_it);
}

static void a_publications_folder_is_found_whatever_its_number(void **state)
{
	struct world *world = *state;
	char name[STORE_FOLDER_SIZE];
	char found[STORE_FOLDER_SIZE];
	enum store_outcome outcome;
	struct pub_id other = {{7}};
	bool is_there = true;
	auto_fd int dir = -1;
	struct err err;

	assert_done(store(world, &outcome, name, &err));
	assert_done(store_find(world->inbox, "weekly", &other, found, &dir, &is_there, &err));
	assert_false(is_there);
	assert_done(store_find(
		world->inbox, "seminar", &world->entry.publication, found, &dir, &is_there, &err));
	assert_false(is_there);
	assert_done(store_find(
		world->inbox, "weekly", &world->entry.publication, found, &dir, &is_there, &err));
	assert_true(is_there);
	assert_string_equal(found, name);
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
		TEST(what_is_stored_is_the_files_read_only_with_their_proof),
		TEST(whatever_is_changed_is_found_and_put_right),
		TEST(another_root_than_the_pinned_one_proves_nothing),
		TEST(what_could_not_be_written_leaves_nothing),
		TEST(what_is_put_away_lies_in_a_folder_that_power_cannot_take),
		TEST(several_lie_in_a_channel_that_is_durable_or_one_is_told_which_does_not),
		TEST(what_was_moved_before_a_kill_is_made_durable_when_it_is_adopted),
		TEST(a_publications_folder_is_found_whatever_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
