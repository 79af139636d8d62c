#include "publisher/cli/form_file.h"

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/limits.h"
#include "common/utf8.h"

struct parse {
	const char *path;
	form_file_sink *sink;
	void *context;
	char heading[FORM_HEADING_MAX + 1]; /* "" before the first */
	int heading_line;
	struct buf value;
};

static bool flush(struct parse *parse, struct err *err)
{
	if (!*parse->heading)
		return true;
	if (!parse->sink(parse->context, parse->heading, buf_str(&parse->value), err))
		return err_context(err, "%s:%d", ERR_QUOTED(parse->path), parse->heading_line);
	*parse->heading = '\0';
	buf_clear(&parse->value);
	return true;
}

static size_t skip_blanks(const char *line, size_t len)
{
	size_t at = 0;

	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at;
}

/* Where the heading ends, and how long the colon is; false when there is none. */
static bool find_colon(const char *line, size_t len, size_t *ret_at, size_t *ret_len)
{
	const char *narrow = memchr(line, ':', len);
	const char *wide = memmem(line, len, "：", 3);

	if (!narrow && !wide)
		return false;
	bool is_wide = wide && (!narrow || wide < narrow);

	*ret_at = (size_t)((is_wide ? wide : narrow) - line);
	*ret_len = is_wide ? 3 : 1;
	return true;
}

static bool begin(struct parse *parse, const char *line, size_t len, int number, struct err *err)
{
	size_t colon = 0;
	size_t colon_len = 0;

	if (!flush(parse, err))
		return false;
	if (!find_colon(line, len, &colon, &colon_len) || colon == 0 || colon > FORM_HEADING_MAX)
		return err_set(err, ERR_USAGE,
			"%s:%d: '%s' is no 'heading: value'; begin a line with a blank to go on with the "
			"value above",
			ERR_QUOTED(parse->path), number, ERR_QUOTED_LEN(line, len));
	size_t end = colon;

	while (end > 0 && line[end - 1] == ' ')
		end--;
	(void)snprintf(parse->heading, sizeof parse->heading, "%.*s", (int)end, line);
	parse->heading_line = number;
	size_t from = colon + colon_len;

	from += skip_blanks(line + from, len - from);
	return buf_append(&parse->value, line + from, len - from, err);
}

static bool take_line(
	struct parse *parse, const char *line, size_t len, int number, struct err *err)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	size_t indent = skip_blanks(line, len);

	if (indent == len || line[0] == '#')
		return true;
	if (indent == 0)
		return begin(parse, line, len, number, err);
	if (!*parse->heading)
		return err_set(err, ERR_USAGE, "%s:%d: this line goes on with nothing",
			ERR_QUOTED(parse->path), number);
	return (parse->value.len == 0 || buf_append_str(&parse->value, "\n", err)) &&
		   buf_append(&parse->value, line + indent, len - indent, err);
}

bool form_file_parse(const char *path, const char *text, size_t len, form_file_sink *sink,
	void *context, struct err *err)
{
	struct parse parse = {
		.path = path, .sink = sink, .context = context, .value = BUF_INIT(LIMIT_FIELD_VALUE)};
	bool ok = true;
	int number = 1;

	if (!utf8_valid(text, len) || memchr(text, '\0', len))
		return err_set(err, ERR_USAGE, "%s: not UTF-8; save it as UTF-8", ERR_QUOTED(path));
	/* As Notepad begins a file. */
	size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	for (; ok && at < len; number++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) - at : len - at;

		ok = take_line(&parse, text + at, line_len, number, err);
		at += line_len + 1;
	}
	ok = ok && flush(&parse, err);
	buf_release(&parse.value);
	return ok;
}
