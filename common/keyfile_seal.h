/*
 * The secret of a key file: sealed by a passphrase, or plain where the role allows it.
 */
#ifndef CERTWIRE_COMMON_KEYFILE_SEAL_H
#define CERTWIRE_COMMON_KEYFILE_SEAL_H

#include <stdbool.h>

#include <sodium.h>

#include "common/err.h"
#include "common/key.h"
#include "common/keyfile.h"
#include "common/macros.h"
#include "common/secret.h"

enum {
	KEYFILE_NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	KEYFILE_SEALED_BYTES =
		KEYFILE_NONCE_BYTES + KEY_SEED_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

/* Sets file->secret from the key, by file->header, cost and salt. `passphrase` NULL: plain. */
bool keyfile_seal(struct keyfile *file, const struct signing_key *key,
	const struct secret *passphrase, struct err *err) MUST_USE;

#endif
