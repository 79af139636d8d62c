#include "subscriber/store.h"

#include "common/cleanup.h"
#include "common/fault.h"
#include "common/file.h"
#include "common/refusal.h"
#include "common/without.h"
#include "subscriber/folder.h"
#include "subscriber/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_INCOMING ".incoming"

enum { STORE_PATH_MAX = 4096 };

static bool make_dir(int dir, const char *name, mode_t mode, int *ret_fd, struct err *err)
{
	if (mkdirat(dir, name, mode) != 0 && errno != EEXIST) {
		(void)err_errno(err, "cannot make folder '%s'", name);
		return staging_refused(err);
	}
	return file_open_dir_at(dir, name, ret_fd, err) || staging_refused(err);
}

static bool sync_dir(int dir, const char *name, struct err *err)
{
	if (fsync(dir) == 0)
		return true;
	(void)err_errno(err, "cannot make '%s' durable", name);
	return staging_refused(err);
}

/* In a folder that nobody reads yet, so that nothing need be replaced at once. */
static bool fill(int dir, const struct store_work *work, uint32_t *ret_bad_part, struct err *err)
{
	auto_staging struct staging staging = {.dir = dir, .manifest = &work->opened->manifest};
	struct body_file_sink sink = staging_sink(&staging);
	auto_fd int proof = -1;

	return make_dir(dir, FOLDER_PROOF, 0750, &proof, err) &&
		   staging_write(&staging, proof, FOLDER_MANIFEST, &work->opened->manifest_bytes, err) &&
		   staging_write(&staging, proof, FOLDER_ENTRY, work->entry_jws, err) &&
		   staging_write(&staging, proof, FOLDER_KEYSETS, work->keysets, err) &&
		   verdict_files(work->input, work->opened, &sink, ret_bad_part, err) &&
		   staging_sync(&staging, err) && sync_dir(proof, FOLDER_PROOF, err) &&
		   sync_dir(dir, "the folder", err);
}

/* Whether the folder at the final place is this publication, whole and right. */
static bool is_adoptable(int inbox, const char *folder, const struct verdict_input *input)
{
	auto_folder struct folder found = {.signers = ""};
	auto_fd int dir = -1;
	struct err why;

	return file_open_dir_at(inbox, folder, &dir, &why) &&
		   folder_load(dir, &input->ring->pinned, &found, &why) &&
		   digest_equal(&found.entry.manifest, &input->entry->manifest) &&
		   pub_id_equal(&found.manifest.id, &input->entry->publication);
}

/*
 * What is moved into a folder that is not durable is nowhere when power goes. One that was there when
 * this run began was made durable then (store_begin).
 */
static bool open_channel(int inbox, const char *name, int *ret_fd, struct err *err)
{
	auto_fd int fd = -1;
	bool exists;

	if (!file_exists_at(inbox, name, &exists, err) || !make_dir(inbox, name, 0750, &fd, err))
		return staging_refused(err);
	if (!exists && !sync_dir(inbox, name, err)) {
		(void)unlinkat(inbox, name, AT_REMOVEDIR);
		return false;
	}
	*ret_fd = fd;
	fd = -1;
	return true;
}

bool store_begin(const char *inbox, struct err *err)
{
	auto_fd int incoming = -1;
	auto_fd int dir = -1;

	return file_mkdirs(inbox, 0750, err) && file_open_dir(inbox, &dir, err) &&
		   file_remove_tree_at(dir, STORE_INCOMING, err) &&
		   make_dir(dir, STORE_INCOMING, 0700, &incoming, err) && sync_dir(dir, inbox, err);
}

static bool place(int incoming, const char *id, int channel, const char *name, struct err *err)
{
	if (renameat(incoming, id, channel, name) != 0) {
		(void)err_errno(err, "cannot move '%s' to '%s'", id, name);
		return staging_refused(err);
	}
	return sync_dir(channel, name, err);
}

static bool store_new(int inbox, int channel, const struct store_work *work, const char *name,
	uint32_t *ret_bad_part, struct err *err)
{
	char id[PUB_ID_SIZE];
	auto_fd int incoming = -1;
	auto_fd int dir = -1;

	(void)pub_id_format(&work->input->entry->publication, id);
	if (!make_dir(inbox, STORE_INCOMING, 0700, &incoming, err) ||
		!file_remove_tree_at(incoming, id, err) || !make_dir(incoming, id, 0750, &dir, err))
		return false;
	if (!fill(dir, work, ret_bad_part, err)) {
		struct err ignored;

		(void)!file_remove_tree_at(incoming, id, &ignored);
		return false;
	}
	fault_point("unit-before-rename");
	if (!place(incoming, id, channel, name, err))
		return false;
	fault_point("unit-after-rename");
	return true;
}

char *store_folder(const struct manifest *manifest, char out[static STORE_FOLDER_SIZE])
{
	char id[PUB_ID_SHORT_SIZE];

	(void)snprintf(out, STORE_FOLDER_SIZE, "%s/%s-%s", manifest->channel, manifest->number,
		pub_id_short(&manifest->id, id));
	return out;
}

bool store_publication(const char *inbox, const struct store_work *work,
	char ret_folder[static STORE_FOLDER_SIZE], enum store_outcome *ret_outcome,
	uint32_t *ret_bad_part, struct err *err)
{
	enum store_outcome outcome = STORE_WRITTEN;
	auto_fd int channel = -1;
	auto_fd int dir = -1;
	bool exists;

	*ret_bad_part = VERDICT_NO_PART;
	(void)store_folder(&work->opened->manifest, ret_folder);
	if (!file_mkdirs(inbox, 0750, err) || !file_open_dir(inbox, &dir, err))
		return staging_refused(err);
	if (!open_channel(dir, work->opened->manifest.channel, &channel, err) ||
		!file_exists_at(dir, ret_folder, &exists, err))
		return staging_refused(err);
	if (exists && !CERTWIRE_WITHOUT_IDEMPOTENCE && is_adoptable(dir, ret_folder, work->input)) {
		*ret_outcome = STORE_ADOPTED;
		return true;
	}
	if (exists) {
		if (!store_quarantine(inbox, ret_folder, ".damaged", err))
			return staging_refused(err);
		outcome = STORE_REPLACED;
	}
	if (!store_new(dir, channel, work, strchr(ret_folder, '/') + 1, ret_bad_part, err))
		return false;
	*ret_outcome = outcome;
	return true;
}

/* The next folder of that publication, by its name; NULL at the end or, with errno set, on failure. */
static const char *next_of(DIR *listing, const struct pub_id *id)
{
	char short_id[PUB_ID_SHORT_SIZE];
	const struct dirent *entry;
	const char *end;

	(void)pub_id_short(id, short_id);
	errno = 0;
	while ((entry = readdir(listing))) {
		end = strrchr(entry->d_name, '-');
		if (end && strcmp(end + 1, short_id) == 0)
			return entry->d_name;
	}
	return NULL;
}

bool store_find(const char *inbox, const char *channel, const struct pub_id *id,
	char ret_folder[static STORE_FOLDER_SIZE], int *ret_dir, bool *ret_found, struct err *err)
{
	auto_dir DIR *listing = NULL;
	auto_fd int dir = -1;
	const char *name;
	bool exists;
	int fd;

	*ret_found = false;
	if (!file_open_dir(inbox, &dir, err) || !file_exists_at(dir, channel, &exists, err))
		return false;
	if (!exists)
		return true;
	if (!file_open_dir_at(dir, channel, &fd, err))
		return false;
	listing = fdopendir(fd);
	if (!listing) {
		(void)close(fd);
		return err_set(err, ERR_SYSTEM, "out of memory");
	}
	name = next_of(listing, id);
	if (!name)
		return errno == 0 || err_errno(err, "cannot list folder '%s'", channel);
	/* A longer name is none that we made. */
	if (snprintf(ret_folder, STORE_FOLDER_SIZE, "%s/%s", channel, name) >= STORE_FOLDER_SIZE)
		return true;
	*ret_found = true;
	return file_open_dir_at(dirfd(listing), name, ret_dir, err);
}

/* A name in the quarantine that is free: with a number behind it when need be. */
static bool free_name(
	int quarantine, const char *base, char out[static STORE_PATH_MAX], struct err *err)
{
	bool exists = true;

	(void)snprintf(out, STORE_PATH_MAX, "%s", base);
	for (int i = 2; i < 1000; i++) {
		if (!file_exists_at(quarantine, out, &exists, err))
			return false;
		if (!exists)
			return true;
		(void)snprintf(out, STORE_PATH_MAX, "%s-%d", base, i);
	}
	return err_set(err, ERR_DATA, "the quarantine holds '%s' a thousand times", base);
}

bool store_quarantine(const char *inbox, const char *folder, const char *suffix, struct err *err)
{
	char base[STORE_FOLDER_SIZE + 32];
	char name[STORE_PATH_MAX];
	auto_fd int quarantine = -1;
	auto_fd int channel = -1;
	auto_fd int dir = -1;
	const char *last;
	bool exists;

	if (!file_open_dir(inbox, &dir, err) || !file_exists_at(dir, folder, &exists, err))
		return false;
	if (!exists)
		return true;
	if (!file_open_parent_at(dir, folder, &channel, &last, err))
		return false;
	(void)snprintf(base, sizeof base, "%s%s", folder, suffix);
	*strchrnul(base, '/') = '-';
	if (!make_dir(dir, STORE_QUARANTINE, 0700, &quarantine, err))
		return false;
	/* What is moved into a folder that is not durable is nowhere when power goes. */
	if (fsync(dir) != 0)
		return err_errno(err, "cannot make '%s' durable", STORE_QUARANTINE);
	return free_name(quarantine, base, name, err) &&
		   file_rename_at(channel, last, quarantine, name, err);
}
