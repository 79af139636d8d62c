/*
 * Ed25519 keys (RFC 8032): the public half with its key id, and the secret half in guarded memory.
 */
#ifndef CERTWIRE_COMMON_KEY_H
#define CERTWIRE_COMMON_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/hex.h"
#include "common/macros.h"
#include "common/secret.h"

enum {
	PUBLIC_KEY_BYTES = 32,
	SIGNATURE_BYTES = 64,
	KEY_SEED_BYTES = 32,
	SEALED_TO_BYTES = 32,
	KID_SIZE = HEX_SIZE(16), /* 32 hex digits and a NUL */
};

struct public_key {
	uint8_t bytes[PUBLIC_KEY_BYTES];
};

/*
 * True when the bytes are a usable key: a canonical point of the main subgroup. Keys of small order
 * verify signatures that nobody made, so none is let in. About 100 us.
 */
bool public_key_usable(const struct public_key *key) MUST_USE NONNULL;

bool public_key_equal(const struct public_key *a, const struct public_key *b) MUST_USE NONNULL;

/* The key id; returns `out`. */
char *public_key_kid(const struct public_key *key, char out[static KID_SIZE]) NONNULL;

/* True for 32 lower-case hex digits. */
bool kid_valid(const char *text, size_t len) MUST_USE NONNULL;

struct signing_key {
	struct public_key public;
	char kid[KID_SIZE];
	struct secret *secret; /* owned: libsodium's 64 bytes */
	/* The X25519 form of `public`: what grants for it are sealed to. */
	uint8_t sealed_to[SEALED_TO_BYTES];
};

/* clang-format off */
#define SIGNING_KEY_INIT {.secret = NULL}
/* clang-format on */

#define auto_signing_key CLEANUP(signing_key_release)

/* New; the old content of `*ret` is not released. ERR_SYSTEM when memory is short. */
bool signing_key_generate(struct signing_key *ret, struct err *err) MUST_USE NONNULL;
bool signing_key_from_seed(const uint8_t seed[static KEY_SEED_BYTES], struct signing_key *ret,
	struct err *err) MUST_USE NONNULL;

/* Wipes and frees the secret; the struct is zeroed. */
void signing_key_release(struct signing_key *key) NONNULL;

/* Raw signatures. What crosses the wire is made by common/jws.h, which tells uses apart. */
void signing_key_sign(const struct signing_key *key, const void *data, size_t len,
	uint8_t signature[static SIGNATURE_BYTES]) NONNULL;
bool public_key_verify(const struct public_key *key, const void *data, size_t len,
	const uint8_t signature[static SIGNATURE_BYTES]) MUST_USE NONNULL;

#endif
