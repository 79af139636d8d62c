#include "common/file.h"
#include "subscriber/daemon.h"
#include "subscriber/guard.h"
#include "subscriber/hook_runner.h"
#include "subscriber/own_certificate.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <signal.h>

/* A signal can reach nothing but a global. */
static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static bool catch_signals(struct err *err)
{
	struct sigaction end = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	/* Without SA_RESTART, so that a wait ends at once. */
	if (sigaction(SIGTERM, &end, NULL) != 0 || sigaction(SIGINT, &end, NULL) != 0 ||
		sigaction(SIGPIPE, &ignore, NULL) != 0)
		return err_errno(err, "cannot catch signals");
	return true;
}

static bool run_unit(const struct config *config, int hook_fd, struct err *err)
{
	auto_unit struct unit unit = {.key = SIGNING_KEY_INIT, .spool = {.dir = -1}};
	struct guard guard = {.user = ""};
	auto_fd int lock = -1;
	auto_fd int hooks = hook_fd;

	if (!state_lock(config->state, &lock, err) || !unit_open(config, clock_system(), &unit, err) ||
		!own_certificate_check(config, unit_now(&unit), err) ||
		!file_mkdirs(config->inbox, 0750, err))
		return false;
	guard_confine(config, &guard);
	if (!guard_keep(&unit.db, &guard, err))
		return false;
	log_line(&unit.log, LOG_LEVEL_INFO, "user %s, seccomp %s, landlock %s, hooks %s", guard.user,
		guard.seccomp, guard.landlock, guard.hooks);
	log_line(&unit.log, LOG_LEVEL_INFO, "%s starts, inbox '%s'", config->client_id, config->inbox);
	hook_fd = hooks;
	hooks = -1;
	return daemon_run(&unit, hook_fd, &stop, err);
}

/* Before the state's lock and the key: the process that runs programs has neither. */
static bool run_hooks(const struct config *config, int *ret_fd, struct err *err)
{
	struct log log;

	*ret_fd = -1;
	if (!config->on_publication && !config->on_recall && !config->on_deadline)
		return true;
	log_init(&log);
	log.level = config->log_level;
	return hook_runner_start(&log, config->hook_timeout_s, ret_fd, err);
}

bool verb_run(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};

	int hook_fd;

	return verb_config(call, &config, err) && catch_signals(err) && guard_drop(&config, err) &&
		   run_hooks(&config, &hook_fd, err) && run_unit(&config, hook_fd, err);
}
