#include "broker-plugins/kit/waker.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { REPEAT_MS = 1 }; /* a signal that comes before the loop waits is lost */

static void run(struct worker *worker, void *ctx)
{
	struct waker *waker = ctx;
	uint64_t asked;

	while (!worker_is_stopping(worker)) {
		unsigned turn;

		if (!worker_wait(worker, waker->ask_fd, -1) ||
			read(waker->ask_fd, &asked, sizeof(asked)) != sizeof(asked))
			continue;
		turn = atomic_load(&waker->asked_in);
		(void)worker_wait(worker, -1, atomic_load(&waker->after_ms));
		while (!worker_is_stopping(worker) && atomic_load(&waker->turns) == turn) {
			worker_wake_loop(worker);
			(void)worker_wait(worker, -1, REPEAT_MS);
		}
	}
}

bool waker_start(struct waker *waker, struct err *err)
{
	waker->worker = (struct worker)WORKER_INIT;
	atomic_init(&waker->turns, 0);
	atomic_init(&waker->asked_in, 0);
	atomic_init(&waker->after_ms, 0);
	waker->ask_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (waker->ask_fd < 0)
		return err_errno(err, "cannot make an event descriptor");
	if (worker_start(&waker->worker, run, waker, err))
		return true;
	close(waker->ask_fd);
	waker->ask_fd = -1;
	return false;
}

bool waker_stop(struct waker *waker, int timeout_s)
{
	if (!waker->worker.started)
		return true;
	if (!worker_stop(&waker->worker, timeout_s))
		return false;
	close(waker->ask_fd);
	waker->ask_fd = -1;
	return true;
}

void waker_turned(struct waker *waker)
{
	atomic_fetch_add(&waker->turns, 1);
}

void waker_ask(struct waker *waker, int after_ms)
{
	uint64_t one = 1;

	atomic_store(&waker->after_ms, after_ms);
	atomic_store(&waker->asked_in, atomic_load(&waker->turns));
	/* Fails only when the counter is full, that is when it has been asked already. */
	(void)!write(waker->ask_fd, &one, sizeof(one));
}
