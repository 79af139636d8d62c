#include "tests/bench/load/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/load/must.h"

bool load_begin(const struct cli_call *call, int extra, struct swarm *swarm, struct watch *watch,
	struct err *err)
{
	const char *credential = cli_value(call, "credential");
	const char *audience = cli_value(call, "audience");
	int64_t port, clients;

	if (!cli_int(call, "port", 1, 65535, 1883, &port, err) ||
		!cli_int(call, "clients", 1, 100000, 1000, &clients, err))
		return false;
	for (const char *pid;
		 watch->count < WATCH_MAX && (pid = cli_value_at(call, "pid", (size_t)watch->count));
		 watch->count++)
		watch->pids[watch->count] = atoi(pid);
	if (!watch->count)
		return err_set(err, ERR_USAGE, "--pid is missing: whose time is to be told");
	swarm->port = (int)port;
	swarm->credential = credential_of(credential ? credential : "none");
	swarm->audience = audience ? audience : "";
	swarm_init(swarm, (int)clients + extra);
	return true;
}

SSL_CTX *load_tls(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (!context)
		give_up("no memory for TLS");
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	return context;
}

void load_spent(json_t *figures, int64_t wall_ns, struct cpu cpu)
{
	json_object_set_new(figures, "wall_s", json_real((double)wall_ns / 1e9));
	json_object_set_new(figures, "cpu_s", json_real((double)cpu.all_ns / 1e9));
	json_object_set_new(figures, "main_cpu_s", json_real((double)cpu.main_ns / 1e9));
}

bool load_print(json_t *figures, struct err *err)
{
	char *text = figures ? json_dumps(figures, JSON_REAL_PRECISION(9)) : NULL;

	json_decref(figures);
	if (!text)
		return err_set(err, ERR_SYSTEM, "out of memory");
	puts(text);
	free(text);
	return true;
}
