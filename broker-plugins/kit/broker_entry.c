#include "broker-plugins/kit/broker_entry.h"

#include "broker-plugins/kit/broker_log.h"

#include <sodium.h>

#define EXPORT __attribute__((visibility("default")))

bool broker_callbacks_register(mosquitto_plugin_id_t *id, const struct broker_callback *callbacks,
	size_t count, void *userdata, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		int rc = mosquitto_callback_register(
			id, callbacks[i].event, callbacks[i].function, NULL, userdata);

		if (rc != MOSQ_ERR_SUCCESS)
			return err_set(err, ERR_SYSTEM, "Mosquitto does not take the callback of event %d",
				callbacks[i].event);
	}
	return true;
}

void broker_callbacks_unregister(
	mosquitto_plugin_id_t *id, const struct broker_callback *callbacks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mosquitto_callback_unregister(id, callbacks[i].event, callbacks[i].function, NULL);
}

EXPORT int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
	for (int i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

static struct plugin *begin(
	mosquitto_plugin_id_t *id, const struct mosquitto_opt *options, int count, struct err *err)
{
	struct plugin *plugin;

	if (sodium_init() < 0) {
		err_set(err, ERR_SYSTEM, "libsodium does not start");
		return NULL;
	}
	plugin = plugin_new(id, err);
	if (!plugin || plugin_start(plugin, options, count, err))
		return plugin;
	plugin_free(plugin);
	return NULL;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
	struct mosquitto_opt *options, int option_count)
{
	struct err err;
	struct plugin *plugin = begin(identifier, options, option_count, &err);

	if (!plugin) {
		broker_log(LOG_LEVEL_ERROR, "%s: %s", plugin_name, err.text);
		return MOSQ_ERR_UNKNOWN;
	}
	*userdata = plugin;
	return MOSQ_ERR_SUCCESS;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	(void)options;
	(void)option_count;
	if (userdata)
		plugin_free(userdata);
	return MOSQ_ERR_SUCCESS;
}
