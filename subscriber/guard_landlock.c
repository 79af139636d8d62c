/*
 * Files: state and inbox to write, what name lookup, TLS and the C library read to read, and nothing
 * else. The C library has no functions for Landlock, so the system calls are made here.
 */
#include "subscriber/guard.h"

#include "common/cleanup.h"

#include <linux/landlock.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* All that the first version of Landlock knows. */
#define ALL_FILES \
	(READ_FILES | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

#define KEEP_FILES \
	(READ_FILES | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
		LANDLOCK_ACCESS_FS_MAKE_REG)

/* The second version forbids moving files between folders unless that is allowed expressly. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif

static long landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* A path that is not there needs no rule. */
static bool landlock_allow(int rules, const char *path, __u64 access)
{
	auto_fd int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr beneath = {.allowed_access = access, .parent_fd = fd};

	return fd < 0 ||
		   syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
}

/* Of a file that is read: its folder, because a new one may take its place. */
static bool landlock_allow_folder(int rules, const char *file)
{
	auto_free char *path = file ? strdup(file) : NULL;

	return !file || (path && landlock_allow(rules, dirname(path), READ_FILES));
}

static bool landlock_allow_all(const struct config *config, int rules, __u64 keep)
{
	static const char *const read_only[] = {"/etc", "/usr", "/lib", "/lib64",
		"/run/systemd/resolve", "/run/resolvconf", "/run/nscd", "/var/run/nscd", "/proc"};
	static const char *const devices[] = {"/dev/null", "/dev/urandom", "/dev/random"};

	for (size_t i = 0; i < ARRAY_LEN(read_only); i++) {
		if (!landlock_allow(rules, read_only[i], READ_FILES))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		if (!landlock_allow(
				rules, devices[i], LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE))
			return false;
	}
	return landlock_allow(rules, config->state, keep) &&
		   landlock_allow(rules, config->inbox, keep) &&
		   landlock_allow_folder(rules, config->broker_ca) &&
		   landlock_allow_folder(rules, config->tls_certificate) &&
		   landlock_allow_folder(rules, config->tls_key);
}

void guard_landlock(const struct config *config, char out[static GUARD_TEXT_SIZE])
{
	long version = landlock_version();
	__u64 refer = version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
	struct landlock_ruleset_attr handled = {.handled_access_fs = ALL_FILES | refer};
	auto_fd int rules = -1;

	/* The first version lets no file move between folders, and documents are moved into place. */
	if (version < 2) {
		(void)snprintf(out, GUARD_TEXT_SIZE, "off: %s",
			version < 0 ? strerror(errno) : "this kernel has its first version alone");
		return;
	}
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
	if (rules < 0 || !landlock_allow_all(config, rules, KEEP_FILES | refer) ||
		syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
		(void)snprintf(out, GUARD_TEXT_SIZE, "off: %s", strerror(errno));
		return;
	}
	(void)snprintf(out, GUARD_TEXT_SIZE, "on");
}
