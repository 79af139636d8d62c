/*
 * Device certificates whose signature was found good once: Ed25519 is slow, and a certificate is shown again and
 * again. A signature that was good stays good; whether its registrar may still vouch is asked anew each time.
 * Belongs to one thread.
 */
#ifndef CERTWIRE_COMMON_VOUCHED_H
#define CERTWIRE_COMMON_VOUCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/device.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/keyset.h"
#include "common/macros.h"

/* A certificate that was verified. */
struct vouched_entry {
	struct digest digest; /* of the JWS */
	struct device_certificate certificate;
};

struct vouched {
	struct vouched_entry **slots; /* owned: by their digest; NULL until one is kept */
	size_t mask;
	size_t count; /* at VOUCHED_MAX all are forgotten: far more than there are devices */
};

enum { VOUCHED_MAX = 1024 * 1024 };

/* clang-format off */
#define VOUCHED_INIT {.slots = NULL}
/* clang-format on */

/* Forgets all. */
void vouched_release(struct vouched *vouched) NONNULL;

/* Whether it was verified, and that it was: for who verifies many at once. */
bool vouched_knows(const struct vouched *vouched, const struct digest *digest) MUST_USE NONNULL;
bool vouched_keep(
	struct vouched *vouched, const struct vouched_entry *entry, struct err *err) MUST_USE NONNULL;

/*
 * As device_certificate_verify, with the same codes. When memory is short it is verified and not
 * remembered.
 */
bool vouched_verify(struct vouched *vouched, const void *jws, size_t len,
	const struct keyset *keyset, struct device_certificate *ret, struct err *err) MUST_USE NONNULL;

#endif
