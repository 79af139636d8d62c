/*
 * Eight characters at a time: libsodium's own takes thirty instructions for each, which is much where
 * entries and receipts are signed and verified by the ten thousand. Neither looks into a table, for that would
 * tell the cache what passes through, keys among it. libsodium 1.0.18 also reads bytes above 127 as 'A'.
 */
#include "common/b64.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

enum { GROUP = 6, WORD = sizeof(uint64_t) };

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* In each byte 1 where that of `values`, all below 128, is at least `least`. */
static uint64_t at_least(uint64_t values, unsigned least)
{
	return (values + EACH(0x80 - least)) >> 7 & EACH(1);
}

/* Six bytes, the upper of a word, as eight bytes below 64. */
static uint64_t spread(uint64_t word)
{
	word >>= 16;
	word = (word & 0xffffff000000) << 8 | (word & 0xffffff);
	word = (word & 0xfff00000fff000) << 4 | (word & 0xfff00000fff);
	return (word & 0xfc00fc00fc00fc0) << 2 | (word & 0x3f003f003f003f);
}

/* What is behind the six bytes of `in` does not count. Takes as long whatever they are. */
static void encode_group(char out[static WORD], const uint8_t in[static WORD])
{
	uint64_t word;

	memcpy(&word, in, WORD);
	word = spread(be64toh(word));
	word = word + EACH('A') + at_least(word, 26) * ('a' - 'Z' - 1) -
		   at_least(word, 52) * ('z' + 1 - '0') - at_least(word, 62) * ('9' + 1 - '-') +
		   at_least(word, 63) * ('_' - '-' - 1);
	word = htobe64(word);
	memcpy(out, &word, WORD);
}

/* The last `len` bytes, at most six. A secret among them stays nowhere. */
static void encode_rest(char *out, const uint8_t *in, size_t len)
{
	uint8_t padded[WORD] = {0};
	char text[WORD];

	if (len > 0)
		memcpy(padded, in, len);
	encode_group(text, padded);
	memcpy(out, text, B64_SIZE(len) - 1);
	sodium_memzero(padded, sizeof(padded));
	sodium_memzero(text, sizeof(text));
}

char *b64_encode(char *out, const void *data, size_t len)
{
	const uint8_t *in = data;
	char *at = out;

	for (; len >= WORD; in += GROUP, at += WORD, len -= GROUP)
		encode_group(at, in);
	for (; len > GROUP; in += GROUP, at += WORD, len -= GROUP)
		encode_rest(at, in, GROUP);
	encode_rest(at, in, len);
	at[B64_SIZE(len) - 1] = '\0';
	return out;
}

bool b64_append(struct buf *out, const void *data, size_t len, struct err *err)
{
	size_t size = B64_SIZE(len);

	if (!buf_reserve(out, size - 1, err))
		return false;
	b64_encode((char *)out->data + out->len, data, len);
	out->len += size - 1;
	return true;
}

/* In each byte 1 where that of `values`, all below 128, is one from `first` to `last`. */
static uint64_t within(uint64_t values, unsigned first, unsigned last)
{
	return at_least(values, first) - at_least(values, last + 1);
}

/* Eight bytes below 64 as six, the upper of a word. */
static uint64_t pack(uint64_t word)
{
	word = (word & 0x3f003f003f003f00) >> 2 | (word & 0x3f003f003f003f);
	word = (word & 0xfff00000fff0000) >> 4 | (word & 0xfff00000fff);
	return (word & 0xffffff00000000) << 8 | (word & 0xffffff) << 16;
}

/* Six bytes and two of no account. Not 0: a character is not of the alphabet. Takes as long whatever they are. */
static uint64_t decode_group(uint8_t out[static WORD], const char in[static WORD])
{
	uint64_t upper, lower, digit, dash, line, word, low;

	memcpy(&word, in, WORD);
	word = be64toh(word);
	low = word & EACH(0x7f);
	upper = within(low, 'A', 'Z');
	lower = within(low, 'a', 'z');
	digit = within(low, '0', '9');
	dash = within(low, '-', '-');
	line = within(low, '_', '_');
	low = low - upper * 'A' - lower * ('a' - 26) + digit * (52 - '0') + dash * (62 - '-') -
		  line * ('_' - 63);
	low = htobe64(pack(low));
	memcpy(out, &low, WORD);
	return (word & EACH(0x80)) | ((upper | lower | digit | dash | line) ^ EACH(1));
}

/* The last `len` characters, fewer than eight, of which come `bytes`. Not 0: they are not canonical. */
static uint64_t decode_rest(uint8_t *out, size_t bytes, const char *in, size_t len)
{
	char padded[WORD];
	uint8_t decoded[WORD];
	uint64_t bad;

	memset(padded, 'A', sizeof(padded));
	if (len > 0)
		memcpy(padded, in, len);
	bad = decode_group(decoded, padded);
	if (bytes > 0)
		memcpy(out, decoded, bytes);
	for (size_t i = bytes; i < GROUP; i++)
		bad |= decoded[i];
	sodium_memzero(padded, sizeof(padded));
	sodium_memzero(decoded, sizeof(decoded));
	return bad | (len % 4 == 1);
}

bool b64_decode(void *out, size_t size, const char *text, size_t text_len, size_t *ret_len)
{
	size_t whole = text_len / WORD, rest = text_len % WORD, bytes = B64_DECODED_LEN(rest);
	uint8_t group[WORD], *at = out;
	uint64_t bad = 0;

	if (whole > size / GROUP || bytes > size - whole * GROUP)
		return false;
	for (size_t i = 0; i < whole; i++, at += GROUP, text += WORD) {
		bad |= decode_group(group, text);
		memcpy(at, group, GROUP);
	}
	bad |= decode_rest(at, bytes, text, rest);
	sodium_memzero(group, sizeof(group));
	if (bad == 0)
		*ret_len = whole * GROUP + bytes;
	return bad == 0;
}

bool b64_decode_exact(void *out, size_t size, const char *text, size_t text_len)
{
	size_t len;

	return b64_decode(out, size, text, text_len, &len) && len == size;
}

bool b64_decode_append(struct buf *out, const char *text, size_t text_len, struct err *err)
{
	size_t room = B64_DECODED_LEN(text_len);
	size_t len;

	if (!buf_reserve(out, room, err))
		return false;
	if (!b64_decode(out->data + out->len, room, text, text_len, &len)) {
		out->data[out->len] = '\0';
		return err_set(err, ERR_DATA, "not canonical base64url");
	}
	out->len += len;
	out->data[out->len] = '\0';
	return true;
}
