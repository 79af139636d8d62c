#include "tests/fuzz/plugins/line.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/plugins/stage.h"

static char *copy(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	demand(text != NULL, "there is memory");
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

static size_t until(const uint8_t *data, size_t size, int stop)
{
	const uint8_t *end = size > 0 ? memchr(data, stop, size) : NULL;

	return end ? (size_t)(end - data) : size;
}

struct line line_next(const uint8_t **data, size_t *size)
{
	struct line line = {.act = '\0'};
	const uint8_t *at = *data;
	size_t left = until(at, *size, '\n');
	size_t len = until(at, left, '\t');

	*data += left < *size ? left + 1 : left;
	*size -= left < *size ? left + 1 : left;
	if (len > 0)
		line.act = (char)at[0];
	for (size_t i = 1; i < len && i <= LINE_HOW; i++)
		line.how[i - 1] = at[i];
	for (int field = 0; field < LINE_FIELDS && len < left; field++) {
		at += len + 1;
		left -= len + 1;
		len = until(at, left, '\t');
		line.said_null[field] = len == 1 && at[0] == '~';
		if (len > 0 && !line.said_null[field])
			line.fields[field] = copy(at, len);
	}
	return line;
}

void line_release(struct line *line)
{
	for (int i = 0; i < LINE_FIELDS; i++)
		free(line->fields[i]);
}

unsigned line_digit(const struct line *line, int place, unsigned many)
{
	return (unsigned char)(line->how[place] - '0') % many;
}

char *line_field(const struct line *line, int field, const char *otherwise)
{
	const char *text = line->fields[field] ? line->fields[field] : otherwise;

	if (line->said_null[field] || !text)
		return NULL;
	return copy((const uint8_t *)text, strlen(text));
}
