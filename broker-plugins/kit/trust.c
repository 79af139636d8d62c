#include "broker-plugins/kit/trust.h"

#include "db/copy.h"

#include <stdlib.h>
#include <string.h>

enum { TRUST_SLOTS_MIN = 1024, TRUST_CERTIFICATES_MAX = 1024 * 1024 };

bool trust_init(struct trust *trust, const struct fingerprint *root, struct err *err)
{
	*trust = (struct trust){.mask = TRUST_SLOTS_MIN - 1};
	trust->slots = calloc(TRUST_SLOTS_MIN, sizeof(*trust->slots));
	if (!trust->slots)
		return err_set(err, ERR_SYSTEM, "out of memory for certificates");
	keyring_init(&trust->ring, root);
	return true;
}

static void forget_all(struct trust *trust)
{
	for (size_t i = 0; i <= trust->mask; i++) {
		free(trust->slots[i]);
		trust->slots[i] = NULL;
	}
	trust->count = 0;
}

void trust_release(struct trust *trust)
{
	if (!trust->slots)
		return;
	keyring_release(&trust->ring);
	forget_all(trust);
	free(trust->slots);
	trust->slots = NULL;
}

const struct keyset *trust_keyset(const struct trust *trust)
{
	return keyring_newest(&trust->ring);
}

bool trust_refresh(struct trust *trust, struct pg *pg, bool *ret_changed, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	const struct keyset *newest = trust_keyset(trust);

	*ret_changed = false;
	if (!copy_keysets(pg, newest ? newest->version : 0, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct pg_bytes jws = copy_keyset_at(rows, row);

		if (!keyring_add(&trust->ring, jws.data ? jws.data : "", jws.len, err))
			return err_context(err, "keyset in the database");
		*ret_changed = true;
	}
	return true;
}

/* The slot that holds the digest, or the free one where it belongs. The digest spreads well. */
static struct trust_entry **slot_of(
	struct trust_entry **slots, size_t mask, const struct digest *digest)
{
	size_t at;

	memcpy(&at, digest->bytes, sizeof(at));
	at &= mask;
	while (slots[at] && !digest_equal(&slots[at]->digest, digest))
		at = (at + 1) & mask;
	return &slots[at];
}

static bool grow(struct trust *trust, struct err *err)
{
	size_t mask = trust->mask * 2 + 1;
	struct trust_entry **slots = calloc(mask + 1, sizeof(*slots));

	if (!slots)
		return err_set(err, ERR_SYSTEM, "out of memory for %zu certificates", trust->count);
	for (size_t i = 0; i <= trust->mask; i++)
		if (trust->slots[i])
			*slot_of(slots, mask, &trust->slots[i]->digest) = trust->slots[i];
	free(trust->slots);
	trust->slots = slots;
	trust->mask = mask;
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

static bool check_name(const struct device_certificate *certificate, const char *unit,
	const char *device, struct err *err)
{
	if (strcmp(certificate->unit, unit) == 0 && strcmp(certificate->device, device) == 0)
		return true;
	return err_code(err, REFUSAL_DEVICE_VALIDITY, "the certificate is of '%s.%s'",
		certificate->unit, certificate->device);
}

/* Room for one more. */
static bool make_room(struct trust *trust, struct err *err)
{
	/* Far more than there are devices: somebody fills the database with them. */
	if (trust->count >= TRUST_CERTIFICATES_MAX)
		forget_all(trust);
	return trust->count <= trust->mask / 2 || grow(trust, err);
}

bool trust_knows(const struct trust *trust, const struct digest *digest)
{
	return *slot_of(trust->slots, trust->mask, digest) != NULL;
}

bool trust_keep(struct trust *trust, const struct trust_entry *entry, struct err *err)
{
	struct trust_entry **slot;

	if (!make_room(trust, err))
		return false;
	slot = slot_of(trust->slots, trust->mask, &entry->digest);
	if (!*slot) {
		*slot = malloc(sizeof(**slot));
		if (!*slot)
			return err_set(err, ERR_SYSTEM, "out of memory for %zu certificates", trust->count);
		trust->count++;
	}
	**slot = *entry;
	return true;
}

/* The certificate as far as it is believed today. */
static bool believe(
	struct trust *trust, const char *jws, struct device_certificate *ret, struct err *err)
{
	const struct keyset *keyset = trust_keyset(trust);
	size_t len = strlen(jws);
	struct trust_entry entry = {.digest = digest_of(jws, len)};
	const struct trust_entry *known = *slot_of(trust->slots, trust->mask, &entry.digest);

	if (known) {
		*ret = known->certificate;
		return is_still_vouched(keyset, ret, err);
	}
	if (!device_certificate_verify(jws, len, keyset, &entry.certificate, err) ||
		!trust_keep(trust, &entry, err))
		return false;
	*ret = entry.certificate;
	return true;
}

bool trust_certificate(struct trust *trust, const char *jws, const char *unit, const char *device,
	struct device_certificate *ret, struct err *err)
{
	struct device_certificate certificate;

	if (!trust_keyset(trust))
		return err_code(err, REFUSAL_DEVICE_SIGNATURE, "there is no keyset yet");
	if (!believe(trust, jws, &certificate, err) || !check_name(&certificate, unit, device, err))
		return false;
	*ret = certificate;
	return true;
}
