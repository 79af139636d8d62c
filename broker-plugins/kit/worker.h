/*
 * A plugin's background thread. It runs with every signal blocked and may call no mosquitto_*
 * function at all: its own memory, the database, rings, and worker_wake_loop only.
 */
#ifndef CERTWIRE_KIT_WORKER_H
#define CERTWIRE_KIT_WORKER_H

#include "common/err.h"
#include "common/macros.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker {
	pthread_t thread;
	pthread_t loop; /* Mosquitto's one thread */
	int stop_fd; /* readable once the worker shall end: pg_options.interrupt_fd */
	atomic_bool stopping;
	bool started;
	void (*run)(struct worker *worker, void *ctx);
	void *ctx;
};

/* clang-format off */
#define WORKER_INIT {.stop_fd = -1}
/* clang-format on */

/*
 * Called by the loop's thread: prepares stop_fd and the wake signal's handler, so that `run` finds
 * both, and starts `run` in a thread of its own.
 */
bool worker_start(struct worker *worker, void (*run)(struct worker *worker, void *ctx), void *ctx,
	struct err *err) MUST_USE NONNULL;

/*
 * Asks the thread to end and waits for it, at most `timeout_s`. False when it did not end: then
 * nothing it can reach may be freed. Fine when it was never started.
 */
bool worker_stop(struct worker *worker, int timeout_s) MUST_USE NONNULL;

bool worker_is_stopping(const struct worker *worker) NONNULL;

/*
 * Waits until `fd` (-1: none) can be read, the worker shall end, or `timeout_ms` have passed.
 * Returns whether `fd` can be read.
 */
bool worker_wait(const struct worker *worker, int fd, int timeout_ms) NONNULL;

/*
 * Interrupts the loop's wait, so that the tick comes at once instead of within 100 ms. Costs the
 * loop nothing when it does not wait; a signal that comes between the tick and the wait is lost, so
 * callers repeat it until they see that the tick has come.
 */
void worker_wake_loop(const struct worker *worker) NONNULL;

#endif
