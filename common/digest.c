#include "common/digest.h"

struct digest digest_of(const void *data, size_t len)
{
	struct digest_state state;

	digest_init(&state);
	digest_update(&state, data, len);
	return digest_final(&state);
}

void digest_init(struct digest_state *state)
{
	crypto_generichash_init(&state->blake2b, NULL, 0, DIGEST_BYTES);
}

void digest_update(struct digest_state *state, const void *data, size_t len)
{
	if (len > 0)
		crypto_generichash_update(&state->blake2b, data, len);
}

struct digest digest_final(struct digest_state *state)
{
	struct digest digest;

	crypto_generichash_final(&state->blake2b, digest.bytes, sizeof digest.bytes);
	return digest;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

char *digest_hex(const struct digest *digest, char out[static DIGEST_HEX_SIZE])
{
	return hex_encode(out, digest->bytes, sizeof digest->bytes);
}

bool digest_parse_hex(const char *text, size_t len, struct digest *ret)
{
	return hex_decode(ret->bytes, sizeof ret->bytes, text, len);
}
