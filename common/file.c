#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without O_NONBLOCK the open of a pipe that nobody writes would wait for ever. */
enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, CHUNK = 16384 };

static bool too_large(const char *path, size_t max, struct err *err)
{
	return err_set(err, ERR_DATA, "'%s' is larger than the limit of %zu bytes", path, max);
}

static bool check_regular(
	int fd, const char *path, size_t max, struct stat *ret_info, struct err *err)
{
	if (fstat(fd, ret_info) != 0)
		return err_errno(err, "cannot examine '%s'", path);
	if (!S_ISREG(ret_info->st_mode))
		return err_set(err, ERR_DATA, "'%s' is not a regular file", path);
	if ((uintmax_t)ret_info->st_size > max)
		return too_large(path, max, err);
	return true;
}

/* One read, through signals; 0 at the end. */
static bool read_some(
	int fd, void *out, size_t size, size_t *ret_count, const char *path, struct err *err)
{
	ssize_t count;

	do
		count = read(fd, out, size);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return err_errno(err, "cannot read '%s'", path);
	*ret_count = (size_t)count;
	return true;
}

bool file_read_at(int dir, const char *name, size_t max, struct buf *out, struct err *err)
{
	auto_fd int fd = openat(dir, name, READ_FLAGS);
	auto_buf struct buf content = BUF_INIT(max);
	struct stat info;
	size_t count = 1;

	if (fd < 0)
		return err_errno(err, "cannot open '%s'", name);
	if (!check_regular(fd, name, max, &info, err))
		return false;
	if (!buf_reserve(&content, (size_t)info.st_size, err))
		return err_context(err, "cannot read '%s'", name);
	/* To the end, whatever the size was: the file may grow while it is read. */
	while (count > 0) {
		uint8_t chunk[CHUNK];

		if (!read_some(fd, chunk, sizeof chunk, &count, name, err))
			return false;
		if (count > max - content.len)
			return too_large(name, max, err);
		if (!buf_append(&content, chunk, count, err))
			return err_context(err, "cannot read '%s'", name);
	}
	buf_release(out);
	*out = content;
	content.data = NULL;
	return true;
}

bool file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	return file_read_at(AT_FDCWD, path, max, out, err);
}

static bool check_private(const struct stat *info, const char *path, struct err *err)
{
	if (info->st_uid != geteuid())
		return err_set(err, ERR_DENIED, "'%s' holds a secret but belongs to another user", path);
	if ((info->st_mode & 07177) != 0)
		return err_set(err, ERR_DENIED,
			"'%s' holds a secret but has mode %04o; make it private: chmod 600", path,
			(unsigned int)info->st_mode & 07777U);
	return true;
}

/* Fills the secret, and sees that the file ends there. */
static bool read_exactly(int fd, struct secret *secret, const char *path, struct err *err)
{
	size_t used = 0;
	size_t count = 1;
	uint8_t beyond;

	while (used < secret->len && count > 0) {
		if (!read_some(fd, secret->bytes + used, secret->len - used, &count, path, err))
			return false;
		used += count;
	}
	if (used == secret->len && !read_some(fd, &beyond, 1, &count, path, err))
		return false;
	if (used < secret->len || count > 0)
		return err_set(err, ERR_SYSTEM, "'%s' changed while it was read", path);
	return true;
}

bool file_read_secret(const char *path, size_t max, struct secret **ret, struct err *err)
{
	auto_fd int fd = open(path, READ_FLAGS | O_NOFOLLOW);
	auto_secret struct secret *secret = NULL;
	struct stat info;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_DENIED, "'%s' holds a secret but is a symbolic link", path);
	if (fd < 0)
		return err_errno(err, "cannot open '%s'", path);
	if (!check_regular(fd, path, max, &info, err) || !check_private(&info, path, err))
		return false;
	if (info.st_size == 0)
		return err_set(err, ERR_DATA, "'%s' is empty", path);
	secret = secret_new((size_t)info.st_size, err);
	if (!secret || !read_exactly(fd, secret, path, err))
		return false;
	*ret = TAKE(secret);
	return true;
}
