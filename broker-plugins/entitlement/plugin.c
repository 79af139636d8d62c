/*
 * certwire_entitlement.so: its start and its end. Everything here runs on the loop's thread; the
 * loader has a thread of its own.
 */
#include "broker-plugins/entitlement/plugin.h"

#include "broker-plugins/entitlement/callbacks.h"
#include "broker-plugins/entitlement/turn.h"
#include "broker-plugins/kit/broker_log.h"
#include "broker-plugins/kit/broker_options.h"

#include <sodium.h>

#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

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

static bool start(struct plugin *plugin, struct mosquitto_opt *options, int count, struct err *err)
{
	struct moment now;

	if (sodium_init() < 0)
		return err_set(err, ERR_SYSTEM, "libsodium does not start");
	if (!broker_options_set(&plugin->conf, options, count, err) ||
		!entitlement_options_finish(&plugin->conf, &plugin->options, err))
		return false;
	set_limits(plugin);
	if (!loader_start(&plugin->loader, &plugin->options, &plugin->denials, err))
		return false;
	plugin->has_thread = true;
	if (!await_copy(plugin, err) || !callbacks_register(plugin, err))
		return false;
	now = moment_now();
	turn_take_news(plugin, &now);
	return true;
}

/* The parts that need no options and cannot be left half made. */
static struct plugin *plugin_new(mosquitto_plugin_id_t *id, struct err *err)
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

static void plugin_free(struct plugin *plugin)
{
	callbacks_unregister(plugin);
	/* A thread that does not end keeps its memory: the process is about to go. */
	if (plugin->has_thread && !loader_stop(&plugin->loader))
		return;
	gate_release(&plugin->gate);
	denials_release(&plugin->denials);
	conf_release(&plugin->conf);
	free(plugin);
}

EXPORT int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
	for (int i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
	struct mosquitto_opt *options, int option_count)
{
	struct err err;
	struct plugin *plugin = plugin_new(identifier, &err);

	if (plugin && start(plugin, options, option_count, &err)) {
		*userdata = plugin;
		return MOSQ_ERR_SUCCESS;
	}
	broker_log(LOG_LEVEL_ERROR, "certwire_entitlement: %s", err.text);
	if (plugin)
		plugin_free(plugin);
	return MOSQ_ERR_UNKNOWN;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	struct plugin *plugin = userdata;

	(void)options;
	(void)option_count;
	if (plugin)
		plugin_free(plugin);
	return MOSQ_ERR_SUCCESS;
}
