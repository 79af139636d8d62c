/*
 * certwire-dispatch: issues, offers, sends parts, answers syncs and settles receipts.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <mosquitto.h>
#include <sodium.h>

#include "common/cleanup.h"
#include "common/cli.h"
#include "common/clock.h"
#include "publisher/dispatch/config.h"
#include "publisher/dispatch/dispatch.h"
#include "publisher/dispatch/metrics.h"
#include "publisher/dispatch/work.h"

static const struct cli_option options[] = {
	{.name = "config", .arg = "FILE", .help = "the configuration"},
	{.name = "check", .help = "read configuration and key, say so, and end"},
	{0},
};

/* A descriptor that becomes readable when the process is asked to end. */
static bool open_signals(int *ret_fd, struct err *err)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_errno(err, "signals");
	*ret_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd >= 0 || err_errno(err, "signals");
}

/* Takes the signal that was seen, so that the clean end is not interrupted by it; a second one is. */
static void take_signal(int fd)
{
	struct signalfd_siginfo info;
	ssize_t len = read(fd, &info, sizeof info);

	(void)len;
}

static bool run_loop(struct dispatch *dispatch, int signal_fd, struct err *err)
{
	const struct log *log = &dispatch->log;
	struct metrics *metrics;

	if (!metrics_start(dispatch->config, &dispatch->tally, signal_fd, &metrics, err))
		return false;
	log_line(
		log, LOG_LEVEL_INFO, "started as %s with key %s", dispatch->client_id, dispatch->key.kid);
	work_loop(dispatch);
	metrics_stop(metrics);
	take_signal(signal_fd);
	log_line(log, LOG_LEVEL_INFO, "ending");
	return true;
}

static bool run(const struct cli_call *call, struct err *err)
{
	static struct dispatch dispatch;
	struct config config = {.address_count = 0};
	auto_fd int signal_fd = -1;
	const char *path;
	bool done;

	if (!cli_need(call, "config", &path, err))
		return false;
	done = config_load(&config, path, err) && open_signals(&signal_fd, err) &&
		   dispatch_open(&dispatch, &config, signal_fd, clock_system(), err);
	if (done && cli_has(call, "check"))
		(void)printf("%s: key %s, %zu brokers\n", path, dispatch.key.kid, config.address_count);
	else if (done)
		done = run_loop(&dispatch, signal_fd, err);
	dispatch_close(&dispatch);
	config_release(&config);
	return done;
}

static const struct cli_verb verbs[] = {
	{.name = "",
		.run = run,
		.help = "issue, offer, answer syncs and settle receipts, until SIGTERM",
		.options = options},
	{0},
};

static const struct cli_settings settings[] = {{NULL, config_keys}, {0}};

static const struct cli_program program = {
	.name = "certwire-dispatch",
	.summary = "the dispatcher of Certwire",
	.verbs = verbs,
	.settings = settings,
};

/* A step's rows and parameters are a megabyte or two: given back after each, they were faulted in again. */
static void keep_memory(void)
{
	enum { KEPT_BYTES = 8 * 1024 * 1024 };

	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

int main(int argc, char **argv)
{
	keep_memory();
	if (sodium_init() < 0 || mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
		(void)fputs("certwire-dispatch: libsodium or libmosquitto cannot start\n", stderr);
		return 1;
	}
	return cli_main(&program, argc, argv);
}
