/*
 * A unit's standing.
 */
#ifndef CERTWIRE_COMMON_STANDING_H
#define CERTWIRE_COMMON_STANDING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum standing {
	STANDING_CANDIDATE,
	STANDING_GOOD,
	STANDING_SUSPENDED,
	STANDING_REVOKED,
	STANDING_LAPSED,
};

/* Borrowed: "candidate", "good", ... and as people read it. */
const char *standing_name(enum standing standing);
const char *standing_name_zh(enum standing standing);

bool standing_parse(const char *text, size_t len, enum standing *ret) MUST_USE NONNULL;

#endif
