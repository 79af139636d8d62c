/*
 * Which TLS certificate it is, where clients have one of their own besides their device's key: the
 * fingerprint and the subject, each a digest, so that a device's record stays small. Either
 * may be missing.
 */
#ifndef CERTWIRE_ENTITLEMENT_TLS_IDENTITY_H
#define CERTWIRE_ENTITLEMENT_TLS_IDENTITY_H

#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TLS_FINGERPRINT_BYTES = 32, TLS_SUBJECT_MAX = 512 };

struct tls_identity {
	bool has_fingerprint;
	bool has_subject;
	uint8_t fingerprint[TLS_FINGERPRINT_BYTES]; /* SHA-256 of the certificate (DER) */
	struct digest subject; /* of its text: RFC 2253, UTF-8 */
};

/* Nothing presented, or nothing registered. */
#define TLS_IDENTITY_NONE ((struct tls_identity){.has_fingerprint = false})

/* `fingerprint` (of TLS_FINGERPRINT_BYTES) and `subject` may each be NULL. */
struct tls_identity tls_identity_of(const uint8_t *fingerprint, const char *subject);

/* Of a certificate that a client presented: an X509 of OpenSSL. False: it cannot be read. */
bool tls_identity_read(const void *x509, struct tls_identity *ret) MUST_USE NONNULL;

bool tls_identity_is_none(const struct tls_identity *identity) MUST_USE NONNULL;

/* Something is registered, and what was presented is all of it. */
bool tls_identity_matches(
	const struct tls_identity *registered, const struct tls_identity *presented) MUST_USE NONNULL;

void tls_identity_digest(const struct tls_identity *identity, struct digest_state *state) NONNULL;

#endif
