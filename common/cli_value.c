#include "common/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *cli_value_at(const struct cli_call *call, const char *name, size_t nth)
{
	for (size_t i = 0; i < call->value_count; i++)
		if (strcmp(call->values[i].option->name, name) == 0 && nth-- == 0)
			return call->values[i].value;
	return NULL;
}

const char *cli_value(const struct cli_call *call, const char *name)
{
	for (size_t i = call->value_count; i > 0; i--)
		if (strcmp(call->values[i - 1].option->name, name) == 0)
			return call->values[i - 1].value;
	return NULL;
}

bool cli_has(const struct cli_call *call, const char *name)
{
	return cli_value(call, name) != NULL;
}

bool cli_int(const struct cli_call *call, const char *name, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret, struct err *err)
{
	const char *text = cli_value(call, name);
	long long number;
	char *end;

	if (!text) {
		*ret = fallback;
		return true;
	}
	errno = 0;
	number = strtoll(text, &end, 10);
	if (*text == '\0' || strspn(text, "-0123456789") != strlen(text) || *end != '\0' ||
		errno != 0 || number < min || number > max)
		return err_set(err, ERR_USAGE, "--%s: '%s' is no whole number from %" PRId64 " to %" PRId64,
			name, ERR_QUOTED(text), min, max);
	*ret = number;
	return true;
}

bool cli_need(const struct cli_call *call, const char *name, const char **ret, struct err *err)
{
	const char *value = cli_value(call, name);

	if (!value)
		return err_set(err, ERR_USAGE, "--%s is missing; try '%s %s --help'", name,
			call->program->name, call->verb->name);
	*ret = value;
	return true;
}
