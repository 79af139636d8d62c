#include "common/b64.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, GROUP = 6, WORD = sizeof(uint64_t) };

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* In each byte 1 where that of `values`, all below 64, is at least `least`. */
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

/*
 * libsodium's encoder takes 16 instructions a character, which is much where entries are signed by the
 * ten thousand; and one that looks into a table would tell the cache what it encodes.
 */
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

bool b64_decode(void *out, size_t size, const char *text, size_t text_len, size_t *ret_len)
{
	/* Without an end pointer libsodium refuses whatever it did not consume, and it refuses bits
	 * left over in the last character. */
	return sodium_base642bin(out, size, text, text_len, NULL, ret_len, NULL, VARIANT) == 0;
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
