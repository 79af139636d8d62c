/*
 * Preloaded into certwire-unit by the chaos run: what a disk would still hold if power were cut now.
 *
 * Each fsync and fdatasync below POWERCUT_ROOT copies what it makes durable into the folder POWERCUT_MIRROR
 * before it returns: of a file its bytes, of a folder the list of what is in it. Nothing else is taken
 * to be durable. tests/chaos/power.py makes the disk after the cut out of that.
 *
 * The unit's daemon and its tools, which people run beside it, do so one after the other.
 *
 * POWERCUT_IGNORE names what is not kept although the program asked for it, to show that it must ask:
 * documents, folders, database.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 64, PATH_SIZE = 4096, CHUNK = 1 << 16 };

__attribute__((visibility("default"))) int fsync(int fd);
__attribute__((visibility("default"))) int fdatasync(int fd);

/* Names an inode for good: numbers are used again, the moment of birth is not. */
static bool inode_key(int dir, const char *name, char out[static KEY_SIZE], unsigned int *ret_mode)
{
	struct statx st;

	if (statx(dir, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME,
			&st) != 0)
		return false;
	(void)snprintf(out, KEY_SIZE, "%llu-%lld.%09u", (unsigned long long)st.stx_ino,
		(long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
	*ret_mode = st.stx_mode;
	return true;
}

static bool copy_file(int fd, FILE *out)
{
	static char chunk[CHUNK];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, chunk, sizeof chunk, at)) > 0) {
		if (fwrite(chunk, 1, (size_t)got, out) != (size_t)got)
			return false;
		at += got;
	}
	return got == 0;
}

/* One line for each: key, mode in octal, name. */
static bool copy_folder(int fd, FILE *out)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	char key[KEY_SIZE];
	unsigned int mode;

	if (!dir)
		return false;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (inode_key(fd, entry->d_name, key, &mode))
			(void)fprintf(out, "%s %o %s\n", key, mode, entry->d_name);
	}
	(void)closedir(dir);
	return true;
}

/*
 * One that was opened for writing alone is opened once more. SQLite's never are, luckily: to close
 * another descriptor of a file gives up the locks that the process has on it.
 */
static bool copy_any(int fd, unsigned int mode, FILE *out)
{
	char path[64];
	int again;
	bool ok;

	if (S_ISDIR(mode))
		return copy_folder(fd, out);
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY)
		return copy_file(fd, out);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	if (again < 0)
		return false;
	ok = copy_file(again, out);
	(void)close(again);
	return ok;
}

static bool is_ignored(const char *path, unsigned int mode)
{
	const char *ignored = getenv("POWERCUT_IGNORE");
	const char *kind = S_ISDIR(mode)              ? "folders"
					   : strstr(path, "/unit.db") ? "database"
												  : "documents";

	return ignored && strcmp(ignored, kind) == 0;
}

static bool is_ours(int fd, unsigned int mode)
{
	const char *root = getenv("POWERCUT_ROOT");
	char path[PATH_SIZE];
	char link[64];
	ssize_t len;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof path - 1);
	if (!root || len < 0)
		return false;
	path[len] = '\0';
	return strncmp(path, root, strlen(root)) == 0 && !is_ignored(path, mode);
}

/* Held until it is closed: of two that copy a file at once, the older copy could stay. */
static int lock_mirror(const char *mirror)
{
	char path[PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof path, "%s/.lock", mirror);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		abort();
	return fd;
}

static void copy_to(const char *mirror, int fd, const char *key, unsigned int mode)
{
	int lock = lock_mirror(mirror);
	char aside[PATH_SIZE];
	char place[PATH_SIZE];
	FILE *out;
	bool ok;

	(void)snprintf(aside, sizeof aside, "%s/.aside", mirror);
	(void)snprintf(place, sizeof place, "%s/%s", mirror, key);
	out = fopen(aside, "we");
	if (!out)
		abort();
	ok = copy_any(fd, mode, out);
	if (fclose(out) != 0 || !ok || rename(aside, place) != 0)
		abort();
	(void)close(lock);
}

static void keep(int fd)
{
	const char *mirror = getenv("POWERCUT_MIRROR");
	char key[KEY_SIZE];
	unsigned int mode;

	if (mirror && inode_key(fd, "", key, &mode) && is_ours(fd, mode))
		copy_to(mirror, fd, key, mode);
}

static int forward(const char *name, int fd)
{
	int (*next)(int);

	*(void **)&next = dlsym(RTLD_NEXT, name);
	return next ? next(fd) : (errno = ENOSYS, -1);
}

int fsync(int fd)
{
	keep(fd);
	return forward("fsync", fd);
}

int fdatasync(int fd)
{
	keep(fd);
	return forward("fdatasync", fd);
}
