/*
 * Lines for the broker's log, from a thread that may not log: kept until the tick writes them.
 */
#ifndef CERTWIRE_KIT_NOTES_H
#define CERTWIRE_KIT_NOTES_H

#include "broker-plugins/kit/ring.h"
#include "common/err.h"
#include "common/log.h"
#include "common/macros.h"

#include <stdbool.h>

struct notes {
	struct ring ring;
};

bool notes_init(struct notes *notes, struct err *err) MUST_USE NONNULL;
void notes_release(struct notes *notes) NONNULL;

/* The thread's side. A line more than the ring holds is dropped: nobody reads 256 in one turn. */
void notes_add(struct notes *notes, enum log_level level, const char *fmt, ...)
	PRINTF_LIKE(3, 4) NONNULL;

/* The loop's side: hands over each line. */
void notes_drain(
	struct notes *notes, void (*write)(enum log_level level, const char *text)) NONNULL;

#endif
