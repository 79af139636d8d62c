/*
 * A thread that makes the loop turn again soon. An idle loop turns ten times a second, and what its
 * own thread does cannot shorten that: a signal counts only while it waits. So work that is done a
 * bounded piece a turn asks here for the next turn.
 */
#ifndef CERTWIRE_KIT_WAKER_H
#define CERTWIRE_KIT_WAKER_H

#include "broker-plugins/kit/worker.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdatomic.h>
#include <stdbool.h>

struct waker {
	struct worker worker;
	int ask_fd; /* readable once a turn is asked for */
	atomic_uint turns; /* of the loop so far */
	atomic_uint asked_in; /* which of them asked last */
	atomic_int after_ms; /* how long it said to wait */
};

/* By the loop's thread. Nothing is to be stopped after a failure. */
bool waker_start(struct waker *waker, struct err *err) MUST_USE NONNULL;

/* False when the thread did not end within `timeout_s`: then `waker` may not be freed. */
bool waker_stop(struct waker *waker, int timeout_s) MUST_USE NONNULL;

/* The loop has turned. */
void waker_turned(struct waker *waker) NONNULL;

/* By the loop's thread: it shall turn again, `after_ms` from now. Never waits. */
void waker_ask(struct waker *waker, int after_ms) NONNULL;

#endif
