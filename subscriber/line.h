/*
 * How the line to the broker stands, kept in the state for `status` to read.
 */
#ifndef CERTWIRE_SUBSCRIBER_LINE_H
#define CERTWIRE_SUBSCRIBER_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "subscriber/db.h"

bool line_up(struct db *db, const char *broker, int64_t now, struct err *err) MUST_USE NONNULL;

/* `gap`: we left because nothing echoed our syncs; that stays until something does. */
bool line_down(struct db *db, const char *broker, const char *why, bool gap, int64_t now,
	struct err *err) MUST_USE NONNULL;

/* A head echoed our sync, while so many of our own topics were refused. */
bool line_echo(struct db *db, int64_t now, int refused_topics, struct err *err) MUST_USE NONNULL;

#endif
