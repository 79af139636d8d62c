#include "common/file.h"

#include "common/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

enum { ASIDE_DIGITS = 8, ASIDE_SIZE = sizeof ".tmp-" + HEX_SIZE(ASIDE_DIGITS) };

/* What happens when the final name is taken. */
enum placement { PLACE_OVER, PLACE_NEW };

bool file_write_all(int fd, const void *data, size_t len, const char *path, struct err *err)
{
	const uint8_t *next = data;

	while (len > 0) {
		ssize_t count = write(fd, next, len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return err_errno(err, "cannot write '%s'", path);
		next += count;
		len -= (size_t)count;
	}
	return true;
}

/* A name of fixed length, so that a final name of 255 bytes has room too. */
static void name_aside(char out[static ASIDE_SIZE])
{
	uint8_t digits[ASIDE_DIGITS];
	char hex[HEX_SIZE(ASIDE_DIGITS)];

	randombytes_buf(digits, sizeof digits);
	(void)snprintf(out, ASIDE_SIZE, ".tmp-%s", hex_encode(hex, digits, sizeof digits));
}

static bool write_aside(int dir, const char *aside, const void *data, size_t len, mode_t mode,
	const char *path, struct err *err)
{
	auto_fd int fd = openat(dir, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_errno(err, "cannot create a file beside '%s'", path);
	if (!file_write_all(fd, data, len, path, err))
		return false;
	if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
		return err_errno(err, "cannot write '%s'", path);
	return true;
}

static bool place(int dir, const char *aside, const char *name, enum placement placement,
	const char *path, struct err *err)
{
	if (placement == PLACE_OVER) {
		if (renameat(dir, aside, dir, name) != 0)
			return err_errno(err, "cannot replace '%s'", path);
		return true;
	}
	if (linkat(dir, aside, dir, name, 0) == 0) {
		(void)unlinkat(dir, aside, 0);
		return true;
	}
	if (errno == EEXIST)
		return err_set(err, ERR_DENIED, "'%s' exists already; it is not overwritten", path);
	return err_errno(err, "cannot create '%s'", path);
}

static bool write_at(int dir, const char *path, const void *data, size_t len, mode_t mode,
	enum placement placement, struct err *err)
{
	auto_fd int parent = -1;
	const char *name;
	char aside[ASIDE_SIZE];

	if (!file_open_parent_at(dir, path, &parent, &name, err))
		return false;
	name_aside(aside);
	if (!write_aside(parent, aside, data, len, mode, path, err) ||
		!place(parent, aside, name, placement, path, err)) {
		(void)unlinkat(parent, aside, 0);
		return false;
	}
	if (fsync(parent) != 0)
		return err_errno(err, "cannot make '%s' durable", path);
	return true;
}

bool file_write_atomic_at(
	int dir, const char *name, const void *data, size_t len, mode_t mode, struct err *err)
{
	return write_at(dir, name, data, len, mode, PLACE_OVER, err);
}

bool file_write_atomic(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	return write_at(AT_FDCWD, path, data, len, mode, PLACE_OVER, err);
}

bool file_write_new(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	return write_at(AT_FDCWD, path, data, len, mode, PLACE_NEW, err);
}
