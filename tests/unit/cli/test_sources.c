#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/seal.h"
#include "publisher/cli/sources.h"
#include "publisher/cli/spool.h"

/* A folder of its own for each test; the working folder is in it. */
static int in_new_folder(void **state)
{
	char *folder = strdup("/tmp/test-sources-XXXXXX");

	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct err err;
	bool ok = chdir("/") == 0 && file_remove_tree_at(AT_FDCWD, *state, &err);

	free(*state);
	return ok ? 0 : -1;
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* Describes the file, lets `change` happen, and pushes it into a body. */
static bool publish(const char *name, void (*change)(const char *name), struct err *err)
{
	auto_sources struct sources sources = {.count = 0};
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_secret struct secret *content_key = content_key_random(err);
	auto_spool struct spool spool = SPOOL_INIT;
	auto_body_writer struct body_writer *writer = NULL;
	auto_buf struct buf warnings = BUF_INIT(1024);
	char *paths[] = {(char *)(uintptr_t)name};

	if (!content_key || !sources_open(paths, 1, &sources, err) ||
		!sources_describe(&sources, &manifest, &warnings, err) || !spool_open(&spool, err) ||
		!body_writer_new(
			content_key, "m", 1, manifest_total_bytes(&manifest), spool_put, &spool, &writer, err))
		return false;
	if (change)
		change(name);
	return sources_push(&sources, &manifest, writer, err);
}

static void alter(const char *name)
{
	write_file(name, "the old TEXT");
}

static void grow(const char *name)
{
	write_file(name, "the old text, and more");
}

static void shrink(const char *name)
{
	write_file(name, "the old");
}

static void a_file_that_stays_the_same_is_published(void **state)
{
	struct err err;

	(void)state;
	write_file("周报.pdf", "the old text");
	assert_done(publish("周报.pdf", NULL, &err));
}

static void a_file_that_changes_while_it_is_read_is_refused(void **state)
{
	void (*const changes[])(const char *name) = {alter, grow, shrink};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		write_file("周报.pdf", "the old text");
		assert_refused(publish("周报.pdf", changes[i], &err), ERR_DATA, "draft it again");
	}
}

static void name_size_and_digest_are_the_files_and_its_type_is_by_content(void **state)
{
	auto_sources struct sources sources = {.count = 0};
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_buf struct buf warnings = BUF_INIT(1024);
	char *paths[] = {(char *)(uintptr_t) "./周报.PDF"};
	struct digest digest = digest_of("abc", 3);
	struct err err;

	(void)state;
	write_file("周报.PDF", "abc");
	assert_done(sources_open(paths, 1, &sources, &err));
	assert_done(sources_describe(&sources, &manifest, &warnings, &err));
	assert_string_equal(manifest.files[0].name, "周报.PDF");
	assert_string_equal(manifest.files[0].type, "text/plain");
	assert_non_null(strstr(buf_str(&warnings), "application/pdf"));
	assert_int_equal(manifest.files[0].size_bytes, 3);
	assert_true(digest_equal(&manifest.files[0].digest, &digest));
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_refused(publish("folder", NULL, &err), ERR_DATA, "give the files in it");
	assert_refused(publish("pipe", NULL, &err), ERR_DATA, "no regular file");
	assert_refused(publish("absent", NULL, &err), ERR_SYSTEM, "absent");
}

static void a_name_that_a_unit_could_not_write_is_refused_with_what_to_do(void **state)
{
	/* "é" as a Mac writes it: e and a combining acute accent. */
	static const char *const names[] = {
		"e\xcc\x81.pdf", "a:b.pdf", ".hidden", "-rf", "bad\xff.pdf", "end.", "a\xe2\x80\x8e.pdf"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		write_file(names[i], "x");
		assert_refused(publish(names[i], NULL, &err), ERR_DATA, "rename");
	}
}

static void no_file_and_too_many_files_are_refused(void **state)
{
	auto_sources struct sources sources = {.count = 0};
	char *paths[LIMIT_FILES + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		paths[i] = (char *)(uintptr_t) "a";
	assert_refused(sources_open(paths, ARRAY_LEN(paths), &sources, &err), ERR_USAGE, "not 65");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_that_stays_the_same_is_published, in_new_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_file_that_changes_while_it_is_read_is_refused, in_new_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			name_size_and_digest_are_the_files_and_its_type_is_by_content, in_new_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			what_is_no_regular_file_is_refused_without_waiting, in_new_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_name_that_a_unit_could_not_write_is_refused_with_what_to_do, in_new_folder,
			remove_folder),
		cmocka_unit_test(no_file_and_too_many_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
