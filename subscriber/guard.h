/*
 * What the daemon gives up, so that bytes from outside that took it over could do little: root's
 * rights, the files it has no use for (Landlock), and the system calls that receiving never makes
 * (seccomp). Each where the kernel has it; what took effect is kept for `status`.
 */
#ifndef CERTWIRE_SUBSCRIBER_GUARD_H
#define CERTWIRE_SUBSCRIBER_GUARD_H

#include <pwd.h>
#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/config.h"
#include "subscriber/db.h"

enum { GUARD_TEXT_SIZE = 128 };

struct guard {
	char user[GUARD_TEXT_SIZE]; /* who we run as */
	char seccomp[GUARD_TEXT_SIZE]; /* "on", or "off: why" */
	char landlock[GUARD_TEXT_SIZE];
	char hooks[GUARD_TEXT_SIZE]; /* "on", "off: no program is configured" */
};

/* As root with config's `user`: becomes it for good, groups included. ERR_USAGE when there is no such user. */
bool guard_drop(const struct config *config, struct err *err) MUST_USE NONNULL;

/* As root: becomes that user for good, groups included. */
bool guard_become(const struct passwd *user, struct err *err) MUST_USE NONNULL;

/* As root: becomes config's `user`, or else whom the state folder belongs to, so that what is made there is that user's. */
bool guard_become_owner(const struct config *config, struct err *err) MUST_USE NONNULL;

/* After everything is open that lies outside state and inbox, and the key is read. Cannot be undone. */
void guard_confine(const struct config *config, struct guard *guard) NONNULL;

/* guard_landlock.c, guard_seccomp.c: fill `out` with what took effect. */
void guard_landlock(const struct config *config, char out[static GUARD_TEXT_SIZE]) NONNULL;
void guard_seccomp(char out[static GUARD_TEXT_SIZE]) NONNULL;

bool guard_keep(struct db *db, const struct guard *guard, struct err *err) MUST_USE NONNULL;

#endif
