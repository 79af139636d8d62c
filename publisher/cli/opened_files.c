#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "publisher/cli/opened.h"

/* Where the files of an opened publication go: a folder, or nowhere when only verified. */
struct out {
	const struct manifest *manifest;
	const char *folder; /* NULL: nowhere */
	int dir;
	int fd;
};

static bool out_open(void *context, size_t file, struct err *err)
{
	struct out *out = context;
	const char *name = out->manifest->files[file].name;

	if (!out->folder)
		return true;
	out->fd = openat(out->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return out->fd >= 0 || err_errno(err, "cannot write '%s'", ERR_QUOTED(name));
}

static bool out_write(void *context, const void *data, size_t len, struct err *err)
{
	struct out *out = context;

	return !out->folder || file_write_all(out->fd, data, len, out->folder, err);
}

static bool out_close(void *context, size_t file, struct err *err)
{
	struct out *out = context;
	int fd = out->fd;

	out->fd = -1;
	if (!out->folder || close(fd) == 0)
		return true;
	return err_errno(err, "cannot write '%s'", ERR_QUOTED(out->manifest->files[file].name));
}

static bool read_files(struct opened *opened, struct out *out, struct err *err)
{
	const struct body_file_sink sink = {
		.open = out_open, .write = out_write, .close = out_close, .context = out};
	bool ok = body_read_files(&opened->found.publication.body, opened->content_key, spool_get,
		&opened->spool, opened->manifest_bytes.len, &opened->manifest, &sink, err);

	if (out->fd >= 0)
		(void)close(out->fd);
	out->fd = -1;
	return ok;
}

/* What failed to be verified does not stay behind for somebody to open. */
static bool write_folder(struct opened *opened, const char *folder, struct err *err)
{
	struct out out = {.manifest = &opened->manifest, .folder = folder, .dir = -1, .fd = -1};
	auto_fd int dir = -1;

	if (mkdir(folder, 0700) != 0)
		return err_errno(err, "--out '%s' must be a new folder", ERR_QUOTED(folder));
	if (!file_open_dir(folder, &dir, err))
		return false;
	out.dir = dir;
	if (read_files(opened, &out, err))
		return true;
	struct err ignored;

	(void)!file_remove_tree_at(AT_FDCWD, folder, &ignored);
	return false;
}

bool opened_files(struct opened *opened, const char *folder, struct err *err)
{
	struct out nowhere = {.manifest = &opened->manifest, .dir = -1, .fd = -1};

	return folder ? write_folder(opened, folder, err) : read_files(opened, &nowhere, err);
}
