#include "publisher/cli/form_period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, WEEKDAYS = 7 };

bool period_number(const char *number, int *ret_year, int *ret_issue)
{
	size_t len = strlen(number);

	if (len < sizeof "2026-1" - 1 || len > sizeof "2026-123" - 1 || number[4] != '-' ||
		strspn(number, "0123456789") != 4 || strspn(number + 5, "0123456789") != len - 5)
		return false;
	int year = atoi(number);
	int issue = atoi(number + 5);

	if (year < 1990 || issue < 1)
		return false;
	*ret_year = year;
	*ret_issue = issue;
	return true;
}

static time_t day_of(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	return timegm(&tm);
}

/* Monday of week 1: the week with the 4th of January in it (ISO 8601). */
static time_t first_monday(int year)
{
	time_t fourth = day_of(year, 1, 4);
	struct tm tm;

	(void)gmtime_r(&fourth, &tm);
	return fourth - (time_t)((tm.tm_wday + WEEKDAYS - 1) % WEEKDAYS) * DAY_S;
}

static void write_day(time_t day, char out[static PERIOD_DATE_SIZE])
{
	struct tm tm;

	(void)gmtime_r(&day, &tm);
	(void)strftime(out, PERIOD_DATE_SIZE, "%Y-%m-%d", &tm);
}

bool period_days(bool monthly, int year, int issue, char ret_from[static PERIOD_DATE_SIZE],
	char ret_to[static PERIOD_DATE_SIZE])
{
	time_t from =
		monthly ? day_of(year, issue, 1) : first_monday(year) + (time_t)(issue - 1) * 7 * DAY_S;
	time_t next = monthly ? day_of(year, issue + 1, 1) : from + (time_t)WEEKDAYS * DAY_S;

	if (monthly ? issue > 12 : from >= first_monday(year + 1))
		return false;
	write_day(from, ret_from);
	write_day(next - DAY_S, ret_to);
	return true;
}
