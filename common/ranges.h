/*
 * A bounded set of numbers as ascending ranges that neither overlap nor touch, as a sync has them
 * ([[from, to], ...], both ends included).
 */
#ifndef CERTWIRE_COMMON_RANGES_H
#define CERTWIRE_COMMON_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/err.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/macros.h"

struct range {
	uint32_t from;
	uint32_t to;
};

struct ranges {
	struct range items[LIMIT_SYNC_RANGES];
	size_t count;
};

/*
 * Adds from..to (from <= to), joining what it touches. False, and nothing changed, when that would
 * take more than LIMIT_SYNC_RANGES ranges: the caller then simply says less.
 */
bool ranges_add(struct ranges *ranges, uint32_t from, uint32_t to) MUST_USE NONNULL;

bool ranges_contain(const struct ranges *ranges, uint32_t number) MUST_USE NONNULL;

/* The first number from `from` on that is not in the set. */
uint32_t ranges_next_missing(const struct ranges *ranges, uint32_t from) MUST_USE NONNULL;

/* How many numbers it holds. */
uint64_t ranges_size(const struct ranges *ranges) MUST_USE NONNULL;

/* New; NULL when memory is short. */
json_t *ranges_to_json(const struct ranges *ranges) MUST_USE NONNULL;

/*
 * Reads a required field. Refused with the object's code: more than LIMIT_SYNC_RANGES, numbers
 * outside min..max, from above to, ranges that are not ascending or that touch.
 */
bool ranges_get(const struct json_object *object, const char *name, uint32_t min, uint32_t max,
	struct ranges *ret, struct err *err) MUST_USE NONNULL;

#endif
