/*
 * Part messages (docs/protocol.md section 6): one sealed part of a body, with what it is part of.
 */
#ifndef CERTWIRE_COMMON_PART_H
#define CERTWIRE_COMMON_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"

enum {
	PART_BYTES = 32768, /* as it is sealed */
	PART_PLAIN_BYTES = PART_BYTES - 17,
	PART_MESSAGE_HEADER_BYTES = 25,
	PART_MESSAGE_BYTES = PART_MESSAGE_HEADER_BYTES + PART_BYTES,
};

struct part {
	struct pub_id publication;
	uint32_t index; /* from 0 */
	uint32_t count; /* 1 to LIMIT_PARTS */
	const uint8_t *bytes; /* borrowed from the message: PART_BYTES */
};

/* Code 301. */
bool part_parse(
	const void *message, size_t len, struct part *ret, struct err *err) MUST_USE NONNULL;

void part_format(const struct part *part, uint8_t out[static PART_MESSAGE_BYTES]) NONNULL;

#endif
