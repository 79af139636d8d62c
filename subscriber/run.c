#include "subscriber/daemon.h"
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

static bool run_unit(const struct config *config, struct err *err)
{
	auto_unit struct unit unit = {.key = SIGNING_KEY_INIT, .spool = {.dir = -1}};
	auto_fd int lock = -1;

	if (!state_lock(config->state, &lock, err) || !unit_open(config, clock_system(), &unit, err))
		return false;
	log_line(&unit.log, LOG_LEVEL_INFO, "%s starts, inbox '%s'", config->client_id, config->inbox);
	return daemon_run(&unit, &stop, err);
}

bool verb_run(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};

	return verb_config(call, &config, err) && catch_signals(err) && run_unit(&config, err);
}
