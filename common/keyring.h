/*
 * The keysets that somebody holds, oldest first. Keys are looked up in the newest, which alone knows
 * what became of them; how many approvals an entry needed is looked up in the one it names.
 */
#ifndef CERTWIRE_COMMON_KEYRING_H
#define CERTWIRE_COMMON_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/fingerprint.h"
#include "common/keyset.h"
#include "common/macros.h"

struct keyring {
	struct fingerprint pinned;
	struct keyset **keysets; /* owned, ascending versions */
	size_t count;
};

#define auto_keyring CLEANUP(keyring_release)

/* Empty, trusting that root. */
void keyring_init(struct keyring *ring, const struct fingerprint *pinned) NONNULL;
void keyring_release(struct keyring *ring) NONNULL;

/*
 * keyset_accept after the newest held, which it then is. Also how kept ones are read in again. One
 * that is held already, byte for byte, is fine.
 */
bool keyring_add(
	struct keyring *ring, const void *jws, size_t len, struct err *err) MUST_USE NONNULL;

/*
 * keyring_add that also takes one below the newest which was passed over: that the held one after it
 * names as the version before it, so that nobody but who signed that one can have made it. `*ret` is
 * that keyset, borrowed.
 */
bool keyring_add_late(struct keyring *ring, const void *jws, size_t len, const struct keyset **ret,
	struct err *err) MUST_USE NONNULL;

/* The version up to which none is missing; 0 when the first is. */
int64_t keyring_unbroken(const struct keyring *ring) NONNULL;

/* Borrowed until the next add; NULL when there is none. */
const struct keyset *keyring_newest(const struct keyring *ring) NONNULL;
const struct keyset *keyring_version(const struct keyring *ring, int64_t version) NONNULL;

#endif
