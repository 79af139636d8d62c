/*
 * Whom a plugin believes: the keysets in the database as far as they lead back to the pinned root,
 * and device certificates as far as those vouch for them. Belongs to one background thread.
 */
#ifndef CERTWIRE_KIT_TRUST_H
#define CERTWIRE_KIT_TRUST_H

#include "common/device.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/vouched.h"
#include "db/pg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trust {
	struct keyring ring;
	struct vouched certificates;
};

void trust_init(struct trust *trust, const struct fingerprint *root) NONNULL;
void trust_release(struct trust *trust) NONNULL;

/*
 * Takes in the keysets that the database has beyond ours. `*ret_changed` tells whether there was one,
 * also on failure: those before the one that is refused (ERR_DATA, 511 to 513) are kept.
 */
bool trust_refresh(
	struct trust *trust, struct pg *pg, bool *ret_changed, struct err *err) MUST_USE NONNULL;

/* Borrowed until the next refresh; NULL while there is none. */
const struct keyset *trust_keyset(const struct trust *trust) NONNULL;

/*
 * Verifies a certificate against the newest keyset and that it is of this device. A signature is
 * verified once; whether its registrar is still believed, each time. Codes 521 to 523.
 */
bool trust_certificate(struct trust *trust, const char *jws, const char *unit, const char *device,
	struct device_certificate *ret, struct err *err) MUST_USE NONNULL;

#endif
