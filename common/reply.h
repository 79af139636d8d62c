/*
 * Replies (docs/protocol.md section 14): a unit's answer to a seminar or an opportunity. Signed by the
 * device; what it answers and to what is sealed to CNCERT's editors and recovery keys alone, in one
 * size, so that neither broker nor ledger learns who answers what.
 */
#ifndef CERTWIRE_COMMON_REPLY_H
#define CERTWIRE_COMMON_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/pub_id.h"

enum {
	REPLY_KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	REPLY_GRANT_BYTES = REPLY_KEY_BYTES + crypto_box_SEALBYTES,
	REPLY_NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	REPLY_SEALED_BYTES =
		REPLY_NONCE_BYTES + LIMIT_REPLY_CONTENT + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

enum reply_answer { REPLY_ACCEPT, REPLY_DECLINE, REPLY_INTEREST };

/* Borrowed: "accept", "decline", "interest". */
const char *reply_answer_name(enum reply_answer answer);
bool reply_answer_parse(const char *text, size_t len, enum reply_answer *ret) MUST_USE NONNULL;

/* What is sealed. Unit, device and number are those of the reply around it. */
struct reply_content {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	int64_t number;
	struct pub_id publication;
	struct digest manifest;
	enum reply_answer answer;
	int seats; /* 1 to LIMIT_REPLY_SEATS with REPLY_ACCEPT, else 0 */
	char note[LIMIT_REPLY_NOTE + 1]; /* "" when there is none */
	int64_t at; /* when a person said so */
};

struct reply_key {
	char kid[KID_SIZE];
	uint8_t sealed[REPLY_GRANT_BYTES];
};

struct reply {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	int64_t number; /* in the series of the device's receipts */
	int64_t sent_at;
	struct reply_key keys[LIMIT_KEYSET_KEYS];
	size_t key_count;
	uint8_t content[REPLY_SEALED_BYTES];
	struct jws jws; /* as parsed */
};

/* clang-format off */
#define REPLY_INIT {.number = 0}
/* clang-format on */

#define auto_reply CLEANUP(reply_release)

void reply_release(struct reply *reply) NONNULL;

/*
 * Seals the content to every editor and recovery key that the keyset holds valid at `now`; fills in
 * unit, device, number, keys and content. ERR_DENIED when there is no such editor.
 */
bool reply_seal(const struct reply_content *content, const struct keyset *keyset, int64_t now,
	struct reply *ret, struct err *err) MUST_USE NONNULL;

/* Appends the JWS. Refuses what a parser would. */
bool reply_sign(const struct reply *reply, const struct signing_key *device, struct buf *jws,
	struct err *err) MUST_USE NONNULL;

/* 621. Proves nothing yet. `*ret` is new. */
bool reply_parse(const void *jws, size_t len, struct reply *ret, struct err *err) MUST_USE NONNULL;

/* 622 unless signed by that key, which the caller looked up by unit, device and jws.kid. */
bool reply_verify(
	const struct reply *reply, const struct public_key *key, struct err *err) MUST_USE NONNULL;

/* Whether it was sealed to that key. */
bool reply_is_for(const struct reply *reply, const char *kid) MUST_USE NONNULL;

/* 625 unless it opens with that key, 626 malformed, 627 when it is another device's or number's. */
bool reply_open(const struct reply *reply, const struct signing_key *key, struct reply_content *ret,
	struct err *err) MUST_USE NONNULL;

#endif
