#include "common/ident.h"

#include <assert.h>
#include <string.h>

#include "common/limits.h"
#include "common/utf8.h"

/* Not <ctype.h>: these never depend on a locale. */
static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_letter(c) || is_digit(c);
}

/* [a-z][a-z0-9]*(-[a-z0-9]+)* */
static bool is_slug(const char *text, size_t len, size_t min, size_t max)
{
	if (len < min || len > max || !is_lower(text[0]))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '-' ? text[i - 1] == '-' || i + 1 == len
						   : !is_lower(text[i]) && !is_digit(text[i]))
			return false;
	}
	return true;
}

static bool is_dispatcher(const char *text, size_t len)
{
	return len == strlen(IDENT_DISPATCHER) && memcmp(text, IDENT_DISPATCHER, len) == 0;
}

bool ident_is_unit(const char *text, size_t len)
{
	return is_slug(text, len, 2, UNIT_SIZE - 1) && !is_dispatcher(text, len);
}

bool ident_is_device(const char *text, size_t len)
{
	return is_slug(text, len, 1, DEVICE_SIZE - 1);
}

bool ident_is_channel(const char *text, size_t len)
{
	return is_slug(text, len, 2, CHANNEL_SIZE - 1);
}

bool ident_is_number(const char *text, size_t len)
{
	if (len < 1 || len > NUMBER_SIZE - 1 || !is_alnum(text[0]) || !is_alnum(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(text[i]) && text[i] != '.' && text[i] != '-')
			return false;
	return true;
}

bool ident_is_language(const char *text, size_t len)
{
	size_t start = 0;

	if (len < 2 || len > LANGUAGE_SIZE - 1)
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && (start == 0 ? is_letter(text[i]) : is_alnum(text[i])))
			continue;
		if ((i < len && text[i] != '-') || i - start > 8 || i - start < (start == 0 ? 2 : 1))
			return false;
		start = i + 1;
	}
	return true;
}

/* restricted-name of RFC 6838 section 4.2. */
static bool is_media_name(const char *text, size_t len)
{
	if (len < 1 || !is_alnum(text[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_alnum(text[i]) && !(text[i] && strchr("!#$&-^_.+", text[i])))
			return false;
	return true;
}

bool ident_is_media_type(const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);

	if (len < 3 || len > LIMIT_MEDIA_TYPE || !slash)
		return false;
	return is_media_name(text, (size_t)(slash - text)) &&
		   is_media_name(slash + 1, len - (size_t)(slash + 1 - text));
}

bool ident_is_key_name(const char *text, size_t len)
{
	return len >= 1 && len <= LIMIT_KEY_NAME && utf8_valid(text, len) &&
		   !utf8_has_control(text, len);
}

bool ident_split_client_id(
	const char *text, size_t len, char unit[static UNIT_SIZE], char device[static DEVICE_SIZE])
{
	const char *dot = memchr(text, '.', len);

	if (!dot)
		return false;

	size_t unit_len = (size_t)(dot - text);
	size_t device_len = len - unit_len - 1;

	if (!ident_is_unit(text, unit_len) && !is_dispatcher(text, unit_len))
		return false;
	if (!ident_is_device(dot + 1, device_len))
		return false;
	memcpy(unit, text, unit_len);
	unit[unit_len] = '\0';
	memcpy(device, dot + 1, device_len);
	device[device_len] = '\0';
	return true;
}

char *ident_client_id(const char *unit, const char *device, char out[static CLIENT_ID_SIZE])
{
	size_t unit_len = strlen(unit);
	size_t device_len = strlen(device);

	assert(unit_len < UNIT_SIZE && device_len < DEVICE_SIZE);
	memcpy(out, unit, unit_len);
	out[unit_len] = '.';
	memcpy(out + unit_len + 1, device, device_len + 1);
	return out;
}
