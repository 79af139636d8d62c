/*
 * Log lines of daemons: one line an outcome, to a descriptor, in one write. Libraries and verbs never
 * log.
 *
 * Under systemd (JOURNAL_STREAM is set) a line starts with journald's priority, "<6>"; else with time
 * and level. Control characters in the finished line are escaped, so foreign text cannot forge one.
 * Lines are English, whatever language their readers speak, since programs and searches read them too:
 * log_init turns translation off for the whole program.
 * A failed write is ignored: a daemon does not die of a full log.
 */
#ifndef CERTWIRE_COMMON_LOG_H
#define CERTWIRE_COMMON_LOG_H

#include <stdbool.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/macros.h"

/* Numbers as syslog's (RFC 5424 section 6.2.1). */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

struct log {
	int fd;
	enum log_level level; /* lines above it are dropped */
	bool journal; /* priority prefix instead of time and level */
	const struct clock *clock; /* borrowed */
};

/* stderr, LOG_LEVEL_INFO, the system's clock; journal as the environment says. */
void log_init(struct log *log) NONNULL;

/* Longer lines are cut and end in "…". */
enum { LOG_LINE_MAX = 2048 };

void log_line(const struct log *log, enum log_level level, const char *fmt, ...)
	PRINTF_LIKE(3, 4) NONNULL;

/* "error", "warning", "info" or "debug"; false for any other text, `*ret` untouched. */
bool log_level_parse(const char *text, enum log_level *ret) MUST_USE NONNULL;

#endif
