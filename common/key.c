#include "common/key.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "common/digest.h"

static_assert(PUBLIC_KEY_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public keys have 32 bytes");
static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519 signatures have 64 bytes");
static_assert(SEALED_TO_BYTES == crypto_box_PUBLICKEYBYTES, "X25519 public keys have 32 bytes");
static_assert(KEY_SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519 seeds have 32 bytes");

bool public_key_usable(const struct public_key *key)
{
	return crypto_core_ed25519_is_valid_point(key->bytes) == 1;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

char *public_key_kid(const struct public_key *key, char out[static KID_SIZE])
{
	struct digest digest = digest_of(key->bytes, sizeof(key->bytes));

	return hex_encode(out, digest.bytes, (KID_SIZE - 1) / 2);
}

bool kid_valid(const char *text, size_t len)
{
	uint8_t bytes[(KID_SIZE - 1) / 2];

	return hex_decode(bytes, sizeof(bytes), text, len);
}

/* From the secret half: from the public one it would take a proof first that it is a good point. */
static void find_sealed_to(struct signing_key *key)
{
	uint8_t secret[crypto_box_SECRETKEYBYTES];

	(void)crypto_sign_ed25519_sk_to_curve25519(secret, key->secret->bytes);
	(void)crypto_scalarmult_base(key->sealed_to, secret);
	sodium_memzero(secret, sizeof(secret));
}

bool signing_key_from_seed(
	const uint8_t seed[static KEY_SEED_BYTES], struct signing_key *ret, struct err *err)
{
	struct secret *secret = secret_new(crypto_sign_SECRETKEYBYTES, err);

	if (!secret)
		return false;
	ret->secret = secret;
	(void)crypto_sign_seed_keypair(ret->public.bytes, secret->bytes, seed);
	public_key_kid(&ret->public, ret->kid);
	find_sealed_to(ret);
	return true;
}

bool signing_key_generate(struct signing_key *ret, struct err *err)
{
	auto_secret struct secret *seed = secret_new(KEY_SEED_BYTES, err);

	if (!seed)
		return false;
	randombytes_buf(seed->bytes, seed->len);
	return signing_key_from_seed(seed->bytes, ret, err);
}

void signing_key_release(struct signing_key *key)
{
	secret_free(key->secret);
	memset(key, 0, sizeof(*key));
}

void signing_key_sign(const struct signing_key *key, const void *data, size_t len,
	uint8_t signature[static SIGNATURE_BYTES])
{
	(void)crypto_sign_detached(signature, NULL, data, len, key->secret->bytes);
}

bool public_key_verify(const struct public_key *key, const void *data, size_t len,
	const uint8_t signature[static SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, data, len, key->bytes) == 0;
}
