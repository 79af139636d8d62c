#include "subscriber/verbs.h"

#include "subscriber/guard.h"

#include <stdio.h>

bool verb_config_file(
	const struct cli_call *call, const char *path, struct config *ret, struct err *err)
{
	const char *settings[CLI_VALUES_MAX + 1] = {NULL};
	const struct config_sources sources = {
		.path = path,
		.state_dir = cli_value(call, "state"),
		.settings = settings,
	};

	for (size_t i = 0; i < CLI_VALUES_MAX && cli_value_at(call, "set", i); i++)
		settings[i] = cli_value_at(call, "set", i);
	return config_load(&sources, ret, err);
}

bool verb_config(const struct cli_call *call, struct config *ret, struct err *err)
{
	return verb_config_file(call, cli_value(call, "config"), ret, err);
}

bool verb_config_as_owner(const struct cli_call *call, struct config *ret, struct err *err)
{
	return verb_config(call, ret, err) && guard_become_owner(ret, err);
}

bool verb_config_show(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_buf struct buf text = BUF_INIT(4 * CONF_TEXT_MAX);

	if (!verb_config(call, &config, err) || !conf_show(&config.conf, &text, err))
		return false;
	(void)fputs(buf_str(&text), stdout);
	return true;
}
