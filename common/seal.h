/*
 * Content keys, and grants: a content key sealed to one Ed25519 key (docs/protocol.md section 8).
 * The same 96 bytes seal it to devices, editors, dispatchers and recovery.
 */
#ifndef CERTWIRE_COMMON_SEAL_H
#define CERTWIRE_COMMON_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "common/secret.h"

enum {
	CONTENT_KEY_BYTES = crypto_secretstream_xchacha20poly1305_KEYBYTES,
	GRANT_PLAIN_BYTES = PUB_ID_BYTES + CONTENT_KEY_BYTES,
	GRANT_BYTES = GRANT_PLAIN_BYTES + crypto_box_SEALBYTES,
};

/* A new random content key: a secret of CONTENT_KEY_BYTES. */
struct secret *content_key_random(struct err *err) MUST_USE NONNULL;

/* What is sealed to: the X25519 form of an Ed25519 key. */
struct seal_key {
	uint8_t bytes[crypto_box_PUBLICKEYBYTES];
};

/* Fails (ERR_DATA) when the key is unusable. As slow as a verification: worth keeping. */
bool seal_key_of(
	const struct public_key *key, struct seal_key *ret, struct err *err) MUST_USE NONNULL;

/* Fails (ERR_DATA) when the key to seal to is unusable. */
bool grant_seal_to(const struct pub_id *id, const struct secret *content_key,
	const struct seal_key *to, uint8_t out[static GRANT_BYTES], struct err *err) MUST_USE NONNULL;
bool grant_seal(const struct pub_id *id, const struct secret *content_key,
	const struct public_key *to, uint8_t out[static GRANT_BYTES], struct err *err) MUST_USE NONNULL;

/* `*ret_content_key` is new. Code 210 unless it opens and names this publication. */
bool grant_open(const uint8_t sealed[static GRANT_BYTES], const struct pub_id *id,
	const struct signing_key *key, struct secret **ret_content_key,
	struct err *err) MUST_USE NONNULL;

/*
 * The same into `place`, a secret of GRANT_PLAIN_BYTES that begins with the content key then and is
 * zeroed when it fails: guarded memory is dear, and who opens many needs it but once.
 */
bool grant_open_in(const uint8_t sealed[static GRANT_BYTES], const struct pub_id *id,
	const struct signing_key *key, struct secret *place, struct err *err) MUST_USE NONNULL;

#endif
