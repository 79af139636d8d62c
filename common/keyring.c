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

static const struct keyset *keyring_find(const struct keyring *ring, const struct digest *digest)
{
	for (size_t i = 0; i < ring->count; i++)
		if (digest_equal(&ring->keysets[i]->digest, digest))
			return ring->keysets[i];
	return NULL;
}

static bool keyring_insert(
	struct keyring *ring, size_t place, struct keyset *keyset, struct err *err)
{
	struct keyset **grown = reallocarray(ring->keysets, ring->count + 1, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_SYSTEM, "out of memory for a keyset");
	ring->keysets = grown;
	memmove(grown + place + 1, grown + place, (ring->count - place) * sizeof(*grown));
	grown[place] = keyset;
	ring->count++;
	return true;
}

static bool keyring_add_at(struct keyring *ring, size_t place, const void *jws, size_t len,
	const struct keyset **ret, struct err *err)
{
	const struct keyset *held = place > 0 ? ring->keysets[place - 1] : NULL;
	auto_keyset struct keyset *keyset = NULL;

	if (!keyset_accept(held, &ring->pinned, jws, len, &keyset, err) ||
		(place < ring->count && !keyset_check_follows(keyset, ring->keysets[place], err)) ||
		!keyring_insert(ring, place, keyset, err))
		return false;
	*ret = TAKE(keyset);
	return true;
}

bool keyring_add(struct keyring *ring, const void *jws, size_t len, struct err *err)
{
	struct digest digest = digest_of(jws, len);
	const struct keyset *added;

	return keyring_find(ring, &digest) || keyring_add_at(ring, ring->count, jws, len, &added, err);
}

/* Before the one that names it, else behind all. */
static size_t place_of(const struct keyring *ring, const struct digest *digest)
{
	size_t place = 0;

	while (place < ring->count && !(ring->keysets[place]->has_previous &&
									  digest_equal(&ring->keysets[place]->previous, digest)))
		place++;
	return place;
}

bool keyring_add_late(
	struct keyring *ring, const void *jws, size_t len, const struct keyset **ret, struct err *err)
{
	struct digest digest = digest_of(jws, len);

	*ret = keyring_find(ring, &digest);
	return *ret || keyring_add_at(ring, place_of(ring, &digest), jws, len, ret, err);
}

int64_t keyring_unbroken(const struct keyring *ring)
{
	size_t count = 0;

	while (count < ring->count && ring->keysets[count]->version == (int64_t)count + 1)
		count++;
	return (int64_t)count;
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
