/*
 * Files read whole and bounded, and written so that a crash at any instant leaves either the old
 * content or the new, never a mixture, and never loses what was reported as written.
 *
 * Functions that end in _at take an open folder's descriptor (or AT_FDCWD) and a name in it.
 * Failures of the operating system are ERR_SYSTEM, what a person put there wrongly is ERR_DATA;
 * both name the path.
 */
#ifndef CERTWIRE_COMMON_FILE_H
#define CERTWIRE_COMMON_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/secret.h"

/*
 * Reads the regular file (symbolic links are followed; pipes and devices are refused without
 * blocking). More than `max` bytes: ERR_DATA. `out` is an initialised buffer: its content is
 * replaced and its maximum becomes `max`; on failure it is untouched.
 */
bool file_read(const char *path, size_t max, struct buf *out, struct err *err) MUST_USE NONNULL;
bool file_read_at(
	int dir, const char *name, size_t max, struct buf *out, struct err *err) MUST_USE NONNULL;

/*
 * Reads a secret into guarded memory, never through an ordinary buffer. Refused (ERR_DENIED): a
 * symbolic link, an owner other than the effective user, any permission for group or others.
 * Empty or larger than `max`: ERR_DATA. `*ret` is new.
 */
bool file_read_secret(
	const char *path, size_t max, struct secret **ret, struct err *err) MUST_USE NONNULL;

/*
 * Writes aside, fsyncs, renames over `path`, fsyncs the folder. `mode` is exact (no umask). A crash
 * may leave a file named ".tmp-<digits>" behind, which is nobody's content.
 */
bool file_write_atomic(
	const char *path, const void *data, size_t len, mode_t mode, struct err *err) MUST_USE;
bool file_write_atomic_at(
	int dir, const char *name, const void *data, size_t len, mode_t mode, struct err *err) MUST_USE;

/* The same, but refuses (ERR_DENIED) when `path` exists already: for keys that must not be lost. */
bool file_write_new(
	const char *path, const void *data, size_t len, mode_t mode, struct err *err) MUST_USE;

/* Writes all bytes, through signals and short writes; err names `path`. */
bool file_write_all(
	int fd, const void *data, size_t len, const char *path, struct err *err) MUST_USE;

/* Makes the folder's list of names durable. */
bool file_sync_dir(const char *path, struct err *err) MUST_USE NONNULL;

/*
 * Splits `path` into the folder that holds it, opened, and its last name, which points into `path`.
 * A path that ends in '/', "." or ".." is ERR_DATA.
 */
bool file_open_parent_at(int dir, const char *path, int *ret_fd, const char **ret_name,
	struct err *err) MUST_USE NONNULL;

/* Opens a folder; the caller closes `*ret_fd`. */
bool file_open_dir(const char *path, int *ret_fd, struct err *err) MUST_USE NONNULL;
bool file_open_dir_at(int dir, const char *name, int *ret_fd, struct err *err) MUST_USE NONNULL;

/* Makes the folder and the ones above it, durably; existing ones keep their mode. */
bool file_mkdirs(const char *path, mode_t mode, struct err *err) MUST_USE NONNULL;

/*
 * Moves a file or folder within one file system and makes both folders durable. A file or an empty
 * folder at the destination is replaced; a folder that is not empty is refused (ERR_SYSTEM).
 */
bool file_rename_at(
	int from_dir, const char *from, int to_dir, const char *to, struct err *err) MUST_USE NONNULL;

/*
 * Moves a folder that was filled aside to its final name: fsyncs each file in it and the folder
 * itself first (one level, no folders inside), so that whoever sees the final name sees all of it.
 */
bool file_rename_dir(
	int from_dir, const char *from, int to_dir, const char *to, struct err *err) MUST_USE NONNULL;

/* Removes a file, or a folder with all in it, never following a symbolic link. Absent is fine. */
bool file_remove_tree_at(int dir, const char *name, struct err *err) MUST_USE NONNULL;

/* `*ret` tells whether the name exists (a dangling symbolic link does). */
bool file_exists_at(int dir, const char *name, bool *ret, struct err *err) MUST_USE NONNULL;

#endif
