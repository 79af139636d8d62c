#include "common/fingerprint.h"

#include <stdio.h>
#include <string.h>

#include "common/digest.h"
#include "common/language.h"

enum { GROUPS = 8, GROUP_DIGITS = 5, GROUP_MODULUS = 100000 };

/* UTF-8 of what people type instead of digits, and between them. */
#define FULL_WIDTH_LEAD "\xef\xbc" /* then 0x90 to 0x99 for the digits, 0x8d for the hyphen */
static const char *const separators[] = {
	" ",
	"\t",
	"\r",
	"\n",
	"-",
	"\xe3\x80\x80" /* ideographic space */,
	"\xc2\xa0" /* no-break */,
	"\xe2\x80\x90" /* hyphen */,
	"\xe2\x80\x91",
	"\xe2\x80\x93" /* en dash */,
	"\xe2\x80\x94" /* em dash */,
	"\xef\xbc\x8d",
};

struct fingerprint fingerprint_of(const struct public_key *key)
{
	struct digest digest = digest_of(key->bytes, sizeof(key->bytes));
	struct fingerprint fingerprint = {.text = ""};
	char *at = fingerprint.text;

	for (size_t group = 0; group < GROUPS; group++) {
		const uint8_t *b = &digest.bytes[4 * group];
		uint32_t number = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];

		at += sprintf(at, group ? " %05u" : "%05u", (unsigned)(number % GROUP_MODULUS));
	}
	return fingerprint;
}

/* The length of a separator or digit at `text`; `*digit` is -1 for a separator. 0: neither. */
static size_t next_sign(const char *text, int *digit)
{
	*digit = -1;
	if (*text >= '0' && *text <= '9') {
		*digit = *text - '0';
		return 1;
	}
	if (strncmp(text, FULL_WIDTH_LEAD, 2) == 0) {
		int value = (unsigned char)text[2] - 0x90;

		if (value >= 0 && value <= 9) {
			*digit = value;
			return 3;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(separators); i++)
		if (strncmp(text, separators[i], strlen(separators[i])) == 0)
			return strlen(separators[i]);
	return 0;
}

bool fingerprint_parse(const char *text, struct fingerprint *ret, struct err *err)
{
	struct fingerprint fingerprint = {{0}};
	size_t digits = 0;
	size_t at = 0;

	while (*text) {
		int digit;
		size_t len = next_sign(text, &digit);

		if (len == 0)
			return err_set(
				err, ERR_DATA, "a fingerprint has digits only, not '%s'", ERR_QUOTED(text));
		text += len;
		if (digit < 0)
			continue;
		if (++digits > GROUPS * GROUP_DIGITS)
			break;
		if (at > 0 && digits % GROUP_DIGITS == 1)
			fingerprint.text[at++] = ' ';
		fingerprint.text[at++] = (char)('0' + digit);
	}
	if (digits != GROUPS * GROUP_DIGITS)
		return err_set(err, ERR_DATA, "a fingerprint has 40 digits, %s were given",
			digits < GROUPS * GROUP_DIGITS ? language_text("fewer") : language_text("more"));
	*ret = fingerprint;
	return true;
}

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
	return strcmp(a->text, b->text) == 0;
}

bool fingerprint_matches(const struct fingerprint *fingerprint, const struct public_key *key)
{
	struct fingerprint other = fingerprint_of(key);

	return fingerprint_equal(fingerprint, &other);
}
