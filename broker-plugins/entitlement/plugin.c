/*
 * certwire_entitlement.so: its start and its end. Everything here runs on the loop's thread; the
 * loader has a thread of its own.
 */
#include "broker-plugins/entitlement/plugin.h"

#include "broker-plugins/entitlement/callbacks.h"
#include "broker-plugins/entitlement/turn.h"
#include "broker-plugins/kit/broker_entry.h"
#include "broker-plugins/kit/broker_options.h"

#include <stdlib.h>

enum { STOP_TIMEOUT_S = 5 };

const char plugin_name[] = "certwire_entitlement";

static void set_limits(struct plugin *plugin)
{
	plugin->limits = (struct gate_limits){
		.audiences = plugin->options.broker_names,
		.max_staleness_ms = plugin->options.max_staleness_s * 1000,
		.read_deadline_ms = plugin->options.read_deadline_s * 1000,
		.require_certificate = plugin->options.require_certificate,
	};
}

/* Waits for the first whole copy: before it nobody could be let in anyhow. */
static bool await_copy(struct plugin *plugin, struct err *err)
{
	bool has_come = loader_await_first(&plugin->loader, plugin->options.start_timeout_s);

	turn_write_notes(plugin);
	if (!has_come)
		return err_set(err, ERR_SYSTEM, "no copy of the entitlements within %lld s",
			(long long)plugin->options.start_timeout_s);
	return true;
}

bool plugin_start(
	struct plugin *plugin, const struct mosquitto_opt *options, int count, struct err *err)
{
	struct moment now;

	if (!broker_options_set(&plugin->conf, options, count, err) ||
		!entitlement_options_finish(&plugin->conf, &plugin->options, err))
		return false;
	set_limits(plugin);
	if (!loader_start(&plugin->loader, &plugin->options, &plugin->denials, &plugin->pulse, err))
		return false;
	plugin->has_thread = true;
	if (!waker_start(&plugin->waker, err))
		return false;
	if (!await_copy(plugin, err) || !callbacks_register(plugin, err))
		return false;
	now = moment_now();
	turn_take_news(plugin, &now);
	return true;
}

/* The parts that need no options and cannot be left half made. */
struct plugin *plugin_new(mosquitto_plugin_id_t *id, struct err *err)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (!plugin) {
		err_set(err, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	plugin->id = id;
	conf_init(&plugin->conf, entitlement_keys, &plugin->options);
	if (!denials_init(&plugin->denials, err)) {
		free(plugin);
		return NULL;
	}
	if (!gate_init(&plugin->gate, &plugin->limits, err)) {
		denials_release(&plugin->denials);
		free(plugin);
		return NULL;
	}
	return plugin;
}

void plugin_free(struct plugin *plugin)
{
	callbacks_unregister(plugin);
	/* A thread that does not end keeps its memory: the process is about to go. */
	if (!waker_stop(&plugin->waker, STOP_TIMEOUT_S))
		return;
	if (plugin->has_thread && !loader_stop(&plugin->loader))
		return;
	gate_release(&plugin->gate);
	denials_release(&plugin->denials);
	conf_release(&plugin->conf);
	free(plugin);
}
