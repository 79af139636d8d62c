/*
 * The keys that devices are sealed to, as they were last made from their certified ones: each is asked for at
 * every publication, and making it is as slow as a verification. A fixed piece of memory; a device whose
 * place another has taken costs the making again, nothing else.
 */
#ifndef CERTWIRE_PUBLISHER_DISPATCH_SEAL_KEYS_H
#define CERTWIRE_PUBLISHER_DISPATCH_SEAL_KEYS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/seal.h"

/* SEAL_KEYS_SETS places of SEAL_KEYS_WAYS keys each: 2 MiB, enough for 15,000 devices. */
enum { SEAL_KEYS_SETS = 8192, SEAL_KEYS_WAYS = 4 };

struct seal_keys_entry {
	struct public_key public; /* zeros: free; no key is zeros */
	struct seal_key seal;
};

struct seal_keys {
	struct seal_keys_entry (*sets)[SEAL_KEYS_WAYS]; /* owned; NULL until a key is asked for */
};

void seal_keys_release(struct seal_keys *keys) NONNULL;

/* As seal_key_of. When memory is short it is made and not remembered. */
bool seal_keys_get(struct seal_keys *keys, const struct public_key *public, struct seal_key *ret,
	struct err *err) MUST_USE NONNULL;

#endif
