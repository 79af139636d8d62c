#include "publisher/cli/html.h"

#include <string.h>

enum { TEXT_SIZE = 4096 };

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool html_text(struct buf *out, const char *text, struct err *err)
{
	char clean[TEXT_SIZE];

	for (const char *at = err_quote(clean, sizeof clean, text, strlen(text)); *at; at++) {
		const char *entity = entity_of(*at);

		if (entity ? !buf_append_str(out, entity, err) : !buf_append(out, at, 1, err))
			return false;
	}
	return true;
}

bool html_element(struct buf *out, const char *tag, const char *text, struct err *err)
{
	return buf_printf(out, err, "<%s>", tag) && html_text(out, text, err) &&
		   buf_printf(out, err, "</%s>", tag);
}

bool csv_field(struct buf *out, const char *text, struct err *err)
{
	if (!buf_append_str(out, *text && strchr("=+-@\t\r", *text) ? "\"'" : "\"", err))
		return false;
	for (; *text; text++)
		if ((*text == '"' && !buf_append_str(out, "\"", err)) || !buf_append(out, text, 1, err))
			return false;
	return buf_append_str(out, "\"", err);
}
