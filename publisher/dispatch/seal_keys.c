#include "publisher/dispatch/seal_keys.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void seal_keys_release(struct seal_keys *keys)
{
	free(keys->sets);
	keys->sets = NULL;
}

/* Public keys are as good as random. */
static struct seal_keys_entry *set_of(const struct seal_keys *keys, const struct public_key *public)
{
	uint32_t at;

	memcpy(&at, public->bytes, sizeof(at));
	return keys->sets[at % SEAL_KEYS_SETS];
}

bool seal_keys_get(
	struct seal_keys *keys, const struct public_key *public, struct seal_key *ret, struct err *err)
{
	struct seal_keys_entry *set;

	if (!keys->sets)
		keys->sets = calloc(SEAL_KEYS_SETS, sizeof(*keys->sets));
	if (!keys->sets)
		return seal_key_of(public, ret, err);
	set = set_of(keys, public);
	for (int i = 0; i < SEAL_KEYS_WAYS; i++) {
		if (memcmp(set[i].public.bytes, public->bytes, sizeof(public->bytes)) == 0) {
			*ret = set[i].seal;
			return true;
		}
	}
	if (!seal_key_of(public, ret, err))
		return false;
	/* The newest first; the oldest goes. */
	memmove(&set[1], &set[0], (SEAL_KEYS_WAYS - 1) * sizeof(*set));
	set[0] = (struct seal_keys_entry){.public = *public, .seal = *ret};
	return true;
}
