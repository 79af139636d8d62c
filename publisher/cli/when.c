#include "publisher/cli/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

static bool is_date(const char *text)
{
	static const char shape[] = "dddd-dd-dd";

	if (strlen(text) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	return true;
}

/* mktime mends the 31st of November silently; we do not. */
static bool date_exists(const struct tm *asked)
{
	struct tm mended = *asked;

	return mktime(&mended) != (time_t)-1 && mended.tm_mday == asked->tm_mday &&
		   mended.tm_mon == asked->tm_mon;
}

static bool parse_date(const char *text, enum when_edge edge, int64_t *ret)
{
	struct tm day = {.tm_isdst = -1};

	if (sscanf(text, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3)
		return false;
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	if (day.tm_mon < 0 || day.tm_mon > 11 || day.tm_mday < 1 || day.tm_year < 70 ||
		!date_exists(&day))
		return false;
	if (edge == WHEN_END_OF_DAY)
		day.tm_mday++;
	*ret = mktime(&day);
	return true;
}

bool when_parse(
	const char *what, const char *text, enum when_edge edge, int64_t *ret, struct err *err)
{
	struct err ignored;
	int64_t seconds = 0;
	bool ok = is_date(text) ? parse_date(text, edge, &seconds)
							: clock_parse(text, &seconds, &ignored) && seconds >= 0;

	if (!ok)
		return err_set(err, ERR_USAGE,
			"%s: '%s' is no date; write 2026-11-30, or 2026-11-30T09:00:00+08:00", what,
			ERR_QUOTED(text));
	*ret = seconds;
	return true;
}

char *when_format(int64_t seconds, char out[static WHEN_TEXT_SIZE])
{
	time_t time = (time_t)seconds;
	struct tm local;
	char zone[8] = "";

	if (!localtime_r(&time, &local))
		local = (struct tm){.tm_mday = 1, .tm_year = 70};
	size_t len = strftime(out, WHEN_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &local);
	(void)strftime(zone, sizeof zone, "%z", &local);
	/* RFC 3339 wants a colon in the offset, strftime knows none. */
	(void)snprintf(out + len, WHEN_TEXT_SIZE - len, "%.3s:%.2s", zone, zone + 3);
	return out;
}
