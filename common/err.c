#include "common/err.h"

#include "common/language.h"
#include "common/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <unistr.h>

/* Cuts what vsnprintf may have split, and escapes a text that is not fit to print as it is. */
static void text_finish(char *text, size_t size)
{
	size_t len = utf8_prefix(text, strlen(text), size - 1);
	char copy[sizeof((struct err *)0)->text];

	text[len] = '\0';
	if (utf8_valid(text, len) && !utf8_has_control(text, len))
		return;
	memcpy(copy, text, len + 1);
	err_quote(text, size, copy, len);
}

static void text_format(struct err *err, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static void text_format(struct err *err, const char *fmt, va_list args)
{
	char text[sizeof err->text];

	/* Formatted aside, because an argument may be err->text itself. */
	if (vsnprintf(text, sizeof text, language_text(fmt), args) < 0)
		text[0] = '\0';
	text_finish(text, sizeof text);
	memcpy(err->text, text, sizeof text);
}

bool(err_set)(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_format(err, fmt, args);
	va_end(args);
	err->kind = kind;
	err->code = 0;
	return false;
}

bool(err_code)(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_format(err, fmt, args);
	va_end(args);
	err->kind = ERR_DATA;
	err->code = code;
	return false;
}

/* Appends what joins them and the detail to the text as far as there is room. */
static void text_append(struct err *err, const char *joint, const char *detail)
{
	size_t used = strlen(err->text);

	snprintf(err->text + used, sizeof err->text - used, "%s%s", joint, detail);
	text_finish(err->text, sizeof err->text);
}

/* Not strerror's words: what they are depends on what else is installed. */
static const char *reason_of(int number)
{
	const char *reason = strerrordesc_np(number);

	return language_text(reason ? reason : "unknown error");
}

bool(err_errno)(struct err *err, const char *fmt, ...)
{
	int number = errno;
	va_list args;

	va_start(args, fmt);
	text_format(err, fmt, args);
	va_end(args);
	err->kind = ERR_SYSTEM;
	err->code = 0;
	text_append(err, language_text(": "), reason_of(number));
	return false;
}

bool(err_context)(struct err *err, const char *fmt, ...)
{
	char detail[sizeof err->text];
	va_list args;

	memcpy(detail, err->text, sizeof detail);
	va_start(args, fmt);
	text_format(err, fmt, args);
	va_end(args);
	text_append(err, language_text(": "), detail);
	return false;
}

bool(err_advice)(struct err *err, const char *fmt, ...)
{
	struct err advice;
	va_list args;

	va_start(args, fmt);
	text_format(&advice, fmt, args);
	va_end(args);
	text_append(err, language_text("; "), advice.text);
	return false;
}

int err_exit_status(const struct err *err)
{
	switch (err->kind) {
	case ERR_USAGE:
		return 2;
	case ERR_DENIED:
		return 3;
	case ERR_DATA:
	case ERR_SYSTEM:
		break;
	}
	return 1;
}

/* Spells one code point of `count` bytes at `in` into `out`; returns how many bytes that took. */
static size_t quote_one(char out[static 16], const uint8_t *in, int count, ucs4_t point)
{
	static const char shorts[][2] = {{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\\', '\\'}};

	for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
		if (count == 1 && *in == (uint8_t)shorts[i][0])
			return (size_t)snprintf(out, 16, "\\%c", shorts[i][1]);
	if (count < 0)
		return (size_t)snprintf(out, 16, "\\x%02x", *in);
	if (utf8_is_control(point))
		return (size_t)snprintf(out, 16, "\\u{%x}", (unsigned int)point);
	memcpy(out, in, (size_t)count);
	return (size_t)count;
}

char *err_quote(char *out, size_t size, const void *in, size_t len)
{
	static const char ellipsis[] = "…";
	const uint8_t *next = in;
	size_t used = 0;
	size_t fits = 0; /* where the ellipsis would still fit after */

	while (len > 0) {
		char piece[16];
		ucs4_t point = 0;
		int count = u8_mbtoucr(&point, next, len);
		size_t width = quote_one(piece, next, count, point);
		size_t taken = count < 0 ? 1 : (size_t)count;

		if (used + width + 1 > size) {
			memcpy(out + fits, ellipsis, sizeof ellipsis);
			return out;
		}
		memcpy(out + used, piece, width);
		used += width;
		if (used + sizeof ellipsis <= size)
			fits = used;
		next += taken;
		len -= taken;
	}
	out[used] = '\0';
	return out;
}
