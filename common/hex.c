#include "common/hex.h"

char *hex_encode(char *out, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

enum { NO_DIGIT = 16 };

static unsigned int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned int)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned int)(digit - 'a' + 10);
	return NO_DIGIT;
}

bool hex_decode(void *out, size_t size, const char *text, size_t text_len)
{
	uint8_t *bytes = out;

	if (text_len % 2 != 0 || text_len / 2 != size)
		return false;
	for (size_t i = 0; i < text_len; i++)
		if (digit_value(text[i]) == NO_DIGIT)
			return false;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
	return true;
}
