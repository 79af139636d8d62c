/* The verb: serves until it is ended. */
#include "subscriber/web.h"

#include "subscriber/db.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <signal.h>
#include <stdio.h>

/* Its threads inherit the mask, so the signals come here. */
static bool web_block_signals(sigset_t *ret, struct err *err)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigemptyset(ret) != 0 || sigaddset(ret, SIGTERM) != 0 || sigaddset(ret, SIGINT) != 0 ||
		sigprocmask(SIG_BLOCK, ret, NULL) != 0)
		return err_errno(err, "cannot wait for signals");
	return true;
}

bool verb_web(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct web web = {.config = &config};
	struct web_server *server;
	sigset_t signals;
	int64_t wanted;
	int number;
	int port;

	if (!verb_config_as_owner(call, &config, err) ||
		!cli_int(call, "port", 1, 65535, 0, &wanted, err) ||
		!state_open_readonly(config.state, &db, err) || !web_block_signals(&signals, err) ||
		!web_start(&web, (int)wanted, &server, &port, err))
		return false;
	(void)printf("http://127.0.0.1:%d/%s/\n", port, web.secret);
	(void)fflush(stdout);
	(void)fprintf(stderr, "在本机浏览器中打开上面的地址；地址含密钥，请勿外传。按 Ctrl-C 结束。\n"
						  "Open it in a browser on this machine; who knows it reads everything.\n");
	(void)sigwait(&signals, &number);
	web_stop(server);
	return true;
}
