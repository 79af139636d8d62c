/*
 * Time is passed in, so that tests never wait. Wall time is UTC seconds since 1970 in int64_t.
 */
#ifndef CERTWIRE_COMMON_CLOCK_H
#define CERTWIRE_COMMON_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"

struct clock {
	int64_t (*now)(void *ctx);
	void *ctx;
};

/* Borrowed, lives for ever: the machine's own clock. */
const struct clock *clock_system(void);

/* A clock that shows `*seconds`, which the caller keeps and moves. */
struct clock clock_at(int64_t *seconds) NONNULL;

static inline int64_t clock_now(const struct clock *clock)
{
	return clock->now(clock->ctx);
}

/* The machine's own wall clock in UTC microseconds. */
int64_t clock_wall_us(void);

/* Milliseconds of a clock that never jumps; for deadlines only. */
int64_t clock_monotonic_ms(void);

/* The same in microseconds; for durations. */
int64_t clock_monotonic_us(void);

/* Earliest and latest time we format or accept: the years 0000 to 9999. */
#define CLOCK_MIN (-62167219200LL)
#define CLOCK_MAX 253402300799LL

enum { CLOCK_TEXT_SIZE = sizeof "2026-01-31T23:59:59Z" };

/* RFC 3339, UTC, whole seconds: "2026-01-31T23:59:59Z". Outside CLOCK_MIN..CLOCK_MAX: clamped. */
char *clock_format(int64_t seconds, char out[static CLOCK_TEXT_SIZE]) NONNULL;

/*
 * Reads RFC 3339 (section 5.6): a date, 'T', a time and 'Z' or a numeric offset, all of it required;
 * fractions of a second, leap seconds and lower case are refused. ERR_DATA.
 */
bool clock_parse(const char *text, int64_t *ret, struct err *err) MUST_USE NONNULL;

#endif
