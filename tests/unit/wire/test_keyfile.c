#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/keyfile.h"
#include "tests/fixture/fixture.h"

static const struct keyfile_cost cheap = {1, LIMIT_KEY_MEMORY_MIN};

/* A folder of its own for each test. */
struct place {
	char folder[64];
	char path[96];
	char other[96];
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	(void)snprintf(place->folder, sizeof(place->folder), "/tmp/certwire-keyfile-XXXXXX");
	if (!mkdtemp(place->folder))
		return -1;
	(void)snprintf(place->path, sizeof(place->path), "%s/key", place->folder);
	(void)snprintf(place->other, sizeof(place->other), "%s/other", place->folder);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	struct err err;
	bool removed = file_remove_tree_at(AT_FDCWD, place->folder, &err);

	free(place);
	return removed ? 0 : -1;
}

static struct secret *secret_of(const char *text)
{
	struct err err;
	struct secret *secret = secret_new(strlen(text), &err);

	assert_non_null(secret);
	memcpy(secret->bytes, text, strlen(text));
	return secret;
}

static void an_unprotected_key_comes_back(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key back = SIGNING_KEY_INIT;
	struct stat status;
	struct err err;

	assert_done(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &err));
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_done(keyfile_load_unprotected(place->path, ROLE_DEVICE, &back, &err));
	assert_string_equal(back.kid, key.kid);
	assert_memory_equal(back.secret->bytes, key.secret->bytes, key.secret->len);
}

static void a_protected_key_needs_its_passphrase(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("editor 1");
	auto_signing_key struct signing_key back = SIGNING_KEY_INIT;
	auto_secret struct secret *right = secret_of("口令 1");
	auto_secret struct secret *wrong = secret_of("口令 2");
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	struct err err;

	assert_done(keyfile_create(place->path, ROLE_EDITOR, "王芳", &key, right, &cheap, &err));
	assert_done(keyfile_load(place->path, &file, &err));
	assert_true(file.is_protected);
	assert_int_equal(file.role, ROLE_EDITOR);
	assert_string_equal(file.name, "王芳");
	assert_true(public_key_equal(&file.public, &key.public));
	assert_code(keyfile_open(&file, wrong, &back, &err), REFUSAL_PASSPHRASE);
	assert_refused(keyfile_open(&file, NULL, &back, &err), ERR_USAGE, "needs a passphrase");
	assert_done(keyfile_open(&file, right, &back, &err));
	assert_memory_equal(back.secret->bytes, key.secret->bytes, key.secret->len);
	assert_code(keyfile_load_unprotected(place->path, ROLE_EDITOR, &back, &err), REFUSAL_KEY_FILE);
}

static void two_files_of_one_key_are_sealed_differently(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("editor 1");
	auto_secret struct secret *passphrase = secret_of("x");
	auto_secret struct secret *one = NULL;
	auto_secret struct secret *two = NULL;
	struct err err;

	(void)state;
	assert_done(keyfile_format(ROLE_EDITOR, "a", &key, passphrase, &cheap, &one, &err));
	assert_done(keyfile_format(ROLE_EDITOR, "a", &key, passphrase, &cheap, &two, &err));
	assert_int_equal(one->len, two->len);
	assert_memory_not_equal(one->bytes, two->bytes, one->len);
}

static void only_dispatchers_and_devices_go_without_passphrase(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("editor 1");
	static const enum key_role roles[] = {ROLE_ROOT, ROLE_REGISTRAR, ROLE_EDITOR, ROLE_RECOVERY};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		assert_refused(keyfile_create(place->path, roles[i], "a", &key, NULL, NULL, &err),
			ERR_DENIED, "passphrase");
	assert_done(keyfile_create(place->path, ROLE_DISPATCHER, "a", &key, NULL, NULL, &err));
}

static void a_key_is_never_written_over(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key other = fixture_key("device 2");
	auto_signing_key struct signing_key back = SIGNING_KEY_INIT;
	struct err err;

	assert_done(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &err));
	assert_refused(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &other, NULL, NULL, &err),
		ERR_DENIED, place->path);
	assert_done(keyfile_load_unprotected(place->path, ROLE_DEVICE, &back, &err));
	assert_string_equal(back.kid, key.kid);
}

static void a_key_that_others_could_read_is_refused(void **state)
{
	static const mode_t bad[] = {0640, 0604, 0660, 0700, 0644, 0666, 04600};
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	struct err err;

	assert_done(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &err));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(chmod(place->path, bad[i]), 0);
		assert_code(keyfile_load(place->path, &file, &err), REFUSAL_KEY_FILE);
	}
	assert_int_equal(chmod(place->path, 0600), 0);
	assert_int_equal(symlink(place->path, place->other), 0);
	assert_code(keyfile_load(place->other, &file, &err), REFUSAL_KEY_FILE);
	assert_int_equal(chmod(place->path, 0400), 0);
	assert_done(keyfile_load(place->path, &file, &err));
}

static void a_key_of_another_owner_is_refused(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	struct err err;

	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	assert_done(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &err));
	assert_int_equal(chown(place->path, 65534, 65534), 0);
	assert_code(keyfile_load(place->path, &file, &err), REFUSAL_KEY_FILE);
}

static void a_file_that_is_not_there_is_no_refusal(void **state)
{
	struct place *place = *state;
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	struct err err;

	assert_refused(keyfile_load(place->path, &file, &err), ERR_SYSTEM, place->path);
}

static void a_daemon_wants_a_key_of_its_role(void **state)
{
	struct place *place = *state;
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_signing_key struct signing_key back = SIGNING_KEY_INIT;
	struct err err;

	assert_done(keyfile_create(place->path, ROLE_DEVICE, "unit-a.d1", &key, NULL, NULL, &err));
	assert_code(
		keyfile_load_unprotected(place->path, ROLE_DISPATCHER, &back, &err), REFUSAL_KEY_FILE);
}

#define KEYFILE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KEYFILE_TEST(an_unprotected_key_comes_back),
		KEYFILE_TEST(a_protected_key_needs_its_passphrase),
		KEYFILE_TEST(two_files_of_one_key_are_sealed_differently),
		KEYFILE_TEST(only_dispatchers_and_devices_go_without_passphrase),
		KEYFILE_TEST(a_key_is_never_written_over),
		KEYFILE_TEST(a_key_that_others_could_read_is_refused),
		KEYFILE_TEST(a_key_of_another_owner_is_refused),
		KEYFILE_TEST(a_file_that_is_not_there_is_no_refusal),
		KEYFILE_TEST(a_daemon_wants_a_key_of_its_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
