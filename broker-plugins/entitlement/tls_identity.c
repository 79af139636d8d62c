#include "broker-plugins/entitlement/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string.h>

struct tls_identity tls_identity_of(const uint8_t *fingerprint, const char *subject)
{
	struct tls_identity identity = TLS_IDENTITY_NONE;

	if (fingerprint) {
		identity.has_fingerprint = true;
		memcpy(identity.fingerprint, fingerprint, sizeof(identity.fingerprint));
	}
	if (subject) {
		identity.has_subject = true;
		identity.subject = digest_of(subject, strlen(subject));
	}
	return identity;
}

/*
 * As `openssl x509 -noout -subject -nameopt RFC2253,-esc_msb` prints it: what is not ASCII stays as
 * it is, so that an administrator can read and paste it.
 */
static bool read_subject(const X509 *certificate, struct digest *ret)
{
	const unsigned long form = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *memory = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;
	bool ok;

	if (!memory)
		return false;
	ok = X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, form) >= 0;
	len = BIO_get_mem_data(memory, &text);
	/* An empty subject tells nobody from anybody. */
	ok = ok && len > 0 && len <= TLS_SUBJECT_MAX;
	if (ok)
		*ret = digest_of(text, (size_t)len);
	BIO_free(memory);
	return ok;
}

bool tls_identity_read(const void *x509, struct tls_identity *ret)
{
	struct tls_identity identity = {.has_fingerprint = true};
	unsigned int len = sizeof(identity.fingerprint);

	if (!X509_digest(x509, EVP_sha256(), identity.fingerprint, &len) ||
		len != sizeof(identity.fingerprint))
		return false;
	/* One whose subject is empty or too long can still be known by its fingerprint. */
	identity.has_subject = read_subject(x509, &identity.subject);
	*ret = identity;
	return true;
}

bool tls_identity_is_none(const struct tls_identity *identity)
{
	return !identity->has_fingerprint && !identity->has_subject;
}

bool tls_identity_matches(
	const struct tls_identity *registered, const struct tls_identity *presented)
{
	if (tls_identity_is_none(registered))
		return false;
	if (registered->has_fingerprint &&
		!(presented->has_fingerprint &&
			memcmp(registered->fingerprint, presented->fingerprint, TLS_FINGERPRINT_BYTES) == 0))
		return false;
	return !registered->has_subject ||
		   (presented->has_subject && digest_equal(&registered->subject, &presented->subject));
}

void tls_identity_digest(const struct tls_identity *identity, struct digest_state *state)
{
	digest_update(state, &identity->has_fingerprint, sizeof(identity->has_fingerprint));
	digest_update(state, identity->fingerprint, sizeof(identity->fingerprint));
	digest_update(state, &identity->has_subject, sizeof(identity->has_subject));
	digest_update(state, identity->subject.bytes, sizeof(identity->subject.bytes));
}
