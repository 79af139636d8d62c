/*
 * The ledger where receipts are settled. See db/ledger.h for what all of these have in common.
 */
#ifndef CERTWIRE_DB_LEDGER_RECEIPT_H
#define CERTWIRE_DB_LEDGER_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/pub_id.h"
#include "common/receipt.h"
#include "db/ledger.h"

/* A receipt or reply as a broker's plugin filed it, and what is known of the device. Borrowed from rows. */
struct ledger_receipt {
	int64_t id;
	const char *unit;
	const char *device;
	int64_t number;
	struct pg_bytes raw;
	int64_t received_at;
	int64_t waited_us; /* since then, as of when it was read */
	const char *certificate; /* NULL: no such device, or not certified */
	bool revoked;
	int64_t revoked_at; /* when revoked */
	int64_t epoch; /* of the ledger, now */
};

/* Receipts that nobody judged yet, first come first. */
bool ledger_receipts(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
/* Replies that nobody judged yet, likewise; settled without items. */
bool ledger_replies(
	struct ledger *ledger, int64_t limit, struct pg_rows **ret, struct err *err) MUST_USE NONNULL;
void ledger_receipt_at(const struct pg_rows *rows, int row, struct ledger_receipt *ret) NONNULL;

/* What an item of a receipt is compared with. */
struct ledger_delivery {
	bool found; /* else the rest means nothing */
	int64_t epoch;
	int64_t number;
	struct digest manifest;
};

/* For each of the items (at most LIMIT_RECEIPT_ITEMS, asserted) the unit's delivery, in `ret`. */
bool ledger_deliveries_of(struct ledger *ledger, const char *unit, size_t item_count,
	const struct receipt_item *items, struct ledger_delivery *ret,
	struct err *err) MUST_USE NONNULL;

/*
 * Keeps one item of a believed receipt whose delivery a restore has lost, until it is there again.
 * Inside the transaction that settles the receipt.
 */
bool ledger_park(struct ledger *ledger, int64_t id, const struct receipt_item *item,
	struct err *err) MUST_USE NONNULL;

/* Settles the kept items whose deliveries are there again; how many. */
bool ledger_place_parked(
	struct ledger *ledger, int64_t *ret_count, struct err *err) MUST_USE NONNULL;

/*
 * Records the verdict, 0 (believed, with its items) or a refusal code (without), and moves the
 * device's watermark past what is `authentic`: signed by the device under these labels, believed or
 * not. The first of each (publication, device, state) counts.
 */
bool ledger_settle(struct ledger *ledger, int64_t id, int verdict, bool authentic,
	size_t item_count, const struct receipt_item *items, struct err *err) MUST_USE
	__attribute__((nonnull(1, 7)));

#endif
