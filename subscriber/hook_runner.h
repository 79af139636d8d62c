/*
 * The process that runs people's programs. It is forked from the daemon before that reads its key and
 * confines itself, since a mailer needs rights that a receiver of foreign bytes must not have; it
 * holds one end of a socket, and no key, state or lock.
 */
#ifndef CERTWIRE_SUBSCRIBER_HOOK_RUNNER_H
#define CERTWIRE_SUBSCRIBER_HOOK_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/log.h"
#include "common/macros.h"

/*
 * A request is one message: texts each ended by NUL, namely the program, the folder whose files are
 * its arguments ("" for none), and then variables NAME=VALUE for its environment. One at a time.
 */
enum { HOOK_REQUEST_MAX = 16 * 1024 };

/* The answer to it, in one message. */
struct hook_answer {
	int32_t status; /* exit status, or 128 and the number of the signal that ended it */
	int32_t timed_out;
};

/* `*ret_fd` is the daemon's end, not blocking; once it is closed the process ends. */
bool hook_runner_start(
	const struct log *log, int64_t timeout_s, int *ret_fd, struct err *err) MUST_USE NONNULL;

#endif
