/*
 * Receipts (docs/protocol.md section 9): a device's word on what became of publications.
 */
#ifndef CERTWIRE_COMMON_RECEIPT_H
#define CERTWIRE_COMMON_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/jws.h"
#include "common/key.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/pub_id.h"

enum receipt_state { RECEIPT_STORED, RECEIPT_OPENED, RECEIPT_RECALLED, RECEIPT_REFUSED };

/* Borrowed: "stored", "opened", "recalled", "refused". */
const char *receipt_state_name(enum receipt_state state);
bool receipt_state_parse(const char *text, size_t len, enum receipt_state *ret) MUST_USE NONNULL;

struct receipt_item {
	struct pub_id publication;
	int64_t epoch;
	int64_t entry; /* its number in the mailbox */
	struct digest manifest;
	enum receipt_state state;
	int code; /* 200 to 499 with RECEIPT_REFUSED, else 0 */
	int64_t at;
};

struct receipt {
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	int64_t number;
	int64_t sent_at;
	struct receipt_item items[LIMIT_RECEIPT_ITEMS];
	size_t item_count;
	struct jws jws; /* as parsed */
};

/* clang-format off */
#define RECEIPT_INIT {.number = 0}
/* clang-format on */

#define auto_receipt CLEANUP(receipt_release)

void receipt_release(struct receipt *receipt) NONNULL;

/* Appends the JWS. Refuses what a parser would. */
bool receipt_sign(const struct receipt *receipt, const struct signing_key *device, struct buf *jws,
	struct err *err) MUST_USE NONNULL;

/* 601. Proves nothing yet. `*ret` is new. */
bool receipt_parse(
	const void *jws, size_t len, struct receipt *ret, struct err *err) MUST_USE NONNULL;

/* 602 unless signed by that key, which the caller looked up by unit, device and jws.kid. */
bool receipt_verify(
	const struct receipt *receipt, const struct public_key *key, struct err *err) MUST_USE NONNULL;

#endif
