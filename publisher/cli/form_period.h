/*
 * A weekly's and a monthly's number, year and issue, and the days that such an issue covers.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_FORM_PERIOD_H
#define CERTWIRE_PUBLISHER_CLI_FORM_PERIOD_H

#include <stdbool.h>

#include "common/macros.h"

enum { PERIOD_DATE_SIZE = sizeof "2026-11-16" };

/* "2026-47" is year 2026, issue 47: four digits, then 1 to 3 without a leading zero but "01". */
bool period_number(const char *number, int *ret_year, int *ret_issue) MUST_USE NONNULL;

/*
 * The days of that week (ISO 8601, Monday to Sunday) or month; false when the year has none such.
 * Returns dates such as "2026-11-16".
 */
bool period_days(bool monthly, int year, int issue, char ret_from[static PERIOD_DATE_SIZE],
	char ret_to[static PERIOD_DATE_SIZE]) MUST_USE NONNULL;

#endif
