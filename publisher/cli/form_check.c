#include "publisher/cli/form_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/language.h"
#include "common/limits.h"
#include "common/utf8.h"

enum { DAY_SHAPE = 10, MINUTE_SHAPE = 16, ZONE_MAX = 64, NUMBER_MAX = 100000 };

static bool refuse(
	const struct form_field *field, const char *text, const char *want, struct err *err)
{
	return err_set(err, ERR_USAGE, "%s %s: '%s' is %s; write it like: %s", field->name,
		field->label, ERR_QUOTED(text), language_text(want), field->hint);
}

/* Blanks and line ends at both ends, the ideographic blank too. */
static bool is_blank(const char *at, size_t *ret_len)
{
	*ret_len = strncmp(at, "　", 3) == 0 ? 3 : 1;
	return *ret_len == 3 || (*at && strchr(" \t\r\n", *at));
}

static void trim(const char *text, const char **ret, size_t *ret_len)
{
	size_t blank;

	while (is_blank(text, &blank))
		text += blank;
	size_t len = strlen(text);

	while (len > 0 &&
		   (strchr(" \t\r\n", text[len - 1]) || (len >= 3 && memcmp(text + len - 3, "　", 3) == 0)))
		len -= strchr(" \t\r\n", text[len - 1]) ? 1 : 3;
	*ret = text;
	*ret_len = len;
}

/* Lines of a text may break; nothing else that moves a cursor or turns the writing. */
static bool check_text(const struct form_field *field, const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (len == 0)
		return refuse(field, text, "empty", err);
	if (len > LIMIT_FIELD_VALUE)
		return err_set(err, ERR_USAGE, "%s %s: more than %d bytes", field->name, field->label,
			LIMIT_FIELD_VALUE);
	if (!utf8_valid(text, len))
		return err_set(
			err, ERR_USAGE, "%s %s: not UTF-8; save the file as UTF-8", field->name, field->label);
	for (size_t at = 0; at < len;) {
		size_t line = strcspn(text + at, field->type == FORM_TEXT ? "\n" : "");

		if (utf8_has_control(text + at, line))
			return field->type == FORM_TEXT
					   ? err_set(err, ERR_USAGE,
							 "%s %s: lines without control characters are wanted", field->name,
							 field->label)
					   : err_set(err, ERR_USAGE,
							 "%s %s: one line without control characters is wanted", field->name,
							 field->label);
		at += line + 1;
	}
	return true;
}

static bool take_word(
	const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	auto_buf struct buf words = BUF_INIT(1024);

	for (const struct form_word *word = field->words; word->word; word++) {
		if (strcmp(word->word, text) == 0 || strcmp(word->text, text) == 0)
			return buf_append_str(out, word->word, err);
		if (!buf_printf(&words, err, "%s%s (%s)", words.len ? ", " : "", word->word, word->text))
			return false;
	}
	return err_set(err, ERR_USAGE, "%s %s: '%s' is none of: %s", field->name, field->label,
		ERR_QUOTED(text), buf_str(&words));
}

/* "2026-12-20 18:00", 'T' or a blank between, seconds or none, no offset: then Beijing's. */
static void complete_time(const char *text, size_t size, char *out)
{
	size_t len = strlen(text);

	(void)snprintf(out, size, "%s", text);
	if (len >= MINUTE_SHAPE && len < size && out[DAY_SHAPE] == ' ')
		out[DAY_SHAPE] = 'T';
	if (len == MINUTE_SHAPE)
		(void)snprintf(out + len, size - len, ":00+08:00");
	else if (len == MINUTE_SHAPE + 3)
		(void)snprintf(out + len, size - len, "+08:00");
}

static bool take_time(
	const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	struct err ignored;
	char whole[64];
	int64_t seconds;

	complete_time(text, sizeof whole, whole);
	if (!clock_parse(whole, &seconds, &ignored) || seconds < 0)
		return refuse(field, text, "no time that a calendar has", err);
	return buf_append_str(out, whole, err);
}

bool form_day(const struct form_field *field, const char *text, int64_t *ret, struct err *err)
{
	struct err ignored;
	char whole[64];

	(void)snprintf(whole, sizeof whole, "%.11sT00:00:00+08:00", text);
	return (strlen(text) == DAY_SHAPE && clock_parse(whole, ret, &ignored)) ||
		   refuse(field, text, "no day that a calendar has", err);
}

int64_t form_seconds(const char *text)
{
	struct err ignored;
	int64_t seconds = 0;

	(void)!clock_parse(text, &seconds, &ignored);
	return seconds;
}

static bool take_number(
	const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number < 1 || number > NUMBER_MAX)
		return err_set(err, ERR_USAGE, "%s %s: '%s' is no whole number from 1 to %d", field->name,
			field->label, ERR_QUOTED(text), NUMBER_MAX);
	return buf_printf(out, err, "%ld", number);
}

static bool take_zone(
	const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	char path[sizeof "/usr/share/zoneinfo/" + ZONE_MAX];
	size_t len = strlen(text);

	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", text);
	if (len > ZONE_MAX || strspn(text, letters) != len || *text < 'A' || *text > 'Z' ||
		access(path, F_OK) != 0)
		return refuse(field, text, "no time zone that is known here", err);
	return buf_append_str(out, text, err);
}

static bool take_link(
	const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	if ((strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0) ||
		strpbrk(text, " \"<>"))
		return refuse(field, text, "no link", err);
	return buf_append_str(out, text, err);
}

bool form_check(const struct form_field *field, const char *text, struct buf *out, struct err *err)
{
	auto_buf struct buf trimmed = BUF_INIT(2 * LIMIT_FIELD_VALUE);
	const char *from;
	int64_t day;
	size_t len;

	trim(text, &from, &len);
	if (!buf_append(&trimmed, from, len, err))
		return err_context(err, "%s %s", field->name, field->label);
	const char *value = buf_str(&trimmed);

	if (!check_text(field, value, err))
		return false;
	switch (field->type) {
	case FORM_WORD:
		return take_word(field, value, out, err);
	case FORM_TIME:
		return take_time(field, value, out, err);
	case FORM_DATE:
		return form_day(field, value, &day, err) && buf_append_str(out, value, err);
	case FORM_NUMBER:
		return take_number(field, value, out, err);
	case FORM_ZONE:
		return take_zone(field, value, out, err);
	case FORM_LINK:
		return take_link(field, value, out, err);
	case FORM_LINE:
	case FORM_TEXT:
		break;
	}
	return buf_append_str(out, value, err);
}
