#include "broker-plugins/check/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool first_word_is(const char *value, const char *word)
{
	size_t len = strlen(word);

	return strncmp(value, word, len) == 0 && (value[len] == '\0' || value[len] == ' ');
}

bool check_is_true(const char *value)
{
	return first_word_is(value, "true") || first_word_is(value, "1");
}

long long check_number(const char *value)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno || end == value || (*end != '\0' && *end != ' ') || number < 0)
		return -1;
	return number;
}

void check_all(const struct lines *lines, const char *file, struct findings *findings)
{
	check_global(lines, file, findings);
	check_listeners(lines, file, findings);
	check_plugins(lines, file, findings);
}
