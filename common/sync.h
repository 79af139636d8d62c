/*
 * Syncs (docs/protocol.md section 10): what a device holds and what it lacks.
 */
#ifndef CERTWIRE_COMMON_SYNC_H
#define CERTWIRE_COMMON_SYNC_H

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
#include "common/pub_id.h"
#include "common/ranges.h"

enum { SYNC_NONCE_BYTES = 16 };

struct sync_missing {
	struct pub_id publication;
	struct ranges parts; /* indexes from 0 */
};

struct sync_incident {
	int code;
	int64_t count;
};

struct sync {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	uint8_t nonce[SYNC_NONCE_BYTES];
	int64_t sent_at;
	int64_t epoch;
	int64_t last;
	struct ranges have;
	uint32_t grants[LIMIT_SYNC_GRANTS];
	size_t grant_count;
	struct sync_missing missing[LIMIT_SYNC_MISSING];
	size_t missing_count;
	int64_t receipts;
	int64_t keyset;
	struct sync_incident incidents[LIMIT_SYNC_INCIDENTS];
	size_t incident_count;
	struct jws jws; /* as parsed */
};

/* clang-format off */
#define SYNC_INIT {.sent_at = 0}
/* clang-format on */

#define auto_sync CLEANUP(sync_release)

void sync_release(struct sync *sync) NONNULL;

/* Appends the JWS. Refuses what a parser would. */
bool sync_sign(const struct sync *sync, const struct signing_key *device, struct buf *jws,
	struct err *err) MUST_USE NONNULL;

/* 611. Proves nothing yet. `*ret` is new; some 10 KB, so mind the stack. */
bool sync_parse(const void *jws, size_t len, struct sync *ret, struct err *err) MUST_USE NONNULL;

/* 612 unless signed by that key, which the caller looked up by unit, device and jws.kid. */
bool sync_verify(
	const struct sync *sync, const struct public_key *key, struct err *err) MUST_USE NONNULL;

#endif
