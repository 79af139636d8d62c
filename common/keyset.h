/*
 * The keyset (docs/protocol.md section 3): who may do what, signed by the root.
 */
#ifndef CERTWIRE_COMMON_KEYSET_H
#define CERTWIRE_COMMON_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/refusal.h"
#include "common/role.h"

enum key_status { KEY_ACTIVE, KEY_RETIRED, KEY_COMPROMISED };

struct keyset_key {
	struct public_key public;
	char kid[KID_SIZE]; /* derived from public; keyset_add_key sets it */
	enum key_role role;
	char name[LIMIT_KEY_NAME + 1];
	int64_t not_before;
	int64_t not_after;
	enum key_status status;
	int64_t since;
};

struct keyset_channel {
	char name[CHANNEL_SIZE];
	int approvals; /* 1 to 8 */
};

struct keyset {
	int64_t version;
	int64_t issued_at;
	int64_t expires_at;
	bool has_previous;
	struct digest previous;
	struct public_key root;
	bool has_next_root;
	struct public_key next_root;
	struct keyset_key keys[LIMIT_KEYSET_KEYS];
	size_t key_count;
	struct keyset_channel channels[LIMIT_KEYSET_CHANNELS];
	size_t channel_count;
	struct digest digest; /* of the JWS bytes; set by keyset_accept alone */
};

/* New, zeroed; some 40 KB. NULL with ERR_SYSTEM when memory is short. */
struct keyset *keyset_new(struct err *err) MUST_USE NONNULL;
void keyset_free(struct keyset *keyset);

static inline void cleanup_keyset(struct keyset **keyset)
{
	keyset_free(*keyset);
}

#define auto_keyset CLEANUP(cleanup_keyset)

/* Appends a copy with its kid; refuses a public key that is there already, and a 129th. */
bool keyset_add_key(
	struct keyset *keyset, const struct keyset_key *key, struct err *err) MUST_USE NONNULL;

/* Sets a channel's number of approvals, adding the channel when it is new. */
bool keyset_set_approvals(
	struct keyset *keyset, const char *channel, int approvals, struct err *err) MUST_USE NONNULL;

/* Appends the payload. Whatever a parser would refuse is refused here. */
bool keyset_format(
	const struct keyset *keyset, struct buf *payload, struct err *err) MUST_USE NONNULL;

/* Appends the JWS; the key must be keyset->root. */
bool keyset_sign(const struct keyset *keyset, const struct signing_key *root, struct buf *jws,
	struct err *err) MUST_USE NONNULL;

/* Reads a payload alone; proves nothing. `*ret` is new. Code 511. */
bool keyset_parse(
	const void *payload, size_t len, struct keyset **ret, struct err *err) MUST_USE NONNULL;

/*
 * Judges a keyset that arrived: 511 malformed, 512 not by the root in use, 513 not higher than
 * `held` or not following it. With `held` NULL the root must be the pinned one; else it must be the
 * held one's root or next_root, and `pinned` may be NULL. Expiry is not judged here, because an old
 * keyset still is a link of the chain: see keyset_check_current. `*ret` is new.
 */
bool keyset_accept(const struct keyset *held, const struct fingerprint *pinned, const void *jws,
	size_t len, struct keyset **ret, struct err *err) MUST_USE;

/*
 * Whether `next` may come after `held`, both being verified each for itself: 512 when its root is
 * neither held's nor the successor announced there, 513 when it is not higher or does not follow.
 */
bool keyset_check_follows(
	const struct keyset *held, const struct keyset *next, struct err *err) MUST_USE NONNULL;

/* 514 when `now` is at or past expires_at: nothing new is accepted on its word then. */
bool keyset_check_current(
	const struct keyset *keyset, int64_t now, struct err *err) MUST_USE NONNULL;

/* Borrowed; NULL when no key has that id. */
const struct keyset_key *keyset_find(const struct keyset *keyset, const char *kid) NONNULL;

/*
 * Whether the key was valid at a time: in its validity, and active or losing that only later. A
 * dispatcher's key that is compromised never was: the thief writes the date.
 */
bool keyset_key_valid(const struct keyset_key *key, int64_t at) MUST_USE NONNULL;

/*
 * The key that signed something at a time: found, of that role and valid then, or `code`.
 * `*ret` is borrowed.
 */
bool keyset_signer(const struct keyset *keyset, const char *kid, enum key_role role, int64_t at,
	enum refusal code, const struct keyset_key **ret, struct err *err) MUST_USE NONNULL;

/* keyset_signer, and then jws_verify with that key; both fail with the type's `forged`. */
bool keyset_verify(const struct keyset *keyset, const struct jws *jws, enum key_role role,
	int64_t at, struct err *err) MUST_USE NONNULL;

/* How many different editors a channel demands; 0 when the keyset does not know the channel. */
int keyset_approvals(const struct keyset *keyset, const char *channel) MUST_USE NONNULL;

/* "active", "retired", "compromised", by status. */
enum { KEY_STATUS_COUNT = 3 };
extern const char *const key_status_names[KEY_STATUS_COUNT];

const char *key_status_name(enum key_status status);

#endif
