#include "subscriber/day.h"

#include <time.h>

bool day_parse(const char *text, const char *option, int64_t *ret, struct err *err)
{
	struct tm day = {.tm_isdst = -1};
	const char *end;

	*ret = 0;
	if (!text)
		return true;
	end = strptime(text, "%Y-%m-%d", &day);
	if (!end || *end != '\0')
		return err_set(
			err, ERR_USAGE, "%s '%s' is not a day like 2026-11-01", option, ERR_QUOTED(text));
	*ret = (int64_t)mktime(&day);
	return true;
}

char *day_format(int64_t at, char out[static DAY_TEXT_SIZE])
{
	time_t when = (time_t)at;
	struct tm local;

	if (!localtime_r(&when, &local) || strftime(out, DAY_TEXT_SIZE, "%Y-%m-%d %H:%M", &local) == 0)
		out[0] = '\0';
	return out;
}
