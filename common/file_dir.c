#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC, TREE_DEPTH_MAX = 32 };

bool file_open_dir_at(int dir, const char *name, int *ret_fd, struct err *err)
{
	int fd = openat(dir, name, DIR_FLAGS);

	if (fd < 0)
		return err_errno(err, "cannot open folder '%s'", name);
	*ret_fd = fd;
	return true;
}

bool file_open_dir(const char *path, int *ret_fd, struct err *err)
{
	return file_open_dir_at(AT_FDCWD, path, ret_fd, err);
}

bool file_open_parent_at(
	int dir, const char *path, int *ret_fd, const char **ret_name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	auto_free char *parent = NULL;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ERR_DATA, "'%s' does not end in a name", path);
	/* The slash itself belongs to the folder, so that "/name" has one. */
	parent = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
	if (!parent)
		return err_errno(err, "cannot open the folder of '%s'", path);
	if (!file_open_dir_at(dir, parent, ret_fd, err))
		return false;
	*ret_name = name;
	return true;
}

static bool sync_fd(int fd, const char *path, struct err *err)
{
	if (fsync(fd) != 0)
		return err_errno(err, "cannot make '%s' durable", path);
	return true;
}

bool file_sync_dir(const char *path, struct err *err)
{
	auto_fd int fd = -1;

	return file_open_dir(path, &fd, err) && sync_fd(fd, path, err);
}

/* Makes one folder; that it exists already, as a folder, is fine. */
static bool make_dir(const char *path, mode_t mode, struct err *err)
{
	auto_fd int parent = -1;
	const char *name;
	struct stat info;

	if (mkdir(path, mode) == 0)
		return file_open_parent_at(AT_FDCWD, path, &parent, &name, err) &&
			   sync_fd(parent, path, err);
	if (errno != EEXIST)
		return err_errno(err, "cannot make folder '%s'", path);
	if (stat(path, &info) != 0)
		return err_errno(err, "cannot examine '%s'", path);
	if (!S_ISDIR(info.st_mode))
		return err_set(err, ERR_DATA, "'%s' is not a folder", path);
	return true;
}

bool file_mkdirs(const char *path, mode_t mode, struct err *err)
{
	auto_free char *copy = strdup(path);
	size_t len = strlen(path);

	if (!copy)
		return err_errno(err, "cannot make folder '%s'", path);
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	for (size_t i = 1; i < len; i++) {
		if (copy[i] != '/' || copy[i - 1] == '/')
			continue;
		copy[i] = '\0';
		if (!make_dir(copy, mode, err))
			return false;
		copy[i] = '/';
	}
	return make_dir(copy, mode, err);
}

bool file_rename_at(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	auto_fd int old_parent = -1;
	auto_fd int new_parent = -1;
	const char *old_name;
	const char *new_name;

	if (!file_open_parent_at(from_dir, from, &old_parent, &old_name, err) ||
		!file_open_parent_at(to_dir, to, &new_parent, &new_name, err))
		return false;
	if (renameat(old_parent, old_name, new_parent, new_name) != 0)
		return err_errno(err, "cannot move '%s' to '%s'", from, to);
	/* The new name first: a crash between the two may show both names, never none. */
	return sync_fd(new_parent, to, err) && sync_fd(old_parent, from, err);
}

/* The descriptor of the stream is its own, so that the caller keeps `fd`. */
static bool open_listing(int fd, const char *path, DIR **ret, struct err *err)
{
	int copy = openat(fd, ".", DIR_FLAGS);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);

	if (!listing) {
		err_errno(err, "cannot list folder '%s'", path);
		if (copy >= 0)
			(void)close(copy);
		return false;
	}
	*ret = listing;
	return true;
}

/* The next name other than "." and ".."; NULL at the end or, with errno set, on failure. */
static const char *next_name(DIR *listing)
{
	const struct dirent *entry;

	errno = 0;
	do
		entry = readdir(listing);
	while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry ? entry->d_name : NULL;
}

static bool sync_files_in(int dir, const char *path, struct err *err)
{
	auto_dir DIR *listing = NULL;

	if (!open_listing(dir, path, &listing, err))
		return false;
	for (const char *name = next_name(listing); name; name = next_name(listing)) {
		auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

		if (fd < 0 || fsync(fd) != 0)
			return err_errno(err, "cannot make '%s' in '%s' durable", name, path);
	}
	return errno == 0 ? sync_fd(dir, path, err) : err_errno(err, "cannot list folder '%s'", path);
}

bool file_rename_dir(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	auto_fd int dir = -1;

	return file_open_dir_at(from_dir, from, &dir, err) && sync_files_in(dir, from, err) &&
		   file_rename_at(from_dir, from, to_dir, to, err);
}

static bool remove_tree(int dir, const char *name, int depth, struct err *err)
{
	auto_fd int folder = -1;
	auto_dir DIR *listing = NULL;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(err, "cannot remove '%s'", name);
	if (depth == 0)
		return err_set(
			err, ERR_DATA, "'%s' is nested deeper than %d folders", name, TREE_DEPTH_MAX);
	folder = openat(dir, name, DIR_FLAGS | O_NOFOLLOW);
	if (folder < 0)
		return err_errno(err, "cannot remove '%s'", name);
	if (!open_listing(folder, name, &listing, err))
		return false;
	for (const char *child = next_name(listing); child; child = next_name(listing))
		if (!remove_tree(folder, child, depth - 1, err))
			return false;
	if (errno != 0 || unlinkat(dir, name, AT_REMOVEDIR) != 0)
		return err_errno(err, "cannot remove folder '%s'", name);
	return true;
}

bool file_remove_tree_at(int dir, const char *name, struct err *err)
{
	return remove_tree(dir, name, TREE_DEPTH_MAX, err);
}

bool file_exists_at(int dir, const char *name, bool *ret, struct err *err)
{
	struct stat info;
	bool there = fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0;

	if (!there && errno != ENOENT)
		return err_errno(err, "cannot examine '%s'", name);
	*ret = there;
	return true;
}
