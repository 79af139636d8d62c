/*
 * Locals that release themselves when their block ends, on every path.
 *
 *	auto_free char *name = strdup(x);
 *	auto_fd int fd = -1;
 *
 * Always initialise such a local where it is declared: to NULL, -1 or the type's _INIT.
 * Ownership is given away by clearing the local (`*ret = name; name = NULL;`), or with TAKE().
 *
 * Each type keeps its macro beside itself: auto_buf (common/buf.h), auto_secret
 * (common/secret.h), auto_json (common/json.h).
 */
#ifndef CERTWIRE_COMMON_CLEANUP_H
#define CERTWIRE_COMMON_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Calls `function` with the address of the local. */
#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void cleanup_free(const void *address)
{
	void *memory;

	memcpy(&memory, address, sizeof memory);
	free(memory);
}

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

#define auto_free CLEANUP(cleanup_free)
#define auto_fd CLEANUP(cleanup_fd)
#define auto_file CLEANUP(cleanup_file)
#define auto_dir CLEANUP(cleanup_dir)

/* The pointer's value, leaving NULL behind: hands over what an auto_ local holds. */
#define TAKE(pointer) \
	__extension__({ \
		__typeof__(pointer) take_value_ = (pointer); \
		(pointer) = NULL; \
		take_value_; \
	})

#endif
