#include "broker-plugins/kit/trust.h"

#include "db/copy.h"

#include <string.h>

void trust_init(struct trust *trust, const struct fingerprint *root)
{
	*trust = (struct trust){.certificates = VOUCHED_INIT};
	keyring_init(&trust->ring, root);
}

void trust_release(struct trust *trust)
{
	keyring_release(&trust->ring);
	vouched_release(&trust->certificates);
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

static bool check_name(const struct device_certificate *certificate, const char *unit,
	const char *device, struct err *err)
{
	if (strcmp(certificate->unit, unit) == 0 && strcmp(certificate->device, device) == 0)
		return true;
	return err_code(err, REFUSAL_DEVICE_VALIDITY, "the certificate is of '%s.%s'",
		certificate->unit, certificate->device);
}

bool trust_certificate(struct trust *trust, const char *jws, const char *unit, const char *device,
	struct device_certificate *ret, struct err *err)
{
	struct device_certificate certificate;

	if (!trust_keyset(trust))
		return err_code(err, REFUSAL_DEVICE_SIGNATURE, "there is no keyset yet");
	if (!vouched_verify(
			&trust->certificates, jws, strlen(jws), trust_keyset(trust), &certificate, err) ||
		!check_name(&certificate, unit, device, err))
		return false;
	*ret = certificate;
	return true;
}
