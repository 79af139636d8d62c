#include "broker-plugins/check/findings.h"

#include "common/err.h"
#include "common/language.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_SIZE = 512 };

void findings_init(struct findings *findings)
{
	*findings = (struct findings){.count = 0};
	buf_init(&findings->text, FINDINGS_BYTES_MAX);
	buf_init(&findings->warnings, FINDINGS_BYTES_MAX);
}

void findings_release(struct findings *findings)
{
	buf_release(&findings->text);
	buf_release(&findings->warnings);
}

static void write_line(struct findings *findings, struct buf *to, const char *file,
	unsigned int number, const char *text)
{
	struct err err;
	bool ok = number ? buf_printf(to, &err, "%s:%u: %s\n", ERR_QUOTED(file), number, text)
					 : buf_printf(to, &err, "%s: %s\n", ERR_QUOTED(file), text);

	if (!ok)
		findings->is_incomplete = true;
}

void findings_add(struct findings *findings, const struct line *line, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), language_text(fmt), args);
	va_end(args);
	findings->count++;
	write_line(findings, &findings->text, line->file, line->number, text);
}

void findings_add_missing(struct findings *findings, const char *file, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), language_text(fmt), args);
	va_end(args);
	findings->count++;
	write_line(findings, &findings->text, file, 0, text);
}

void findings_warn(struct findings *findings, const struct line *line, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), language_text(fmt), args);
	va_end(args);
	write_line(findings, &findings->warnings, line->file, line->number, text);
}
