/* The half of config.h that knows where settings come from. */
#include "subscriber/config.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "common/language.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool config_default_path(const char *state_dir, char **ret, struct err *err)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n;

	if (state_dir)
		n = asprintf(ret, "%s/unit.conf", state_dir);
	else if (base && *base == '/')
		n = asprintf(ret, "%s/certwire/unit.conf", base);
	else if (home && *home == '/')
		n = asprintf(ret, "%s/.config/certwire/unit.conf", home);
	else
		return err_set(err, ERR_USAGE, "HOME is not set: name the configuration with --config");
	return n >= 0 || err_set(err, ERR_SYSTEM, "out of memory");
}

static bool config_read(const char *path, struct config *ret, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);

	return file_read(path, CONF_TEXT_MAX, &text, err) &&
		   conf_parse(&ret->conf, path, buf_str(&text), text.len, err);
}

static bool config_absent(const char *path, struct err *err)
{
	return err_set(err, ERR_USAGE,
		"there is no '%s'; name the configuration with --config, or its folder with --state, "
		"or begin with 'certwire-unit enroll'",
		path);
}

static bool config_read_files(
	const struct config_sources *sources, struct config *ret, struct err *err)
{
	auto_free char *own = NULL;
	bool system;

	if (sources->path)
		return config_read(sources->path, ret, err);
	if (!config_default_path(sources->state_dir, &own, err))
		return false;
	system = !sources->state_dir && access(CONFIG_SYSTEM, F_OK) == 0;
	if (system && !config_read(CONFIG_SYSTEM, ret, err))
		return false;
	if (access(own, F_OK) != 0)
		return system || config_absent(own, err);
	return config_read(own, ret, err);
}

/* CERTWIRE_UNIT_LOG_LEVEL=debug */
static bool config_read_variable(const char *variable, struct config *ret, struct err *err)
{
	const char *equals = strchr(variable, '=');
	char origin[CONF_ORIGIN_SIZE];
	char name[64];
	size_t len;

	if (strncmp(variable, CONFIG_VARIABLE, sizeof CONFIG_VARIABLE - 1) != 0 || !equals)
		return true;
	(void)snprintf(origin, sizeof origin, "%.*s", (int)(equals - variable), variable);
	len = (size_t)(equals - variable) - (sizeof CONFIG_VARIABLE - 1);
	if (len >= sizeof name)
		len = sizeof name - 1;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)variable[sizeof CONFIG_VARIABLE - 1 + i]);
	name[len] = '\0';
	return conf_set(&ret->conf, name, equals + 1, origin, err);
}

static bool config_read_setting(const char *setting, struct config *ret, struct err *err)
{
	const char *equals = strchr(setting, '=');
	char name[64];

	if (!equals || (size_t)(equals - setting) >= sizeof name)
		return err_set(err, ERR_USAGE, "--set '%s' is not KEY=VALUE", ERR_QUOTED(setting));
	(void)snprintf(name, sizeof name, "%.*s", (int)(equals - setting), setting);
	return conf_set(&ret->conf, name, equals + 1, "--set", err);
}

static bool config_read_all(
	const struct config_sources *sources, struct config *ret, struct err *err)
{
	if (!config_read_files(sources, ret, err))
		return false;
	for (char **variable = environ; *variable; variable++) {
		if (!config_read_variable(*variable, ret, err))
			return false;
	}
	for (const char *const *setting = sources->settings; setting && *setting; setting++) {
		if (!config_read_setting(*setting, ret, err))
			return false;
	}
	return !sources->state_dir || conf_set(&ret->conf, "state", sources->state_dir, "--state", err);
}

bool config_load(const struct config_sources *sources, struct config *ret, struct err *err)
{
	*ret = (struct config){.unit = NULL};
	conf_init(&ret->conf, config_keys, ret);
	if (!config_read_all(sources, ret, err)) {
		config_release(ret);
		return false;
	}
	return config_finish(ret, err);
}

static bool config_gives(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return true;
	}
	return false;
}

bool config_comment(struct buf *text, struct err *err)
{
	for (const struct conf_key *key = config_keys; key->name; key++) {
		if (!config_gives(buf_str(text), key->name) &&
			!buf_printf(text, err, "\n# %s\n# %s = %s\n", language_text(key->help), key->name,
				key->fallback ? key->fallback : "…"))
			return false;
	}
	return true;
}

const char *config_origin(const struct config *config, const char *key)
{
	for (size_t i = 0; config_keys[i].name; i++) {
		if (strcmp(config_keys[i].name, key) == 0)
			return config->conf.origin[i];
	}
	return "";
}
