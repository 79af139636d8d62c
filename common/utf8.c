#include "common/utf8.h"

#include "common/cleanup.h"

#include <stdint.h>
#include <string.h>

#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

bool utf8_valid(const char *text, size_t len)
{
	return len == 0 || u8_check((const uint8_t *)text, len) == NULL;
}

bool utf8_is_nfc(const char *text, size_t len, bool *ret, struct err *err)
{
	auto_free uint8_t *normal = NULL;
	size_t normal_len = 0;

	if (len == 0 || !utf8_valid(text, len)) {
		*ret = len == 0;
		return true;
	}
	normal = u8_normalize(UNINORM_NFC, (const uint8_t *)text, len, NULL, &normal_len);
	if (!normal)
		return err_errno(err, "cannot normalise text");
	*ret = normal_len == len && memcmp(normal, text, len) == 0;
	return true;
}

bool utf8_is_control(unsigned int point)
{
	static const struct {
		unsigned int first, last;
	} ranges[] = {
		{0x00, 0x1f},
		{0x7f, 0x9f},
		{0x061c, 0x061c},
		{0x200e, 0x200f},
		{0x2028, 0x202e},
		{0x2066, 0x2069},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

bool utf8_has_control(const char *text, size_t len)
{
	const uint8_t *next = (const uint8_t *)text;

	while (len > 0) {
		ucs4_t point;
		int count = u8_mbtouc(&point, next, len);

		if (utf8_is_control(point))
			return true;
		next += count;
		len -= (size_t)count;
	}
	return false;
}

size_t utf8_prefix(const char *text, size_t len, size_t max)
{
	size_t end = len < max ? len : max;
	size_t lead = end;
	ucs4_t point;

	/* Only the last character can be split: go back to its first byte and see if it is whole. */
	while (lead > 0 && end - lead < 3 && ((uint8_t)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead == 0 || ((uint8_t)text[lead - 1] & 0xc0) != 0xc0)
		return end;
	lead--;
	return u8_mbtoucr(&point, (const uint8_t *)text + lead, end - lead) == -2 ? lead : end;
}

size_t utf8_width(const char *text)
{
	int width = u8_strwidth((const uint8_t *)text, "UTF-8");

	return width < 0 ? 0 : (size_t)width;
}

/* Length of the longest prefix that takes at most `columns`. */
static size_t prefix_of_width(const char *text, size_t columns)
{
	const uint8_t *start = (const uint8_t *)text;
	const uint8_t *next = start;
	size_t used = 0;
	ucs4_t point;

	for (const uint8_t *after = u8_next(&point, next); after; after = u8_next(&point, next)) {
		int width = uc_width(point, "UTF-8");

		used += width > 0 ? (size_t)width : 0;
		if (used > columns)
			break;
		next = after;
	}
	return (size_t)(next - start);
}

bool utf8_cell(struct buf *out, const char *text, size_t columns, struct err *err)
{
	size_t width = utf8_width(text);
	size_t len = strlen(text);
	const char *end = "";

	if (width > columns) {
		char head[1024];

		len = prefix_of_width(text, columns > 0 ? columns - 1 : 0);
		len = utf8_prefix(text, len, sizeof head - 1);
		memcpy(head, text, len);
		head[len] = '\0';
		end = columns > 0 ? "…" : "";
		width = utf8_width(head) + (columns > 0);
	}
	return buf_printf(out, err, "%.*s%s%*s", (int)len, text, end, (int)(columns - width), "");
}
