/*
 * Entries of a mailbox (docs/protocol.md section 7).
 */
#ifndef CERTWIRE_COMMON_ENTRY_H
#define CERTWIRE_COMMON_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/keyset.h"
#include "common/kind.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/pub_id.h"

struct entry {
	char unit[UNIT_SIZE];
	int64_t epoch;
	int64_t number;
	enum kind kind;
	struct digest previous; /* of the payload before; zeros for number 1 */
	int64_t keyset;
	int64_t issued_at; /* of the publication; editors are judged by it and by `keyset` */

	/* Unless kind is KIND_VOID: */
	int64_t entered_at; /* when it came into the mailbox, if later than issued_at; or 0 */
	struct pub_id publication;
	struct digest manifest;
	struct body body; /* body digest, stream header, number of parts */
	char *signatures[LIMIT_APPROVALS]; /* owned: detached JWS over the manifest */
	size_t signature_count;

	/* With KIND_VOID, or 0: */
	int64_t target;

	/* Set by entry_parse: */
	struct digest digest; /* of the payload: what the next one's previous is */
	struct jws jws;
};

/* clang-format off */
#define ENTRY_INIT {.target = 0}
/* clang-format on */

#define auto_entry CLEANUP(entry_release)

/* Frees what it owns and zeroes it. */
void entry_release(struct entry *entry) NONNULL;

/* Appends the payload. The chain runs over these bytes. Refuses what a parser would. */
bool entry_format(const struct entry *entry, struct buf *payload, struct err *err) MUST_USE NONNULL;

/* Appends the JWS of a payload that entry_format made. */
bool entry_sign(const void *payload, size_t len, const struct signing_key *dispatcher,
	struct buf *jws, struct err *err) MUST_USE NONNULL;

/* 202. Proves nothing yet. `*ret` is new. */
bool entry_parse(const void *jws, size_t len, struct entry *ret, struct err *err) MUST_USE NONNULL;

/* A payload alone, without JWS around it. */
bool entry_parse_payload(
	const void *payload, size_t len, struct entry *ret, struct err *err) MUST_USE NONNULL;

/*
 * 208 when the entry names a keyset newer than `newest`; 203 unless signed by a dispatcher of
 * `newest` that was valid at entered_at, or at issued_at where there is none, or came later:
 * what a lost key had signed is signed again.
 */
bool entry_verify(
	const struct entry *entry, const struct keyset *newest, struct err *err) MUST_USE NONNULL;

/* 204 unless of that unit; 205 when its epoch is lower than `epoch`. */
bool entry_check_owner(
	const struct entry *entry, const char *unit, int64_t epoch, struct err *err) MUST_USE NONNULL;

/*
 * 206 unless `next` comes right after `entry` (same unit and epoch, number + 1) and has its payload's
 * digest as previous.
 */
bool entry_check_next(
	const struct entry *entry, const struct entry *next, struct err *err) MUST_USE NONNULL;

#endif
