#include "broker-plugins/check/lines.h"

#include <stdlib.h>
#include <string.h>

void lines_release(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->items[i].name);
		free(lines->items[i].value);
	}
	free(lines->items);
	*lines = (struct lines)LINES_INIT;
}

static bool make_room(struct lines *lines, struct err *err)
{
	size_t room = lines->room ? lines->room * 2 : 64;
	struct line *items;

	if (lines->count < lines->room)
		return true;
	if (lines->count >= LINES_MAX)
		return err_set(err, ERR_DATA, "more than %d settings", LINES_MAX);
	items = realloc(lines->items, room * sizeof(*items));
	if (!items)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu settings", room);
	lines->items = items;
	lines->room = room;
	return true;
}

static bool add(struct lines *lines, const struct line *line, const char *name, size_t name_len,
	const char *value, size_t value_len, struct err *err)
{
	struct line *place;

	if (!make_room(lines, err))
		return false;
	place = &lines->items[lines->count];
	*place = *line;
	place->name = strndup(name, name_len);
	place->value = strndup(value, value_len);
	if (!place->name || !place->value) {
		free(place->name);
		free(place->value);
		return err_set(err, ERR_SYSTEM, "out of memory for a setting");
	}
	lines->count++;
	return true;
}

/* A name, blanks, and the rest up to the line's end. Only blanks separate, as in the broker. */
static bool parse_line(
	struct lines *lines, const struct line *line, const char *text, size_t len, struct err *err)
{
	size_t name_len = 0;
	size_t at;

	while (len > 0 && strchr("\r ", text[len - 1]))
		len--;
	if (len == 0 || text[0] == '#')
		return true;
	while (text[0] == ' ') {
		text++;
		len--;
	}
	while (name_len < len && text[name_len] != ' ')
		name_len++;
	at = name_len;
	while (at < len && text[at] == ' ')
		at++;
	return add(lines, line, text, name_len, text + at, len - at, err);
}

bool lines_parse(
	struct lines *lines, const char *file, const char *text, size_t len, struct err *err)
{
	struct line line = {.file = file};
	size_t at = 0;

	if (len > LINES_TEXT_MAX)
		return err_set(err, ERR_DATA, "%s: more than %d bytes", file, LINES_TEXT_MAX);
	if (memchr(text, '\0', len))
		return err_set(err, ERR_DATA, "%s: holds a NUL", file);
	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t size = end ? (size_t)(end - (text + at)) : len - at;

		line.number++;
		if (!parse_line(lines, &line, text + at, size, err))
			return err_context(err, "%s:%u", file, line.number);
		at += size + 1;
	}
	return true;
}
