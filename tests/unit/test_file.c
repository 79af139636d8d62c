#include "tests/unit/test.h"

#include "common/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test works in a folder of its own, which is the working folder meanwhile. */
static int enter_folder(void **state)
{
	char *path = strdup("/tmp/certwire-test-XXXXXX");

	*state = path;
	return path && mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	struct err err;
	bool removed = chdir("/") == 0 && file_remove_tree_at(AT_FDCWD, *state, &err);

	free(*state);
	return removed ? 0 : -1;
}

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static size_t names_in(const char *path)
{
	DIR *listing = opendir(path);
	size_t count = 0;

	assert_non_null(listing);
	while (readdir(listing))
		count++;
	closedir(listing);
	return count - 2;
}

static void a_file_is_read_up_to_its_limit(void **state)
{
	auto_buf struct buf out = BUF_INIT(3);
	struct err err;

	(void)state;
	put("five", "12345", 0644);
	assert_done(file_read("five", 5, &out, &err));
	assert_string_equal(buf_str(&out), "12345");
	assert_refused(
		file_read("five", 4, &out, &err), ERR_DATA, "'five' is larger than the limit of 4");
	assert_string_equal(buf_str(&out), "12345");
	assert_refused(file_read("none", 4, &out, &err), ERR_SYSTEM, "'none': No such file");
}

static void a_file_that_grows_while_read_is_bounded_all_the_same(void **state)
{
	auto_buf struct buf out = BUF_INIT(0);
	struct err err;

	(void)state;
	/* Its size is given as 0, as that of a file which grew after it was examined. */
	assert_done(file_read("/proc/self/status", 65536, &out, &err));
	assert_true(out.len > 20);
	assert_refused(file_read("/proc/self/status", 20, &out, &err), ERR_DATA, "limit of 20");
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	auto_buf struct buf out = BUF_INIT(0);
	struct err err;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_refused(file_read("pipe", 10, &out, &err), ERR_DATA, "not a regular file");
	assert_refused(file_read(".", 10, &out, &err), ERR_DATA, "not a regular file");
	assert_refused(file_read("/dev/zero", 10, &out, &err), ERR_DATA, "not a regular file");
}

static void a_private_secret_is_read(void **state)
{
	auto_secret struct secret *secret = NULL;
	auto_secret struct secret *stricter = NULL;
	struct err err;

	(void)state;
	put("key", "hidden", 0600);
	assert_done(file_read_secret("key", 100, &secret, &err));
	assert_int_equal(secret->len, 6);
	assert_memory_equal(secret->bytes, "hidden", 6);
	put("key2", "hidden", 0400);
	assert_done(file_read_secret("key2", 6, &stricter, &err));
}

static void a_secret_that_others_could_read_or_replace_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0660, 0700, 0610, 0601, 04600};
	auto_secret struct secret *secret = NULL;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		put("key", "hidden", modes[i]);
		assert_refused(file_read_secret("key", 100, &secret, &err), ERR_DENIED, "chmod 600");
	}
	put("key", "hidden", 0600);
	assert_int_equal(symlink("key", "link"), 0);
	assert_refused(file_read_secret("link", 100, &secret, &err), ERR_DENIED, "symbolic link");
	assert_refused(file_read_secret("key", 5, &secret, &err), ERR_DATA, "limit of 5");
	put("empty", "", 0600);
	assert_refused(file_read_secret("empty", 5, &secret, &err), ERR_DATA, "is empty");
	assert_null(secret);
}

static void a_secret_of_another_user_is_refused(void **state)
{
	auto_secret struct secret *secret = NULL;
	struct err err;

	(void)state;
	put("key", "hidden", 0600);
	if (chown("key", 65534, 65534) != 0)
		skip();
	assert_refused(file_read_secret("key", 100, &secret, &err), ERR_DENIED, "another user");
}

static void an_atomic_write_replaces_and_leaves_nothing_beside(void **state)
{
	auto_buf struct buf out = BUF_INIT(0);
	struct err err;
	struct stat info;

	(void)state;
	umask(077);
	assert_done(file_write_atomic("file", "one", 3, 0640, &err));
	assert_done(file_write_atomic("file", "two!", 4, 0644, &err));
	assert_done(file_read("file", 10, &out, &err));
	assert_string_equal(buf_str(&out), "two!");
	assert_int_equal(stat("file", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0644);
	assert_int_equal(names_in("."), 1);
	assert_done(file_write_atomic("file", NULL, 0, 0644, &err));
}

static void a_failed_write_keeps_the_old_file_and_leaves_nothing_beside(void **state)
{
	auto_buf struct buf out = BUF_INIT(0);
	struct err err;

	(void)state;
	assert_int_equal(mkdir("taken", 0700), 0);
	put("taken/file", "old", 0600);
	assert_refused(file_write_atomic("taken", "new", 3, 0600, &err), ERR_SYSTEM, "'taken'");
	assert_int_equal(names_in("."), 1);
	assert_done(file_read("taken/file", 10, &out, &err));
	assert_refused(file_write_atomic("none/file", "x", 1, 0600, &err), ERR_SYSTEM, "none");
	assert_refused(file_write_atomic("taken/", "x", 1, 0600, &err), ERR_DATA, "end in a name");
}

static void a_new_file_never_overwrites(void **state)
{
	auto_buf struct buf out = BUF_INIT(0);
	struct err err;

	(void)state;
	assert_done(file_write_new("key", "first", 5, 0600, &err));
	assert_refused(file_write_new("key", "second", 6, 0600, &err), ERR_DENIED, "exists already");
	assert_done(file_read("key", 10, &out, &err));
	assert_string_equal(buf_str(&out), "first");
	assert_int_equal(names_in("."), 1);
}

static void the_longest_chinese_name_can_be_written(void **state)
{
	char name[256] = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i + 3 <= 255; i += 3)
		memcpy(name + i, "周", 3);
	assert_done(file_write_atomic(name, "x", 1, 0600, &err));
}

static void folders_are_made_with_those_above(void **state)
{
	struct err err;
	struct stat info;

	(void)state;
	assert_done(file_mkdirs("a//b/c/", 0700, &err));
	assert_done(file_mkdirs("a/b/c", 0700, &err));
	assert_int_equal(stat("a/b/c", &info), 0);
	put("a/file", "", 0600);
	assert_refused(file_mkdirs("a/file", 0700, &err), ERR_DATA, "not a folder");
	assert_refused(file_mkdirs("a/file/b", 0700, &err), ERR_DATA, "not a folder");
}

static void a_filled_folder_moves_to_its_final_name(void **state)
{
	struct err err;
	bool there = true;

	(void)state;
	assert_done(file_mkdirs("aside", 0700, &err));
	put("aside/周报.pdf", "x", 0600);
	assert_done(file_mkdirs("inbox", 0700, &err));
	assert_done(file_rename_dir(AT_FDCWD, "aside", AT_FDCWD, "inbox/weekly", &err));
	assert_done(file_exists_at(AT_FDCWD, "aside", &there, &err));
	assert_false(there);
	assert_done(file_exists_at(AT_FDCWD, "inbox/weekly/周报.pdf", &there, &err));
	assert_true(there);
}

static void a_move_never_destroys_a_filled_folder(void **state)
{
	struct err err;

	(void)state;
	assert_done(file_mkdirs("one", 0700, &err));
	assert_done(file_mkdirs("two", 0700, &err));
	put("two/kept", "x", 0600);
	assert_refused(
		file_rename_at(AT_FDCWD, "one", AT_FDCWD, "two", &err), ERR_SYSTEM, "cannot move");
	assert_int_equal(names_in("two"), 1);
}

static void a_tree_is_removed_without_following_links(void **state)
{
	struct err err;
	bool there = true;

	(void)state;
	assert_done(file_mkdirs("tree/below", 0700, &err));
	assert_done(file_mkdirs("outside", 0700, &err));
	put("outside/kept", "x", 0600);
	assert_int_equal(symlink("../outside", "tree/link"), 0);
	put("tree/below/file", "x", 0600);
	assert_done(file_remove_tree_at(AT_FDCWD, "tree", &err));
	assert_done(file_remove_tree_at(AT_FDCWD, "tree", &err));
	assert_done(file_exists_at(AT_FDCWD, "tree", &there, &err));
	assert_false(there);
	assert_int_equal(names_in("outside"), 1);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_folder(a_file_is_read_up_to_its_limit),
		in_folder(a_file_that_grows_while_read_is_bounded_all_the_same),
		in_folder(what_is_no_regular_file_is_refused_without_waiting),
		in_folder(a_private_secret_is_read),
		in_folder(a_secret_that_others_could_read_or_replace_is_refused),
		in_folder(a_secret_of_another_user_is_refused),
		in_folder(an_atomic_write_replaces_and_leaves_nothing_beside),
		in_folder(a_failed_write_keeps_the_old_file_and_leaves_nothing_beside),
		in_folder(a_new_file_never_overwrites),
		in_folder(the_longest_chinese_name_can_be_written),
		in_folder(folders_are_made_with_those_above),
		in_folder(a_filled_folder_moves_to_its_final_name),
		in_folder(a_move_never_destroys_a_filled_folder),
		in_folder(a_tree_is_removed_without_following_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
