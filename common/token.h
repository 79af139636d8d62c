/*
 * Connect tokens (docs/protocol.md section 5): a JWT that is a client's MQTT password, used once.
 *
 * A broker goes through the steps in order: token_parse (101), token_check_client (107), look up the
 * device's key by `sub` and `jws.kid` (103), token_verify (102), token_check_audience (104), its own
 * memory of `id` (105), and token_times_right (106, which leads into the lobby).
 */
#ifndef CERTWIRE_COMMON_TOKEN_H
#define CERTWIRE_COMMON_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"

enum { TOKEN_ID_BYTES = 16 };

struct token {
	char client_id[CLIENT_ID_SIZE]; /* sub; a valid client id */
	char audience[LIMIT_AUDIENCE + 1];
	int64_t issued_at;
	int64_t expires_at;
	uint8_t id[TOKEN_ID_BYTES]; /* jti */
	struct jws jws; /* as parsed */
};

/* clang-format off */
#define TOKEN_INIT {.issued_at = 0}
/* clang-format on */

#define auto_token CLEANUP(token_release)

void token_release(struct token *token) NONNULL;

/*
 * Appends a new token of LIMIT_TOKEN_LIFE_S seconds from `now`, with a random id. `audience` is the
 * broker's "host:port" as in the client's own list.
 */
bool token_make(const char *client_id, const char *audience, int64_t now,
	const struct signing_key *key, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Appends one with exactly these fields. */
bool token_sign(const struct token *token, const struct signing_key *key, struct buf *out,
	struct err *err) MUST_USE NONNULL;

/* 101. Proves nothing yet. `*ret` is new. */
bool token_parse(const void *text, size_t len, struct token *ret, struct err *err) MUST_USE NONNULL;

/* 107 unless `sub` is the client id and the user name is its first half. */
bool token_check_client(const struct token *token, const char *client_id, const char *user_name,
	struct err *err) MUST_USE NONNULL;

/* 102. One Ed25519 verification. */
bool token_verify(
	const struct token *token, const struct public_key *key, struct err *err) MUST_USE NONNULL;

/* 104 unless `audience` is the token's. */
bool token_check_audience(
	const struct token *token, const char *audience, struct err *err) MUST_USE NONNULL;

/*
 * Whether issued_at <= now + 300 and now - 300 <= expires_at. An id needs to be remembered until
 * expires_at + LIMIT_CLOCK_SKEW_S.
 */
bool token_times_right(const struct token *token, int64_t now) MUST_USE NONNULL;

#endif
