/*
 * Heads (docs/protocol.md section 10): the dispatcher's word on the end of a mailbox, a unit's
 * standing, and which receipts are settled.
 */
#ifndef CERTWIRE_COMMON_HEAD_H
#define CERTWIRE_COMMON_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/standing.h"
#include "common/sync.h"

struct head_device {
	char device[DEVICE_SIZE];
	int64_t settled;
};

struct head_refused {
	char device[DEVICE_SIZE];
	int64_t number;
	int code;
};

/* Whether the unit may receive a channel. */
struct head_channel {
	char channel[CHANNEL_SIZE];
	bool receives; /* else why not, and since when */
	int64_t since; /* TIME_NONE: it never could */
	char reason[LIMIT_HEAD_CHANNEL_REASON + 1];
};

struct head {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE]; /* whose sync it answers; "" when none */
	uint8_t nonce[SYNC_NONCE_BYTES]; /* of that sync */
	int64_t time;
	int64_t epoch;
	int64_t last;
	struct digest digest;
	enum standing standing;
	int64_t since;
	char reason[LIMIT_HEAD_REASON + 1];
	struct head_channel channels[LIMIT_HEAD_CHANNELS];
	size_t channel_count;
	int64_t keyset;
	bool has_checkpoint;
	int64_t checkpoint_sequence;
	struct digest checkpoint_digest;
	struct head_device devices[LIMIT_UNIT_DEVICES];
	size_t device_count;
	struct head_refused refused[LIMIT_HEAD_REFUSED];
	size_t refused_count;
	struct jws jws; /* as parsed */
};

/* clang-format off */
#define HEAD_INIT {.time = 0}
/* clang-format on */

#define auto_head CLEANUP(head_release)

void head_release(struct head *head) NONNULL;

/* Appends the JWS. Refuses what a parser would. */
bool head_sign(const struct head *head, const struct signing_key *dispatcher, struct buf *jws,
	struct err *err) MUST_USE NONNULL;

/* 501. Proves nothing yet. `*ret` is new. */
bool head_parse(const void *jws, size_t len, struct head *ret, struct err *err) MUST_USE NONNULL;

/* 502 unless signed by a dispatcher of the keyset that was valid at the head's time. */
bool head_verify(
	const struct head *head, const struct keyset *newest, struct err *err) MUST_USE NONNULL;

/* 503 unless of that unit and of an epoch not lower than `epoch`. */
bool head_check_owner(
	const struct head *head, const char *unit, int64_t epoch, struct err *err) MUST_USE NONNULL;

/* Borrowed; NULL when the head does not list that device. */
const struct head_device *head_find(const struct head *head, const char *device) NONNULL;

#endif
