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

void store_staged_release(struct store_staged *staged)
{
	staging_release(&staged->staging);
	cleanup_fd(&staged->proof);
	cleanup_fd(&staged->dir);
	cleanup_fd(&staged->channel);
	cleanup_fd(&staged->incoming);
}

/* In a folder that nobody reads yet, so that nothing need be replaced at once. */
static bool fill(struct store_staged *staged, const struct store_work *work, uint32_t *ret_bad_part,
	struct err *err)
{
	struct staging *staging = &staged->staging;
	struct body_file_sink sink = staging_sink(staging);

	staging->dir = staged->dir;
	staging->manifest = &work->opened->manifest;
	return make_dir(staged->dir, FOLDER_PROOF, 0750, &staged->proof, err) &&
		   staging_write(
			   staging, staged->proof, FOLDER_MANIFEST, &work->opened->manifest_bytes, err) &&
		   staging_write(staging, staged->proof, FOLDER_ENTRY, work->entry_jws, err) &&
		   staging_write(staging, staged->proof, FOLDER_KEYSETS, work->keysets, err) &&
		   verdict_files(work->input, work->opened, &sink, ret_bad_part, err);
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
	int fd = openat(inbox, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		*ret_fd = fd;
		return true;
	}
	if (errno != ENOENT) {
		(void)err_errno(err, "cannot open folder '%s'", name);
		return staging_refused(err);
	}
	if (!make_dir(inbox, name, 0750, ret_fd, err))
		return false;
	if (sync_dir(inbox, name, err))
		return true;
	cleanup_fd(ret_fd);
	*ret_fd = -1;
	(void)unlinkat(inbox, name, AT_REMOVEDIR);
	return false;
}

bool store_begin(const char *inbox, struct err *err)
{
	auto_fd int incoming = -1;
	auto_fd int dir = -1;

	return file_mkdirs(inbox, 0750, err) && file_open_dir(inbox, &dir, err) &&
		   file_remove_tree_at(dir, STORE_INCOMING, err) &&
		   make_dir(dir, STORE_INCOMING, 0700, &incoming, err) && sync_dir(dir, inbox, err);
}

static bool open_inbox(const char *inbox, int *ret_fd, struct err *err)
{
	return file_open_dir(inbox, ret_fd, err) ||
		   (file_mkdirs(inbox, 0750, err) && file_open_dir(inbox, ret_fd, err)) ||
		   staging_refused(err);
}

/* A folder of that name with nothing in it, whatever an earlier attempt left there. */
static bool make_empty(int incoming, const char *id, int *ret_fd, struct err *err)
{
	if (mkdirat(incoming, id, 0750) == 0)
		return file_open_dir_at(incoming, id, ret_fd, err) || staging_refused(err);
	return file_remove_tree_at(incoming, id, err) && make_dir(incoming, id, 0750, ret_fd, err);
}

static bool write_aside(int inbox, const struct store_work *work, struct store_staged *staged,
	uint32_t *ret_bad_part, struct err *err)
{
	(void)pub_id_format(&work->input->entry->publication, staged->id);
	if ((!file_open_dir_at(inbox, STORE_INCOMING, &staged->incoming, err) &&
			!make_dir(inbox, STORE_INCOMING, 0700, &staged->incoming, err)) ||
		!make_empty(staged->incoming, staged->id, &staged->dir, err))
		return false;
	if (!fill(staged, work, ret_bad_part, err)) {
		struct err ignored;

		(void)!file_remove_tree_at(staged->incoming, staged->id, &ignored);
		return false;
	}
	return true;
}

static bool sync_files(struct store_staged *staged, struct err *err)
{
	return staging_sync(&staged->staging, err);
}

static bool sync_folders(struct store_staged *staged, struct err *err)
{
	return staged->dir < 0 ||
		   (sync_dir(staged->proof, FOLDER_PROOF, err) && sync_dir(staged->dir, "the folder", err));
}

static bool place(struct store_staged *staged, struct err *err)
{
	const char *name = strchr(staged->folder, '/') + 1;

	if (staged->dir < 0)
		return true;
	fault_point("unit-before-rename");
	if (renameat(staged->incoming, staged->id, staged->channel, name) == 0)
		return true;
	(void)err_errno(err, "cannot move '%s' to '%s'", staged->id, name);
	return staging_refused(err);
}

/* Of an adopted one too: who moved it there may have been killed before this. */
static bool sync_channel(struct store_staged *staged, struct err *err)
{
	return sync_dir(staged->channel, staged->folder, err);
}

static bool is_of_channel(const struct store_staged *a, const struct store_staged *b)
{
	size_t len = strcspn(a->folder, "/") + 1;

	return strncmp(a->folder, b->folder, len) == 0;
}

/* Whether one before it has had its channel synced, since all of them were moved. */
static bool is_synced(const struct store_staged *staged, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!staged[i].failed && is_of_channel(&staged[i], &staged[at]))
			return true;
	return false;
}

static void take_step(
	struct store_staged *staged, bool (*step)(struct store_staged *staged, struct err *err))
{
	staged->failed = staged->failed || !step(staged, &staged->why);
}

void store_finish(struct store_staged *staged, size_t count)
{
	for (size_t i = 0; i < count; i++)
		take_step(&staged[i], sync_files);
	for (size_t i = 0; i < count; i++)
		take_step(&staged[i], sync_folders);
	for (size_t i = 0; i < count; i++)
		take_step(&staged[i], place);
	for (size_t i = 0; i < count; i++)
		if (!is_synced(staged, i))
			take_step(&staged[i], sync_channel);
	fault_point("unit-after-rename");
	for (size_t i = 0; i < count; i++) {
		struct err ignored;

		if (staged[i].failed && staged[i].dir >= 0)
			(void)!file_remove_tree_at(staged[i].incoming, staged[i].id, &ignored);
	}
}

char *store_folder(const struct manifest *manifest, char out[static STORE_FOLDER_SIZE])
{
	char id[PUB_ID_SHORT_SIZE];

	(void)snprintf(out, STORE_FOLDER_SIZE, "%s/%s-%s", manifest->channel, manifest->number,
		pub_id_short(&manifest->id, id));
	return out;
}

bool store_write(const char *inbox, const struct store_work *work, struct store_staged *ret,
	uint32_t *ret_bad_part, struct err *err)
{
	auto_store_staged struct store_staged staged = STORE_STAGED_INIT;
	auto_fd int dir = -1;
	bool exists;

	*ret_bad_part = VERDICT_NO_PART;
	(void)store_folder(&work->opened->manifest, staged.folder);
	if (!open_inbox(inbox, &dir, err) ||
		!open_channel(dir, work->opened->manifest.channel, &staged.channel, err) ||
		!file_exists_at(dir, staged.folder, &exists, err))
		return staging_refused(err);
	staged.outcome = exists ? STORE_REPLACED : STORE_WRITTEN;
	if (exists && !CERTWIRE_WITHOUT_IDEMPOTENCE && is_adoptable(dir, staged.folder, work->input))
		staged.outcome = STORE_ADOPTED;
	else if (exists && !store_quarantine(inbox, staged.folder, ".damaged", err))
		return staging_refused(err);
	if (staged.outcome != STORE_ADOPTED && !write_aside(dir, work, &staged, ret_bad_part, err))
		return false;
	*ret = staged;
	staged = (struct store_staged)STORE_STAGED_INIT;
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
