#include "tests/fuzz/plugins/certificate.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "tests/fuzz/plugins/stage.h"

/* The authority's key: always the same one. */
static EVP_PKEY *authority(void)
{
	static const uint8_t seed[32] = {1};
	static EVP_PKEY *key;

	if (!key)
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	demand(key != NULL, "there is memory");
	return key;
}

X509 *certificate_new(const char *common_name)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = certificate ? X509_get_subject_name(certificate) : NULL;

	demand(subject != NULL, "there is memory");
	if (X509_NAME_add_entry_by_txt(
			subject, "CN", MBSTRING_UTF8, (const uint8_t *)common_name, -1, -1, 0) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), 1) &&
		X509_set_pubkey(certificate, authority()) && X509_sign(certificate, authority(), NULL))
		return certificate;
	X509_free(certificate);
	return NULL;
}
