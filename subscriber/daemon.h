/*
 * The daemon: one thread that keeps the line up, takes in what arrives, asks for what is missing, and
 * says what it stored until that is settled.
 */
#ifndef CERTWIRE_SUBSCRIBER_DAEMON_H
#define CERTWIRE_SUBSCRIBER_DAEMON_H

#include <signal.h>
#include <stdbool.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/unit.h"

/*
 * `hook_fd` is of hook_runner_start, or -1; the daemon closes it. Works until `*stop` is set (by a signal); returns false only when
 * it cannot even begin.
 */
bool daemon_run(struct unit *unit, int hook_fd, const volatile sig_atomic_t *stop,
	struct err *err) MUST_USE NONNULL;

#endif
