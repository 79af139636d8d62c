#include "common/keyring.h"

#include <stdlib.h>
#include <string.h>

void keyring_init(struct keyring *ring, const struct fingerprint *pinned)
{
	*ring = (struct keyring){.pinned = *pinned};
}

void keyring_release(struct keyring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		keyset_free(ring->keysets[i]);
	free(ring->keysets);
	memset(ring, 0, sizeof(*ring));
}

static bool holds(const struct keyring *ring, const struct digest *digest)
{
	for (size_t i = 0; i < ring->count; i++)
		if (digest_equal(&ring->keysets[i]->digest, digest))
			return true;
	return false;
}

bool keyring_add(struct keyring *ring, const void *jws, size_t len, struct err *err)
{
	auto_keyset struct keyset *keyset = NULL;
	struct digest digest = digest_of(jws, len);

	if (holds(ring, &digest))
		return true;
	if (!keyset_accept(keyring_newest(ring), &ring->pinned, jws, len, &keyset, err))
		return false;

	struct keyset **grown = reallocarray(ring->keysets, ring->count + 1, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_SYSTEM, "out of memory for a keyset");
	ring->keysets = grown;
	ring->keysets[ring->count++] = TAKE(keyset);
	return true;
}

const struct keyset *keyring_newest(const struct keyring *ring)
{
	return ring->count ? ring->keysets[ring->count - 1] : NULL;
}

const struct keyset *keyring_version(const struct keyring *ring, int64_t version)
{
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keysets[i]->version == version)
			return ring->keysets[i];
	return NULL;
}
