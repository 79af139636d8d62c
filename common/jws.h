/*
 * JSON Web Signature, compact, Ed25519 (RFC 7515, RFC 8037), as narrow as docs/protocol.md section
 * 1 has it: a header of exactly alg, typ and kid, one typ for each use.
 *
 * Parsing proves nothing: who uses a payload verifies first. Parsing and verifying are two steps
 * because the key is found by what the payload says.
 */
#ifndef CERTWIRE_COMMON_JWS_H
#define CERTWIRE_COMMON_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/key.h"
#include "common/macros.h"
#include "common/refusal.h"

/* One use of signatures: what tells it apart, and how its failures are numbered. */
struct jws_type {
	const char *typ;
	const char *what; /* "entry": the object in messages */
	size_t max; /* bytes of the whole JWS */
	enum refusal malformed;
	enum refusal forged;
};

extern const struct jws_type jws_keyset;
extern const struct jws_type jws_request;
extern const struct jws_type jws_device;
extern const struct jws_type jws_connect;
extern const struct jws_type jws_manifest; /* detached; malformed is 212 as well */
extern const struct jws_type jws_entry;
extern const struct jws_type jws_head;
extern const struct jws_type jws_sync;
extern const struct jws_type jws_receipt;
extern const struct jws_type jws_reply;

struct jws {
	const struct jws_type *type; /* borrowed, for ever */
	char kid[KID_SIZE]; /* as the header says */
	uint8_t signature[SIGNATURE_BYTES];
	struct buf input; /* what is signed, as received: header '.' payload */
	struct buf payload; /* decoded */
};

/* clang-format off */
#define JWS_INIT {.type = NULL}
/* clang-format on */

#define auto_jws CLEANUP(jws_release)

void jws_release(struct jws *jws) NONNULL;

/* Appends the JWS of `payload` to `out`. ERR_DATA when it would be larger than the type allows. */
bool jws_sign(const struct jws_type *type, const struct signing_key *key, const void *payload,
	size_t len, struct buf *out, struct err *err) MUST_USE NONNULL;

/* The same with an empty middle part. */
bool jws_sign_detached(const struct jws_type *type, const struct signing_key *key,
	const void *payload, size_t len, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Takes it apart without verifying; the type's `malformed` when it is not one of that type. */
bool jws_parse(const struct jws_type *type, const void *text, size_t len, struct jws *ret,
	struct err *err) MUST_USE NONNULL;

/* A detached one, with its payload from elsewhere (copied). */
bool jws_parse_detached(const struct jws_type *type, const void *text, size_t len,
	const void *payload, size_t payload_len, struct jws *ret, struct err *err) MUST_USE NONNULL;

/* The type's `forged` unless `key` is the one the header names and made the signature. */
bool jws_verify(
	const struct jws *jws, const struct public_key *key, struct err *err) MUST_USE NONNULL;

#endif
