#include "broker-plugins/kit/broker_options.h"

#include <stdio.h>

bool broker_options_set(
	struct conf *conf, const struct mosquitto_opt *options, int count, struct err *err)
{
	for (int i = 0; i < count; i++) {
		char origin[CONF_ORIGIN_SIZE];
		const char *value = options[i].value ? options[i].value : "";

		snprintf(origin, sizeof(origin), "plugin_opt_%s", options[i].key);
		if (!conf_set(conf, options[i].key, value, origin, err))
			return false;
	}
	return true;
}
