/*
 * The id of a publication: 16 random bytes, written as 32 lower-case hex digits (docs/protocol.md
 * section 1). Its first 8 digits are the short id that people see.
 */
#ifndef CERTWIRE_COMMON_PUB_ID_H
#define CERTWIRE_COMMON_PUB_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hex.h"
#include "common/macros.h"

enum {
	PUB_ID_BYTES = 16,
	PUB_ID_SIZE = HEX_SIZE(PUB_ID_BYTES),
	PUB_ID_SHORT_SIZE = 8 + 1,
};

struct pub_id {
	uint8_t bytes[PUB_ID_BYTES];
};

struct pub_id pub_id_random(void);

bool pub_id_equal(const struct pub_id *a, const struct pub_id *b) MUST_USE NONNULL;

/* Returns `out`. */
char *pub_id_format(const struct pub_id *id, char out[static PUB_ID_SIZE]) NONNULL;
char *pub_id_short(const struct pub_id *id, char out[static PUB_ID_SHORT_SIZE]) NONNULL;

/* True when `text` is exactly 32 lower-case hex digits; else `*ret` is untouched. */
bool pub_id_parse(const char *text, size_t len, struct pub_id *ret) MUST_USE NONNULL;

#endif
