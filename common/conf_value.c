#include "common/conf_value.h"

#include "common/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char separators[] = " ,";

static void *field_of(const struct conf_key *key, void *settings)
{
	return (char *)settings + key->offset;
}

static const void *const_field_of(const struct conf_key *key, const void *settings)
{
	return (const char *)settings + key->offset;
}

static bool set_text(char **field, char *fresh, struct err *err)
{
	if (!fresh)
		return err_set(err, ERR_SYSTEM, "out of memory");
	free(*field);
	*field = fresh;
	return true;
}

static bool set_path(char **field, const char *text, const char *source, struct err *err)
{
	const char *slash = source ? strrchr(source, '/') : NULL;
	char *path = NULL;

	if (text[0] == '/' || !slash)
		return set_text(field, strdup(text), err);
	if (asprintf(&path, "%.*s/%s", (int)(slash - source), source, text) < 0)
		path = NULL;
	return set_text(field, path, err);
}

/* A password belongs into ~/.pgpass or a service file: a conninfo is shown and logged. */
static bool set_conninfo(char **field, const char *text, struct err *err)
{
	const char *authority = strstr(text, "://");
	const char *host = authority ? strchr(authority, '@') : NULL;
	const char *colon = host ? memchr(authority + 3, ':', (size_t)(host - authority - 3)) : NULL;

	if (strcasestr(text, "password") || colon)
		return err_set(err, ERR_USAGE,
			"a connection string holds no password here; use a service or password file");
	return set_text(field, strdup(text), err);
}

static const char *unit_name(enum conf_type type)
{
	return type == CONF_DURATION ? " seconds" : type == CONF_SIZE ? " bytes" : "";
}

static bool set_number(const struct conf_key *key, int64_t *field, const char *text, int64_t unit,
	size_t len, struct err *err)
{
	bool ranged = key->max > key->min;
	int64_t min = ranged ? key->min : 0;
	int64_t max = ranged ? key->max : INT64_MAX;
	char digits[24] = {0};
	char *end = NULL;
	long long number;

	if (len == 0 || len >= sizeof digits || strspn(text, "-0123456789") < len)
		return err_set(err, ERR_USAGE, "'%s' is not a whole number", ERR_QUOTED(text));
	memcpy(digits, text, len);
	errno = 0;
	number = strtoll(digits, &end, 10);
	if (*end != '\0')
		return err_set(err, ERR_USAGE, "'%s' is not a whole number", ERR_QUOTED(text));
	if (errno != 0 || __builtin_mul_overflow(number, unit, &number) || number < min || number > max)
		return err_set(err, ERR_USAGE, "'%s' is outside %" PRId64 "..%" PRId64 "%s",
			ERR_QUOTED(text), min, max, unit_name(key->type));
	*field = number;
	return true;
}

struct unit {
	char suffix;
	int64_t factor;
};

/* A number followed by one of the units, of which the last has no suffix, or by none. */
static bool set_measure(const struct conf_key *key, int64_t *field, const char *text,
	const struct unit *units, struct err *err)
{
	size_t len = strlen(text);

	for (; units->suffix; units++)
		if (len > 0 && text[len - 1] == units->suffix)
			return set_number(key, field, text, units->factor, len - 1, err);
	return set_number(key, field, text, 1, len, err);
}

static bool set_duration(
	const struct conf_key *key, int64_t *field, const char *text, struct err *err)
{
	static const struct unit units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {0}};

	return set_measure(key, field, text, units, err);
}

static bool set_size(const struct conf_key *key, int64_t *field, const char *text, struct err *err)
{
	static const struct unit units[] = {{'K', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}, {0}};

	return set_measure(key, field, text, units, err);
}

static bool set_bool(bool *field, const char *text, struct err *err)
{
	static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (size_t value = 0; value < 2; value++)
			if (strcmp(text, words[i][value]) == 0) {
				*field = value == 1;
				return true;
			}
	return err_set(err, ERR_USAGE, "'%s' is neither yes nor no", ERR_QUOTED(text));
}

static void list_release(struct conf_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct conf_list){0};
}

static bool set_list(struct conf_list *field, const char *text, struct err *err)
{
	CLEANUP(list_release) struct conf_list list = {0};

	/* No more items than every second byte, and the NULL that ends them. */
	list.items = calloc(strlen(text) / 2 + 2, sizeof *list.items);
	while (list.items && *(text += strspn(text, separators)) != '\0') {
		size_t len = strcspn(text, separators);

		list.items[list.count] = strndup(text, len);
		if (!list.items[list.count])
			return err_set(err, ERR_SYSTEM, "out of memory");
		list.count++;
		text += len;
	}
	if (!list.items)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (list.count == 0)
		return err_set(err, ERR_USAGE, "the list is empty");
	list_release(field);
	*field = list;
	list = (struct conf_list){0};
	return true;
}

/* A connection string may hold a password after all, and what is refused is logged. */
static bool refuse_text(const struct conf_key *key, const char *text, struct err *err)
{
	if (key->type == CONF_CONNINFO)
		return err_set(
			err, ERR_USAGE, "the connection string holds a control character or is not UTF-8");
	return err_set(
		err, ERR_USAGE, "'%s' holds a control character or is not UTF-8", ERR_QUOTED(text));
}

bool conf_value_set(const struct conf_key *key, void *settings, const char *text,
	const char *source, struct err *err)
{
	void *field = field_of(key, settings);

	if (*text == '\0')
		return err_set(err, ERR_USAGE, "the value is empty");
	if (!utf8_valid(text, strlen(text)) || utf8_has_control(text, strlen(text)))
		return refuse_text(key, text, err);
	switch (key->type) {
	case CONF_STRING:
		return set_text(field, strdup(text), err);
	case CONF_PATH:
		return set_path(field, text, source, err);
	case CONF_INT:
		return set_number(key, field, text, 1, strlen(text), err);
	case CONF_DURATION:
		return set_duration(key, field, text, err);
	case CONF_SIZE:
		return set_size(key, field, text, err);
	case CONF_BOOL:
		return set_bool(field, text, err);
	case CONF_LIST:
		return set_list(field, text, err);
	case CONF_CONNINFO:
		return set_conninfo(field, text, err);
	}
	return err_set(err, ERR_USAGE, "the key has no type");
}

void conf_value_release(const struct conf_key *key, void *settings)
{
	void *field = field_of(key, settings);

	switch (key->type) {
	case CONF_STRING:
	case CONF_PATH:
	case CONF_CONNINFO:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case CONF_LIST:
		list_release(field);
		break;
	case CONF_INT:
	case CONF_DURATION:
	case CONF_SIZE:
		*(int64_t *)field = 0;
		break;
	case CONF_BOOL:
		*(bool *)field = false;
		break;
	}
}

static bool print_list(const struct conf_list *list, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (!buf_printf(out, err, "%s%s", i > 0 ? " " : "", list->items[i]))
			return false;
	return true;
}

bool conf_value_print(
	const struct conf_key *key, const void *settings, struct buf *out, struct err *err)
{
	const void *field = const_field_of(key, settings);

	switch (key->type) {
	case CONF_STRING:
	case CONF_PATH:
	case CONF_CONNINFO: {
		const char *text = *(const char *const *)field;

		return buf_append_str(out, text ? text : "", err);
	}
	case CONF_INT:
	case CONF_DURATION:
	case CONF_SIZE:
		return buf_printf(out, err, "%" PRId64, *(const int64_t *)field);
	case CONF_BOOL:
		return buf_append_str(out, *(const bool *)field ? "yes" : "no", err);
	case CONF_LIST:
		return print_list(field, out, err);
	}
	return true;
}
