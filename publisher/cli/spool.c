#include "publisher/cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool spool_open(struct spool *ret, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int len =
		snprintf(path, sizeof path, "%s/certwire-XXXXXX", folder && *folder ? folder : "/tmp");

	if (len < 0 || (size_t)len >= sizeof path)
		return err_set(err, ERR_USAGE, "TMPDIR is too long");
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "cannot make a temporary file in '%s' (TMPDIR chooses another)",
			ERR_QUOTED(folder && *folder ? folder : "/tmp"));
	if (unlink(path) != 0) {
		(void)close(fd);
		return err_errno(err, "cannot make a temporary file");
	}
	ret->fd = fd;
	return true;
}

void spool_release(struct spool *spool)
{
	cleanup_fd(&spool->fd);
	spool->fd = -1;
}

bool spool_put(void *spool, uint32_t index, const uint8_t part[static PART_BYTES], struct err *err)
{
	int fd = ((struct spool *)spool)->fd;
	off_t at = (off_t)index * PART_BYTES;

	for (size_t done = 0; done < PART_BYTES;) {
		ssize_t n = pwrite(fd, part + done, PART_BYTES - done, at + (off_t)done);

		if (n < 0 && errno != EINTR)
			return err_errno(err, "cannot write a temporary file (TMPDIR chooses another place)");
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool spool_get(void *spool, uint32_t index, uint8_t part[static PART_BYTES], struct err *err)
{
	int fd = ((struct spool *)spool)->fd;
	off_t at = (off_t)index * PART_BYTES;

	for (size_t done = 0; done < PART_BYTES;) {
		ssize_t n = pread(fd, part + done, PART_BYTES - done, at + (off_t)done);

		if (n == 0)
			return err_set(err, ERR_SYSTEM, "the temporary file was cut short");
		if (n < 0 && errno != EINTR)
			return err_errno(err, "cannot read the temporary file");
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}
