/*
 * A seminar as an iCalendar object (RFC 5545), which calendars of people at a unit take in.
 */
#ifndef CERTWIRE_PUBLISHER_CLI_CALENDAR_H
#define CERTWIRE_PUBLISHER_CLI_CALENDAR_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"

enum { CALENDAR_MAX = 64 * 1024, CALENDAR_NAME_SIZE = NUMBER_SIZE + 16 };

/* Appends it; the manifest's fields must be those of a seminar. */
bool calendar_format(
	const struct manifest *manifest, struct buf *out, struct err *err) MUST_USE NONNULL;

/* The name of its file: "seminar-2026-1.ics". Returns `out`. */
char *calendar_name(const struct manifest *manifest, char out[static CALENDAR_NAME_SIZE]) NONNULL;

#endif
