#include "subscriber/staging.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "common/refusal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAGING_FILE_MODE = 0440 };

bool staging_refused(struct err *err)
{
	if (err->code == 0)
		err->code = errno == ENOSPC || errno == EDQUOT ? REFUSAL_DISK_FULL : REFUSAL_DISK_WRITE;
	return false;
}

void staging_release(struct staging *staging)
{
	for (size_t i = 0; i < staging->count; i++)
		(void)close(staging->fds[i]);
	staging->count = 0;
}

/* The new file is the last one of `fds`. */
static bool staging_open(struct staging *staging, int dir, const char *name, struct err *err)
{
	int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, STAGING_FILE_MODE);

	assert(staging->count < ARRAY_LEN(staging->fds));
	if (fd >= 0)
		staging->fds[staging->count++] = fd;
	if (fd < 0 || fchmod(fd, STAGING_FILE_MODE) != 0) {
		(void)err_errno(err, "cannot make '%s'", ERR_QUOTED(name));
		return staging_refused(err);
	}
	return true;
}

/* A hint: what counts is the fsync that follows. */
static void staging_begin_writing(const struct staging *staging)
{
	(void)sync_file_range(staging->fds[staging->count - 1], 0, 0, SYNC_FILE_RANGE_WRITE);
}

static bool sink_open(void *context, size_t file, struct err *err)
{
	struct staging *staging = context;

	return staging_open(staging, staging->dir, staging->manifest->files[file].name, err);
}

static bool sink_write(void *context, const void *data, size_t len, struct err *err)
{
	const struct staging *staging = context;

	return file_write_all(
			   staging->fds[staging->count - 1], data, len, "a file of the publication", err) ||
		   staging_refused(err);
}

static bool sink_close(void *context, size_t file, struct err *err)
{
	(void)file;
	(void)err;
	staging_begin_writing(context);
	return true;
}

struct body_file_sink staging_sink(struct staging *staging)
{
	return (struct body_file_sink){sink_open, sink_write, sink_close, staging};
}

bool staging_write(
	struct staging *staging, int dir, const char *name, const struct buf *content, struct err *err)
{
	if (!staging_open(staging, dir, name, err))
		return false;
	if (!file_write_all(staging->fds[staging->count - 1], content->data, content->len, name, err))
		return staging_refused(err);
	staging_begin_writing(staging);
	return true;
}

bool staging_sync(struct staging *staging, struct err *err)
{
	for (size_t i = 0; i < staging->count; i++) {
		if (fsync(staging->fds[i]) != 0) {
			(void)err_errno(err, "cannot make a file of the publication durable");
			return staging_refused(err);
		}
	}
	while (staging->count > 0) {
		if (close(staging->fds[--staging->count]) != 0) {
			(void)err_errno(err, "cannot close a file of the publication");
			return staging_refused(err);
		}
	}
	return true;
}
