#include "common/json_plain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/b64.h"
#include "common/hex.h"

enum { BYTES_MAX = 128, NUMBER_SIZE = 24 };

static bool is_first(const struct buf *out)
{
	char last = out->len > 0 ? (char)out->data[out->len - 1] : '{';

	return last == '{' || last == '[';
}

/* The comma before, and the name. */
static bool begin_value(struct buf *out, const char *name, struct err *err)
{
	if (!is_first(out) && !buf_append(out, ",", 1, err))
		return false;
	return !name || (buf_append(out, "\"", 1, err) && buf_append(out, name, strlen(name), err) &&
						buf_append(out, "\":", 2, err));
}

bool json_plain_begin(struct buf *out, const char *name, char bracket, struct err *err)
{
	return begin_value(out, name, err) && buf_append(out, &bracket, 1, err);
}

bool json_plain_end(struct buf *out, char bracket, struct err *err)
{
	return buf_append(out, &bracket, 1, err);
}

enum { WORD = sizeof(uint64_t) };

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is 0, of bytes below 128. */
static uint64_t zeros_of(uint64_t word)
{
	return EACH(0x80) - word;
}

/* Of eight bytes: whether one is no printable ASCII, a quote or a backslash. */
static bool word_needs_escapes(uint64_t word)
{
	uint64_t low = word & EACH(0x7f);
	uint64_t printable = low + EACH(0x80 - ' ');

	return ((word | ~printable | (low + EACH(1)) | zeros_of(low ^ EACH('"')) |
				zeros_of(low ^ EACH('\\'))) &
			   EACH(0x80)) != 0;
}

/* Entries are long and many: eight bytes at a time. */
static bool needs_escapes(const char *text, size_t len)
{
	uint64_t word = EACH(' ');

	for (; len >= WORD; text += WORD, len -= WORD) {
		memcpy(&word, text, WORD);
		if (word_needs_escapes(word))
			return true;
	}
	word = EACH(' ');
	memcpy(&word, text, len);
	return word_needs_escapes(word);
}

static bool add_quoted(
	struct buf *out, const char *name, const char *text, size_t len, struct err *err)
{
	return begin_value(out, name, err) && buf_append(out, "\"", 1, err) &&
		   buf_append(out, text, len, err) && buf_append(out, "\"", 1, err);
}

bool json_plain_text(struct buf *out, const char *name, const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (needs_escapes(text, len))
		return err_set(
			err, ERR_DATA, "'%s' has characters that have no place in it", name ? name : "item");
	return add_quoted(out, name, text, len, err);
}

bool json_plain_int(struct buf *out, const char *name, int64_t value, struct err *err)
{
	char text[NUMBER_SIZE];
	int len = snprintf(text, sizeof(text), "%" PRId64, value);

	return begin_value(out, name, err) && buf_append(out, text, (size_t)len, err);
}

bool json_plain_hex(
	struct buf *out, const char *name, const void *data, size_t len, struct err *err)
{
	char text[HEX_SIZE(BYTES_MAX)];

	assert(len <= BYTES_MAX);
	hex_encode(text, data, len);
	return add_quoted(out, name, text, 2 * len, err);
}

bool json_plain_b64(
	struct buf *out, const char *name, const void *data, size_t len, struct err *err)
{
	char text[B64_SIZE(BYTES_MAX)];

	assert(len <= BYTES_MAX);
	b64_encode(text, data, len);
	return add_quoted(out, name, text, strlen(text), err);
}
