#include "common/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t system_now(void *ctx)
{
	(void)ctx;
	return (int64_t)time(NULL);
}

const struct clock *clock_system(void)
{
	static const struct clock clock = {system_now, NULL};

	return &clock;
}

static int64_t shown_now(void *ctx)
{
	return *(const int64_t *)ctx;
}

struct clock clock_at(int64_t *seconds)
{
	return (struct clock){shown_now, seconds};
}

int64_t clock_wall_us(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

char *clock_format(int64_t seconds, char out[static CLOCK_TEXT_SIZE])
{
	char text[96];
	struct tm tm;
	time_t time = seconds < CLOCK_MIN ? CLOCK_MIN : seconds > CLOCK_MAX ? CLOCK_MAX : seconds;

	(void)gmtime_r(&time, &tm);
	(void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(out, text, CLOCK_TEXT_SIZE - 1);
	out[CLOCK_TEXT_SIZE - 1] = '\0';
	return out;
}

/* '0' in the shape stands for any digit, '+' for a sign; the rest stands for itself. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++) {
		bool fits = *shape == '0'   ? *text >= '0' && *text <= '9'
					: *shape == '+' ? *text == '+' || *text == '-'
									: *text == *shape;

		if (!fits)
			return false;
	}
	return *text == '\0';
}

static int number_at(const char *text, size_t digits)
{
	int number = 0;

	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

/* Seconds to subtract for the numeric offset at `text`; false when out of range. */
static bool offset_at(const char *text, int64_t *ret)
{
	int hours = number_at(text + 1, 2);
	int minutes = number_at(text + 4, 2);

	if (hours > 23 || minutes > 59)
		return false;
	*ret = (int64_t)(hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
	return true;
}

/* False for a date or time that no calendar has: timegm would carry it over into the next field. */
static bool calendar_seconds(const char *text, int64_t *ret)
{
	struct tm tm = {
		.tm_year = number_at(text, 4) - 1900,
		.tm_mon = number_at(text + 5, 2) - 1,
		.tm_mday = number_at(text + 8, 2),
		.tm_hour = number_at(text + 11, 2),
		.tm_min = number_at(text + 14, 2),
		.tm_sec = number_at(text + 17, 2),
	};
	struct tm given = tm;
	time_t seconds = timegm(&tm);

	*ret = (int64_t)seconds;
	return given.tm_mon == tm.tm_mon && given.tm_mday == tm.tm_mday &&
		   given.tm_hour == tm.tm_hour && given.tm_min == tm.tm_min && given.tm_sec == tm.tm_sec;
}

bool clock_parse(const char *text, int64_t *ret, struct err *err)
{
	int64_t seconds = 0;
	int64_t offset = 0;
	bool zulu = has_shape(text, "0000-00-00T00:00:00Z");

	if (!zulu && !has_shape(text, "0000-00-00T00:00:00+00:00"))
		return err_set(
			err, ERR_DATA, "'%s' is not a time like 2026-01-31T23:59:59Z", ERR_QUOTED(text));
	if (!calendar_seconds(text, &seconds) || (!zulu && !offset_at(text + 19, &offset)))
		return err_set(err, ERR_DATA, "'%s' is a time that does not exist", text);
	if (seconds - offset < CLOCK_MIN || seconds - offset > CLOCK_MAX)
		return err_set(err, ERR_DATA, "'%s' is outside the years 0000 to 9999", text);
	*ret = seconds - offset;
	return true;
}
