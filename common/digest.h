/*
 * BLAKE2b-256 without key (RFC 7693): what `b2sum -l 256` prints.
 */
#ifndef CERTWIRE_COMMON_DIGEST_H
#define CERTWIRE_COMMON_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "common/hex.h"
#include "common/macros.h"

enum { DIGEST_BYTES = 32, DIGEST_HEX_SIZE = HEX_SIZE(DIGEST_BYTES) };

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

/* `data` may be NULL when len is 0. */
struct digest digest_of(const void *data, size_t len);

/* In pieces: init, any number of updates, final once. */
struct digest_state {
	crypto_generichash_state blake2b;
};

void digest_init(struct digest_state *state) NONNULL;
void digest_update(struct digest_state *state, const void *data, size_t len);
struct digest digest_final(struct digest_state *state) NONNULL;

bool digest_equal(const struct digest *a, const struct digest *b) MUST_USE NONNULL;

/* 64 lower-case digits and a NUL; returns `out`. */
char *digest_hex(const struct digest *digest, char out[static DIGEST_HEX_SIZE]) NONNULL;

/* True when `text` is exactly 64 lower-case digits; else `*ret` is untouched. */
bool digest_parse_hex(const char *text, size_t len, struct digest *ret) MUST_USE NONNULL;

#endif
