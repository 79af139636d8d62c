#include "subscriber/store.h"

#include "common/cleanup.h"
#include "common/fault.h"
#include "common/file.h"
#include "common/refusal.h"
#include "common/without.h"
#include "subscriber/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_INCOMING ".incoming"

enum { STORE_FILE_MODE = 0440, STORE_PATH_MAX = 4096 };

/* A folder being filled, as the sink of files sees it. */
struct filling {
	int dir; /* borrowed */
	int fd; /* owned: the file being written, or -1 */
	const struct manifest *manifest;
};

/* Gives a failure of the disk its code; one that has a code already keeps it. */
static bool store_refused(struct err *err)
{
	if (err->code == 0)
		err->code = errno == ENOSPC || errno == EDQUOT ? REFUSAL_DISK_FULL : REFUSAL_DISK_WRITE;
	return false;
}

static bool filling_open(void *context, size_t file, struct err *err)
{
	struct filling *filling = context;
	const char *name = filling->manifest->files[file].name;

	filling->fd = openat(
		filling->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, STORE_FILE_MODE);
	if (filling->fd < 0 || fchmod(filling->fd, STORE_FILE_MODE) != 0) {
		(void)err_errno(err, "cannot make '%s'", ERR_QUOTED(name));
		return store_refused(err);
	}
	return true;
}

static bool filling_write(void *context, const void *data, size_t len, struct err *err)
{
	struct filling *filling = context;

	return file_write_all(filling->fd, data, len, "a file of the publication", err) ||
		   store_refused(err);
}

static bool filling_close(void *context, size_t file, struct err *err)
{
	struct filling *filling = context;
	const char *name = filling->manifest->files[file].name;
	int fd = filling->fd;

	filling->fd = -1;
	if (fsync(fd) != 0) {
		(void)err_errno(err, "cannot fsync '%s'", ERR_QUOTED(name));
		(void)close(fd);
		return store_refused(err);
	}
	if (close(fd) != 0) {
		(void)err_errno(err, "cannot close '%s'", ERR_QUOTED(name));
		return store_refused(err);
	}
	return true;
}

static bool make_dir(int dir, const char *name, mode_t mode, int *ret_fd, struct err *err)
{
	if (mkdirat(dir, name, mode) != 0 && errno != EEXIST) {
		(void)err_errno(err, "cannot make folder '%s'", name);
		return store_refused(err);
	}
	return file_open_dir_at(dir, name, ret_fd, err) || store_refused(err);
}

static bool write_proof(int dir, const struct opened *opened, const struct buf *entry_jws,
	const struct buf *keysets, struct err *err)
{
	auto_fd int proof = -1;

	return make_dir(dir, FOLDER_PROOF, 0750, &proof, err) &&
		   (file_write_atomic_at(proof, FOLDER_MANIFEST, opened->manifest_bytes.data,
				opened->manifest_bytes.len, STORE_FILE_MODE, err) ||
			   store_refused(err)) &&
		   (file_write_atomic_at(
				proof, FOLDER_ENTRY, entry_jws->data, entry_jws->len, STORE_FILE_MODE, err) ||
			   store_refused(err)) &&
		   (file_write_atomic_at(
				proof, FOLDER_KEYSETS, keysets->data, keysets->len, STORE_FILE_MODE, err) ||
			   store_refused(err));
}

static bool fill(int dir, const struct verdict_input *input, const struct opened *opened,
	const struct buf *entry_jws, const struct buf *keysets, struct err *err)
{
	struct filling filling = {.dir = dir, .fd = -1, .manifest = &opened->manifest};
	struct body_file_sink sink = {filling_open, filling_write, filling_close, &filling};
	bool ok = write_proof(dir, opened, entry_jws, keysets, err) &&
			  verdict_files(input, opened, &sink, err);

	cleanup_fd(&filling.fd);
	if (ok && fsync(dir) != 0) {
		(void)err_errno(err, "cannot fsync the folder");
		ok = store_refused(err);
	}
	return ok;
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

static bool store_new(int inbox, const struct verdict_input *input, const struct opened *opened,
	const struct buf *entry_jws, const struct buf *keysets, const char *folder, struct err *err)
{
	char id[PUB_ID_SIZE];
	auto_fd int incoming = -1;
	auto_fd int channel = -1;
	auto_fd int dir = -1;

	(void)pub_id_format(&input->entry->publication, id);
	if (!make_dir(inbox, STORE_INCOMING, 0700, &incoming, err) ||
		!make_dir(inbox, opened->manifest.channel, 0750, &channel, err) ||
		!file_remove_tree_at(incoming, id, err) || !make_dir(incoming, id, 0750, &dir, err))
		return false;
	if (!fill(dir, input, opened, entry_jws, keysets, err)) {
		struct err ignored;

		(void)!file_remove_tree_at(incoming, id, &ignored);
		return false;
	}
	fault_point("unit-before-rename");
	if (!file_rename_at(incoming, id, channel, strchr(folder, '/') + 1, err) || fsync(inbox) != 0)
		return store_refused(err);
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

bool store_publication(const char *inbox, const struct verdict_input *input,
	const struct opened *opened, const struct buf *entry_jws, const struct buf *keysets,
	char ret_folder[static STORE_FOLDER_SIZE], enum store_outcome *ret_outcome, struct err *err)
{
	enum store_outcome outcome = STORE_WRITTEN;
	auto_fd int channel = -1;
	auto_fd int dir = -1;
	bool exists;

	(void)store_folder(&opened->manifest, ret_folder);
	if (!file_mkdirs(inbox, 0750, err) || !file_open_dir(inbox, &dir, err))
		return store_refused(err);
	if (!make_dir(dir, opened->manifest.channel, 0750, &channel, err) ||
		!file_exists_at(dir, ret_folder, &exists, err))
		return store_refused(err);
	if (exists && !CERTWIRE_WITHOUT_IDEMPOTENCE && is_adoptable(dir, ret_folder, input)) {
		*ret_outcome = STORE_ADOPTED;
		return true;
	}
	if (exists) {
		if (!store_quarantine(inbox, ret_folder, ".damaged", err))
			return store_refused(err);
		outcome = STORE_REPLACED;
	}
	if (!store_new(dir, input, opened, entry_jws, keysets, ret_folder, err))
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
