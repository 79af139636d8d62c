#include "broker-plugins/kit/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Not SIGRTMIN itself: Mosquitto 2.1 takes that for rotating its log. */
#define WAKE_SIGNAL (SIGRTMIN + 5)

static void on_wake(int number)
{
	(void)number;
}

static bool install_wake_handler(struct err *err)
{
	struct sigaction action = {.sa_handler = on_wake, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	if (sigaction(WAKE_SIGNAL, &action, NULL) != 0)
		return err_errno(err, "cannot handle the wake signal");
	return true;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;

	worker->run(worker, worker->ctx);
	return NULL;
}

/* The new thread inherits the mask, so that no signal of the broker ever lands in it. */
static int create_with_signals_blocked(struct worker *worker)
{
	sigset_t all;
	sigset_t before;
	int failure;

	sigfillset(&all);
	failure = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (failure)
		return failure;
	failure = pthread_create(&worker->thread, NULL, worker_main, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failure;
}

bool worker_start(struct worker *worker, void (*run)(struct worker *worker, void *ctx), void *ctx,
	struct err *err)
{
	int failure;

	if (!install_wake_handler(err))
		return false;
	worker->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->stop_fd < 0)
		return err_errno(err, "cannot make an event descriptor");
	worker->loop = pthread_self();
	worker->run = run;
	worker->ctx = ctx;
	atomic_init(&worker->stopping, false);
	failure = create_with_signals_blocked(worker);
	if (failure) {
		close(worker->stop_fd);
		worker->stop_fd = -1;
		errno = failure;
		return err_errno(err, "cannot start a thread");
	}
	worker->started = true;
	return true;
}

bool worker_stop(struct worker *worker, int timeout_s)
{
	struct timespec until;
	uint64_t one = 1;

	if (!worker->started)
		return true;
	atomic_store(&worker->stopping, true);
	/* Cannot fail: the counter is far from full. */
	if (write(worker->stop_fd, &one, sizeof(one)) != sizeof(one))
		return false;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_s;
	if (pthread_timedjoin_np(worker->thread, NULL, &until) != 0)
		return false;
	worker->started = false;
	close(worker->stop_fd);
	worker->stop_fd = -1;
	return true;
}

bool worker_is_stopping(const struct worker *worker)
{
	return atomic_load_explicit(&worker->stopping, memory_order_relaxed);
}

bool worker_wait(const struct worker *worker, int fd, int timeout_ms)
{
	struct pollfd fds[2] = {
		{.fd = worker->stop_fd, .events = POLLIN},
		{.fd = fd, .events = POLLIN},
	};

	if (poll(fds, 2, timeout_ms) <= 0)
		return false;
	return fds[1].revents != 0;
}

void worker_wake_loop(const struct worker *worker)
{
	pthread_kill(worker->loop, WAKE_SIGNAL);
}
