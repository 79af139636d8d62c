#include "common/conf.h"

#include "common/conf_value.h"
#include "common/file.h"
#include "common/language.h"
#include "common/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char blanks[] = " \t\r";

void conf_init(struct conf *conf, const struct conf_key *keys, void *settings)
{
	size_t count = 0;

	while (keys[count].name)
		count++;
	assert(count <= CONF_KEYS_MAX);
	*conf = (struct conf){.keys = keys, .settings = settings};
}

void conf_release(struct conf *conf)
{
	for (const struct conf_key *key = conf->keys; key && key->name; key++)
		conf_value_release(key, conf->settings);
	*conf = (struct conf){0};
}

static const struct conf_key *find_key(const struct conf *conf, const char *name, size_t len)
{
	for (const struct conf_key *key = conf->keys; key->name; key++)
		if (strlen(key->name) == len && memcmp(key->name, name, len) == 0)
			return key;
	return NULL;
}

static char *origin_of(struct conf *conf, const struct conf_key *key)
{
	return conf->origin[key - conf->keys];
}

static bool assign(struct conf *conf, const struct conf_key *key, const char *value,
	const char *source, const char *origin, struct err *err)
{
	if (!conf_value_set(key, conf->settings, value, source, err))
		return err_context(err, "%s: '%s'", origin, key->name);
	(void)snprintf(origin_of(conf, key), CONF_ORIGIN_SIZE, "%s", origin);
	return true;
}

/* Cuts blanks off both ends in place; returns the first character left. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, blanks);
	for (len = strlen(text); len > 0 && strchr(blanks, text[len - 1]); len--)
		;
	text[len] = '\0';
	return text;
}

/* One line, which it may change. `seen` has for each key the line that gave it, 0 for none. */
static bool parse_line(struct conf *conf, const char *source, char *line, unsigned int number,
	unsigned int *seen, struct err *err)
{
	char origin[CONF_ORIGIN_SIZE];
	char *equals = strchr(line, '=');
	const struct conf_key *key;
	const char *name;

	(void)snprintf(origin, sizeof origin, "%s:%u", source, number);
	line = trim(line);
	if (*line == '\0' || *line == '#')
		return true;
	if (!equals)
		return err_set(err, ERR_USAGE, "%s: '%s' is not 'key = value'", origin, ERR_QUOTED(line));
	*equals = '\0';
	name = trim(line);
	key = find_key(conf, name, strlen(name));
	if (!key)
		return err_set(err, ERR_USAGE, "%s: unknown key '%s'", origin, ERR_QUOTED(name));
	if (seen[key - conf->keys] > 0)
		return err_set(err, ERR_USAGE, "%s: '%s' was given in line %u already", origin, key->name,
			seen[key - conf->keys]);
	seen[key - conf->keys] = number;
	return assign(conf, key, trim(equals + 1), source, origin, err);
}

bool conf_parse(
	struct conf *conf, const char *source, const char *text, size_t len, struct err *err)
{
	unsigned int seen[CONF_KEYS_MAX] = {0};
	unsigned int number = 0;
	auto_free char *copy = NULL;
	char *rest;

	if (len > CONF_TEXT_MAX)
		return err_set(
			err, ERR_USAGE, "%s: longer than the limit of %d bytes", source, CONF_TEXT_MAX);
	if (memchr(text, '\0', len) || !utf8_valid(text, len))
		return err_set(err, ERR_USAGE, "%s: not a text in UTF-8", source);
	copy = strndup(text, len);
	if (!copy)
		return err_errno(err, "cannot read '%s'", source);
	rest = copy;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
		if (!parse_line(conf, source, line, ++number, seen, err))
			return false;
	return true;
}

bool conf_set(
	struct conf *conf, const char *name, const char *value, const char *origin, struct err *err)
{
	const struct conf_key *key = find_key(conf, name, strlen(name));

	if (!key)
		return err_set(err, ERR_USAGE, "%s: unknown key '%s'", origin, ERR_QUOTED(name));
	if (strcmp(origin_of(conf, key), origin) == 0)
		return err_set(err, ERR_USAGE, "%s: '%s' was given already", origin, key->name);
	return assign(conf, key, value, NULL, origin, err);
}

bool conf_finish(struct conf *conf, struct err *err)
{
	for (const struct conf_key *key = conf->keys; key->name; key++) {
		if (origin_of(conf, key)[0] != '\0')
			continue;
		if (key->required)
			return err_set(err, ERR_USAGE, "the setting '%s' is missing (%s)", key->name,
				language_text(key->help));
		if (key->fallback && !assign(conf, key, key->fallback, NULL, "default", err))
			return false;
	}
	return true;
}

bool conf_load(struct conf *conf, const char *path, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(0);

	if (!file_read(path, CONF_TEXT_MAX, &text, err) ||
		!conf_parse(conf, path, buf_str(&text), text.len, err))
		return false;
	return conf_finish(conf, err) || err_context(err, "%s", path);
}

bool conf_show(const struct conf *conf, struct buf *out, struct err *err)
{
	for (const struct conf_key *key = conf->keys; key->name; key++) {
		const char *origin = conf->origin[key - conf->keys];

		if (!buf_printf(out, err, "%s = ", key->name) ||
			!conf_value_print(key, conf->settings, out, err) ||
			!buf_printf(out, err, "  # %s\n", *origin ? origin : "not set"))
			return false;
	}
	return true;
}

const char *conf_type_name(enum conf_type type)
{
	switch (type) {
	case CONF_STRING:
		return "text";
	case CONF_PATH:
		return "path";
	case CONF_INT:
		return "number";
	case CONF_DURATION:
		return "duration";
	case CONF_SIZE:
		return "size";
	case CONF_BOOL:
		return "yes/no";
	case CONF_LIST:
		return "list";
	case CONF_CONNINFO:
		return "connection string";
	}
	return "?";
}

bool conf_describe(const struct conf_key *keys, struct buf *out, struct err *err)
{
	for (const struct conf_key *key = keys; key->name; key++) {
		const char *rule = key->required ? "required" : key->fallback ? key->fallback : "not set";

		if (!buf_printf(out, err, "%-24s %s; %s: %s\n", key->name, key->help,
				conf_type_name(key->type), rule))
			return false;
	}
	return true;
}
