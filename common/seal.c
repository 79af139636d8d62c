#include "common/seal.h"

#include <string.h>

#include "common/refusal.h"

struct secret *content_key_random(struct err *err)
{
	struct secret *key = secret_new(CONTENT_KEY_BYTES, err);

	if (key)
		randombytes_buf(key->bytes, key->len);
	return key;
}

bool seal_key_of(const struct public_key *key, struct seal_key *ret, struct err *err)
{
	return crypto_sign_ed25519_pk_to_curve25519(ret->bytes, key->bytes) == 0 ||
		   err_set(err, ERR_DATA, "the public key cannot be sealed to");
}

bool grant_seal_to(const struct pub_id *id, const struct secret *content_key,
	const struct seal_key *to, uint8_t out[static GRANT_BYTES], struct err *err)
{
	uint8_t plain[GRANT_PLAIN_BYTES];

	memcpy(plain, id->bytes, PUB_ID_BYTES);
	memcpy(plain + PUB_ID_BYTES, content_key->bytes, CONTENT_KEY_BYTES);

	bool sealed = crypto_box_seal(out, plain, sizeof(plain), to->bytes) == 0;

	sodium_memzero(plain, sizeof(plain));
	return sealed || err_set(err, ERR_DATA, "the public key cannot be sealed to");
}

bool grant_seal(const struct pub_id *id, const struct secret *content_key,
	const struct public_key *to, uint8_t out[static GRANT_BYTES], struct err *err)
{
	struct seal_key key;

	return seal_key_of(to, &key, err) && grant_seal_to(id, content_key, &key, out, err);
}

/* The plaintext lands in `plain`, guarded memory. */
static bool open_seal(
	const uint8_t sealed[static GRANT_BYTES], const struct signing_key *key, struct secret *plain)
{
	uint8_t secret[crypto_box_SECRETKEYBYTES];
	bool open =
		crypto_sign_ed25519_sk_to_curve25519(secret, key->secret->bytes) == 0 &&
		crypto_box_seal_open(plain->bytes, sealed, GRANT_BYTES, key->sealed_to, secret) == 0;

	sodium_memzero(secret, sizeof(secret));
	return open;
}

bool grant_open_in(const uint8_t sealed[static GRANT_BYTES], const struct pub_id *id,
	const struct signing_key *key, struct secret *place, struct err *err)
{
	bool opens = open_seal(sealed, key, place);

	if (opens && memcmp(place->bytes, id->bytes, PUB_ID_BYTES) == 0) {
		memmove(place->bytes, place->bytes + PUB_ID_BYTES, CONTENT_KEY_BYTES);
		return true;
	}
	sodium_memzero(place->bytes, place->len);
	return opens ? err_code(err, REFUSAL_GRANT, "the grant is for another publication")
				 : err_code(err, REFUSAL_GRANT, "the grant does not open with key %s", key->kid);
}

bool grant_open(const uint8_t sealed[static GRANT_BYTES], const struct pub_id *id,
	const struct signing_key *key, struct secret **ret_content_key, struct err *err)
{
	auto_secret struct secret *plain = secret_new(GRANT_PLAIN_BYTES, err);
	auto_secret struct secret *content_key = plain ? secret_new(CONTENT_KEY_BYTES, err) : NULL;

	if (!content_key || !grant_open_in(sealed, id, key, plain, err))
		return false;
	memcpy(content_key->bytes, plain->bytes, CONTENT_KEY_BYTES);
	*ret_content_key = TAKE(content_key);
	return true;
}
