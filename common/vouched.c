#include "common/vouched.h"

#include <stdlib.h>
#include <string.h>

#include "common/refusal.h"

enum { SLOTS_MIN = 1024 };

void vouched_release(struct vouched *vouched)
{
	for (size_t i = 0; vouched->slots && i <= vouched->mask; i++)
		free(vouched->slots[i]);
	free(vouched->slots);
	*vouched = (struct vouched)VOUCHED_INIT;
}

/* The slot that holds the digest, or the free one where it belongs. The digest spreads well. */
static struct vouched_entry **slot_of(
	struct vouched_entry **slots, size_t mask, const struct digest *digest)
{
	size_t at;

	memcpy(&at, digest->bytes, sizeof(at));
	at &= mask;
	while (slots[at] && !digest_equal(&slots[at]->digest, digest))
		at = (at + 1) & mask;
	return &slots[at];
}

static bool grow(struct vouched *vouched, struct err *err)
{
	size_t size = vouched->slots ? 2 * (vouched->mask + 1) : SLOTS_MIN;
	struct vouched_entry **slots = calloc(size, sizeof(*slots));

	if (!slots)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu certificates", vouched->count);
	for (size_t i = 0; vouched->slots && i <= vouched->mask; i++)
		if (vouched->slots[i])
			*slot_of(slots, size - 1, &vouched->slots[i]->digest) = vouched->slots[i];
	free(vouched->slots);
	vouched->slots = slots;
	vouched->mask = size - 1;
	return true;
}

/* A signature that was good stays good; whether its key may still vouch is asked anew. */
static bool is_still_vouched(
	const struct keyset *keyset, const struct device_certificate *certificate, struct err *err)
{
	const struct keyset_key *registrar;

	return keyset_signer(keyset, certificate->kid, ROLE_REGISTRAR, certificate->not_before,
		REFUSAL_DEVICE_SIGNATURE, &registrar, err);
}

/* Room for one more. */
static bool make_room(struct vouched *vouched, struct err *err)
{
	/* Somebody fills the database with them. */
	if (vouched->count >= VOUCHED_MAX)
		vouched_release(vouched);
	return (vouched->slots && vouched->count <= vouched->mask / 2) || grow(vouched, err);
}

/* Borrowed; NULL: it was not verified yet. */
static const struct vouched_entry *known(const struct vouched *vouched, const struct digest *digest)
{
	return vouched->slots ? *slot_of(vouched->slots, vouched->mask, digest) : NULL;
}

bool vouched_knows(const struct vouched *vouched, const struct digest *digest)
{
	return known(vouched, digest) != NULL;
}

bool vouched_keep(struct vouched *vouched, const struct vouched_entry *entry, struct err *err)
{
	struct vouched_entry **slot;

	if (!make_room(vouched, err))
		return false;
	slot = slot_of(vouched->slots, vouched->mask, &entry->digest);
	if (!*slot) {
		*slot = malloc(sizeof(**slot));
		if (!*slot)
			return err_set(err, ERR_SYSTEM, "out of memory for %zu certificates", vouched->count);
		vouched->count++;
	}
	**slot = *entry;
	return true;
}

bool vouched_verify(struct vouched *vouched, const void *jws, size_t len,
	const struct keyset *keyset, struct device_certificate *ret, struct err *err)
{
	struct vouched_entry entry = {.digest = digest_of(jws, len)};
	const struct vouched_entry *found = known(vouched, &entry.digest);
	struct err forgotten;

	if (found ? !is_still_vouched(keyset, &found->certificate, err)
			  : !device_certificate_verify(jws, len, keyset, &entry.certificate, err))
		return false;
	if (!found)
		(void)!vouched_keep(vouched, &entry, &forgotten);
	*ret = found ? found->certificate : entry.certificate;
	return true;
}
