/*
 * Offers (docs/protocol.md section 8): an entry with the content key sealed to each of the unit's
 * devices. Unsigned: each thing in it proves itself.
 */
#ifndef CERTWIRE_COMMON_OFFER_H
#define CERTWIRE_COMMON_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/seal.h"

struct grant {
	char device[DEVICE_SIZE];
	char kid[KID_SIZE]; /* of the key it is sealed to */
	uint8_t sealed[GRANT_BYTES];
};

struct offer {
	char *entry; /* owned: the entry's JWS, not judged */
	struct grant grants[LIMIT_GRANTS];
	size_t grant_count;
};

/* clang-format off */
#define OFFER_INIT {.entry = NULL}
/* clang-format on */

#define auto_offer CLEANUP(offer_release)

void offer_release(struct offer *offer) NONNULL;

bool offer_format(const struct offer *offer, struct buf *out, struct err *err) MUST_USE NONNULL;

/* 201. `*ret` is new. */
bool offer_parse(const void *data, size_t len, struct offer *ret, struct err *err) MUST_USE NONNULL;

/* Borrowed: the grant for that device and key; NULL when there is none. */
const struct grant *offer_find(
	const struct offer *offer, const char *device, const char *kid) NONNULL;

#endif
