#include "tests/unit/subscriber/received_world.h"

#include <sys/stat.h>

#include "subscriber/folder.h"
#include "subscriber/store.h"

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

static int set_up_unwatched(void **state)
{
	synced.folder = 0;
	return set_up(state);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up_unwatched, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
